//! Secrets where they must not be, in whatever form.

use std::fs;
use std::path::{Path, PathBuf};

/// A secret as it is, and in every form that it may be written in.
fn forms(secret: &str) -> Vec<Vec<u8>> {
    let hex =
        |upper: bool| secret.bytes().map(|byte| if upper { format!("{byte:02X}") } else { format!("{byte:02x}") }).collect::<String>();
    let url: String =
        secret.bytes().map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") }).collect();
    let json = serde_json::to_string(secret).unwrap();
    let twice = serde_json::to_string(&json).unwrap();
    let inner = |text: &str| text.trim_matches(['"', '\\']).to_owned();
    let mut forms = vec![secret.to_owned(), hex(false), hex(true), url, inner(&json), inner(&twice), format!("{secret:?}")];
    for shift in 0..3 {
        // In base64 a text looks another way at each of three places; its first and last characters depend on what is beside it.
        let text = base64(&[vec![b'x'; shift], secret.as_bytes().to_vec()].concat());
        let text = text.trim_end_matches('=');
        let text = text[4..text.len() - 2].to_owned();
        forms.push(text.replace('+', "-").replace('/', "_"));
        forms.push(text);
    }
    forms.into_iter().map(String::into_bytes).collect()
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let number = chunk.iter().chain(&[0, 0]).take(3).fold(0_u32, |number, byte| number << 8 | u32::from(*byte));
        for place in 0..=chunk.len() {
            text.push(char::from(LETTERS[(number >> (18 - 6 * place) & 63) as usize]));
        }
    }
    text
}

/// What of the secrets is in some bytes, with what is around it.
pub fn leaks(secrets: &[String], said: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    for secret in secrets {
        for form in forms(secret) {
            if let Some(at) = position(said, &form) {
                let around = &said[at.saturating_sub(80)..(at + form.len() + 40).min(said.len())];
                found.push(format!("{secret}: {}", String::from_utf8_lossy(around)));
            }
        }
    }
    found
}

/// Where some bytes are in others. Most of a file is passed by at the speed of looking for one byte.
fn position(all: &[u8], of: &[u8]) -> Option<usize> {
    let mut from = 0;
    while let Some(next) = all[from..].iter().position(|byte| *byte == of[0]) {
        from += next;
        if all[from..].starts_with(of) {
            return Some(from);
        }
        from += 1;
    }
    None
}

/// Every file under a folder, with its path, but for what is to be left out.
pub fn files(folder: &Path, out: &[PathBuf]) -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    // What is removed meanwhile is not there.
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if out.contains(&path) || path.is_symlink() {
            continue;
        }
        if path.is_dir() {
            files.extend(self::files(&path, out));
        } else if let Ok(bytes) = fs::read(&path) {
            files.push((path.display().to_string(), bytes));
        }
    }
    files
}

#[test]
fn a_secret_is_found_in_each_form() {
    let secret = "canary \"four\"/2Lm".to_owned();
    assert_eq!(base64(b"any carnal pleas"), "YW55IGNhcm5hbCBwbGVhcw");
    let escaped = serde_json::to_string(&format!("a {secret} b")).unwrap();
    let shifted = [base64(format!("x{secret}").as_bytes()), base64(format!("xy{secret}yz").as_bytes())];
    for said in [&secret, &escaped, &serde_json::to_string(&escaped).unwrap(), &shifted[0], &shifted[1]] {
        assert!(!leaks(std::slice::from_ref(&secret), said.as_bytes()).is_empty(), "{said}");
    }
    assert!(leaks(&[secret], b"canary four").is_empty());
}
