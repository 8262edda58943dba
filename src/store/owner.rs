//! Whose the files of a data directory are: those of the user to whom the directory belongs, also what root makes there.
//!
//! An administrator runs commands as root while the service does not run (`restore` most of all). What root leaves behind,
//! the service could not open.

use std::{
    fs, io,
    os::unix::fs::{MetadataExt, OpenOptionsExt, fchown},
    path::Path,
};

use rustix::fs::OFlags;

/// Gives what root made in a data directory to the user to whom the directory belongs.
///
/// Nothing is followed and nothing is given away that has another name elsewhere: whoever may write there must not choose
/// what root gives them.
///
/// # Errors
/// When a file cannot be looked at or given.
pub fn hand_over(dir: &Path) -> io::Result<()> {
    let Ok(owner) = fs::metadata(dir) else { return Ok(()) };
    if !rustix::process::geteuid().is_root() || owner.uid() == 0 {
        return Ok(());
    }
    give(dir, &owner)
}

fn give(dir: &Path, owner: &fs::Metadata) -> io::Result<()> {
    let unfollowed = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed();
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        if !kind.is_file() && !kind.is_dir() {
            continue;
        }
        let opened = fs::OpenOptions::new().read(true).custom_flags(unfollowed).open(entry.path());
        let file = match opened {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(error),
        };
        let facts = file.metadata()?;
        if facts.uid() == 0 && (facts.is_dir() || (facts.is_file() && facts.nlink() == 1)) {
            fchown(&file, Some(owner.uid()), Some(owner.gid()))?;
        }
        if facts.is_dir() {
            give(&entry.path(), owner)?;
        }
    }
    Ok(())
}
