//! Files as a zip archive whose bytes depend on nothing but names, contents and whether a file may be run.

use std::fs::File;
use std::io::{self, Seek, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::error::AssetError;
use super::walk::Member;

/// How much is tried to make it smaller, of 9.
const LEVEL: i64 = 6;

/// Writes the archive; the members are in order.
pub(crate) fn pack<W: Write + Seek>(members: &[Member], into: W) -> Result<W, AssetError> {
    let mut zip = ZipWriter::new(into);
    for member in members {
        let failed = || AssetError::file("pack", &member.path);
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .compression_level(Some(LEVEL))
            .last_modified_time(DateTime::default())
            .unix_permissions(if member.executable { 0o755 } else { 0o644 })
            .large_file(member.length >= u64::from(u32::MAX));
        let mut file = File::open(&member.path).map_err(failed())?;
        zip.start_file(&member.name, options).map_err(|error| failed()(error.into()))?;
        io::copy(&mut file, &mut zip).map_err(failed())?;
    }
    zip.finish().map_err(|error| AssetError::file("write", std::path::Path::new("the archive"))(error.into()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::live::digest;
    use crate::live::walk::{Rules, members};
    use std::fs;
    use std::io::{Cursor, Read as _};
    use std::os::unix::fs::PermissionsExt as _;
    use std::time::{Duration, SystemTime};

    fn packed(folder: &std::path::Path) -> Vec<u8> {
        let members = members(folder, Rules::default()).unwrap();
        pack(&members, Cursor::new(Vec::new())).unwrap().into_inner()
    }

    #[test]
    fn the_same_files_are_the_same_bytes_whenever_wherever_and_in_whatever_order_they_were_written() {
        let write = |names: &[&str], age: u64, mode: u32| {
            let folder = tempfile::tempdir().unwrap();
            for name in names {
                let path = folder.path().join(name);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(&path, format!("content of {name}")).unwrap();
                File::open(&path).unwrap().set_modified(SystemTime::now() - Duration::from_secs(age)).unwrap();
                fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            }
            folder
        };
        let first = packed(write(&["b", "a/c", "a.txt"], 0, 0o644).path());
        assert_eq!(first, packed(write(&["a.txt", "a/c", "b"], 1_000_000, 0o600).path()));
        assert_ne!(first, packed(write(&["a.txt", "a/c", "b"], 0, 0o755).path()));
        assert_ne!(first, packed(write(&["a.txt", "a/d", "b"], 0, 0o644).path()));
        // The bytes of one version are those of the next one, or every function is deployed again.
        assert_eq!(digest::of_bytes(&first), "82812c3694773013eec12ba768271699a7a9a9af1058f110aa081ce80be59d36");
    }

    #[test]
    fn it_opens_as_it_was_packed() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("run.sh"), "#!/bin/sh\n".repeat(1000)).unwrap();
        fs::set_permissions(folder.path().join("run.sh"), fs::Permissions::from_mode(0o744)).unwrap();
        let mut zip = zip::ZipArchive::new(Cursor::new(packed(folder.path()))).unwrap();
        let mut file = zip.by_name("run.sh").unwrap();
        assert_eq!((file.unix_mode().unwrap() & 0o777, file.last_modified().unwrap()), (0o755, DateTime::default()));
        let mut text = String::new();
        file.read_to_string(&mut text).unwrap();
        assert_eq!(text, "#!/bin/sh\n".repeat(1000));
    }
}
