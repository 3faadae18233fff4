//! Memory that a phase no longer needs goes back to the system.
//!
//! The allocator of glibc keeps what is freed, and the buffers of the next phase do not fit into the holes: without
//! this, a long run holds what its passes held one after the other.

/// Gives back what is free; elsewhere than on glibc, nothing is to be done.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub(crate) fn give_back() {
    #[expect(unsafe_code, reason = "a C function without arguments that matter; safe to call at any time")]
    // SAFETY: `malloc_trim` takes a number of bytes to keep, and may be called from any thread.
    let _ = unsafe { libc::malloc_trim(0) };
}

/// Gives back what is free; elsewhere than on glibc, nothing is to be done.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub(crate) fn give_back() {}
