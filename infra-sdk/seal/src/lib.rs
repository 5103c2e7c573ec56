//! Keys for what is kept: values sealed with authenticated encryption, keys guarded by a passphrase, a key file or a key service.
