//! Whose the files of a data directory are: those of the user to whom the directory belongs, also what root makes there.
//!
//! An administrator runs commands as root while the service does not run (`restore` most of all). What root leaves behind,
//! the service could not open.

use std::{
    io,
    os::fd::{AsFd, BorrowedFd, OwnedFd},
    path::Path,
};

use rustix::fs::{AtFlags, Dir, FileType, Mode, OFlags, Stat, fchown, fstat, openat, statat};

/// Files of which one at least lies in every data directory that a command of ours has worked in.
const MARKS: [&str; 2] = ["lock", "store.json"];

/// Gives what root made in a data directory to the user to whom the directory belongs. Any other directory is left alone.
///
/// Whoever may write there must not choose what root gives them, also while this runs: each name is looked up in the
/// open directory above it and never followed, no other file system is entered, and what has a second name elsewhere
/// stays root's.
///
/// # Errors
/// When a file cannot be looked at or given.
pub fn hand_over(dir: &Path) -> io::Result<()> {
    if !rustix::process::geteuid().is_root() {
        return Ok(());
    }
    // The directory itself may be reached by a link: systemd's is one.
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let Ok(root) = rustix::fs::open(dir, flags, Mode::empty()) else { return Ok(()) };
    let owner = fstat(&root)?;
    let is_there = |name: &&str| statat(&root, *name, AtFlags::SYMLINK_NOFOLLOW).is_ok();
    if owner.st_uid == 0 || !MARKS.iter().any(is_there) {
        return Ok(());
    }
    give(root.as_fd(), &owner)
}

fn give(dir: BorrowedFd<'_>, owner: &Stat) -> io::Result<()> {
    for entry in Dir::read_from(dir)? {
        let entry = entry?;
        if matches!(entry.file_name().to_bytes(), b"." | b"..") {
            continue;
        }
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        // Pipes and sockets are not opened; a name that is gone, or has become a link, is nothing of ours.
        if !matches!(entry.file_type(), FileType::RegularFile | FileType::Directory) {
            continue;
        }
        let Ok(file) = openat(dir, entry.file_name(), flags, Mode::empty()) else { continue };
        give_one(&file, owner)?;
    }
    Ok(())
}

fn give_one(file: &OwnedFd, owner: &Stat) -> io::Result<()> {
    let facts = fstat(file)?;
    let kind = FileType::from_raw_mode(facts.st_mode);
    if facts.st_dev != owner.st_dev {
        return Ok(());
    }
    let is_alone = kind == FileType::RegularFile && facts.st_nlink == 1;
    if facts.st_uid == 0 && (kind == FileType::Directory || is_alone) {
        let (user, group) =
            (rustix::fs::Uid::from_raw(owner.st_uid), rustix::fs::Gid::from_raw(owner.st_gid));
        fchown(file, Some(user), Some(group))?;
    }
    if kind == FileType::Directory { give(file.as_fd(), owner) } else { Ok(()) }
}
