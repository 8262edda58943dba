//! Makes the C library give back what it does not need.
//!
//! Left to itself, glibc keeps an arena for almost every thread, and raises the size from which a block is a mapping of
//! its own to that of the largest block that was ever freed (up to 32 MB). After one large feed every body, packed
//! answer and page of the store then comes from the arenas, which cannot shrink past what still lives in them: a
//! daemon that needs 150 MB held 380.

/// Blocks of at least this many bytes are mappings of their own, which go back to the system when they are freed.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const MAPPED_FROM: libc::c_int = 256 * 1024;
/// Arenas for all threads together.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const ARENAS: libc::c_int = 2;

/// To be called before any other thread is there. Elsewhere than on Linux with glibc there is nothing to do.
pub(crate) fn keep_small() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    #[expect(unsafe_code, reason = "mallopt is a C function, and no crate wraps it")]
    // SAFETY: mallopt(3) takes two numbers, touches only the allocator's own settings and may be called at any time.
    // Where it refuses one (it returns 0), its default stays, which is only larger.
    unsafe {
        libc::mallopt(libc::M_MMAP_THRESHOLD, MAPPED_FROM);
        libc::mallopt(libc::M_ARENA_MAX, ARENAS);
    }
}
