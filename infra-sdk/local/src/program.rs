//! The server's program, carried in this crate and written out at every start.

use std::fs;
use std::path::Path;

use crate::error::{LocalError, file};

/// The lock of the packages that the program runs on.
pub(crate) const REQUIREMENTS: &str = include_str!("../requirements.txt");

/// The program's files, by name.
const FILES: [(&str, &str); 9] = [
    ("__main__.py", include_str!("../server/__main__.py")),
    ("calls.py", include_str!("../server/calls.py")),
    ("cloud.py", include_str!("../server/cloud.py")),
    ("corrections.py", include_str!("../server/corrections.py")),
    ("faults.py", include_str!("../server/faults.py")),
    ("ours.py", include_str!("../server/ours.py")),
    ("presence.py", include_str!("../server/presence.py")),
    ("rpc_v2_cbor.py", include_str!("../server/rpc_v2_cbor.py")),
    ("wsgi.py", include_str!("../server/wsgi.py")),
];

/// Writes the program into `folder`, which holds nothing else afterwards.
pub(crate) fn write(folder: &Path) -> Result<(), LocalError> {
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(file("remove", folder))?;
    }
    fs::create_dir_all(folder).map_err(file("make", folder))?;
    for (name, text) in FILES {
        let path = folder.join(name);
        fs::write(&path, text).map_err(file("write", &path))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_the_program_is_carried() {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("server");
        let mut there: Vec<String> = fs::read_dir(source)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| name.ends_with(".py"))
            .collect();
        there.sort();
        let mut carried: Vec<String> = FILES.iter().map(|(name, _)| (*name).to_owned()).collect();
        carried.sort();
        assert_eq!(there, carried);
    }

    #[test]
    fn an_older_program_s_files_do_not_stay() {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("server");
        fs::create_dir(&program).unwrap();
        fs::write(program.join("old.py"), "").unwrap();
        write(&program).unwrap();
        assert!(!program.join("old.py").exists());
        assert!(program.join("__main__.py").exists());
    }
}
