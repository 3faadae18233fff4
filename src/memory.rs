//! Memory: no more heaps than there are threads of work, and what a phase no longer needs goes back to the system.
//!
//! The allocator of glibc keeps what is freed, and the buffers of the next phase do not fit into the holes. It also gives
//! every thread a heap of its own, eight a core, and what one has freed is of no use to the others: without these two
//! calls, a long run holds what its passes held one after the other, several times over.

/// Keeps the allocator to so many heaps; elsewhere than on glibc, nothing is to be done.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub(crate) fn share(threads: usize) {
    let heaps = libc::c_int::try_from(threads).unwrap_or(libc::c_int::MAX);
    // What is large goes back as soon as it is free: glibc would raise the bound with every large buffer, and keep them.
    let limits = [(libc::M_ARENA_MAX, heaps), (libc::M_MMAP_THRESHOLD, 1 << 20), (libc::M_TRIM_THRESHOLD, 2 << 20)];
    for (limit, value) in limits {
        #[expect(unsafe_code, reason = "a C function of two numbers; called before the threads begin")]
        // SAFETY: `mallopt` sets a limit of the allocator, and refuses what it does not know.
        let _ = unsafe { libc::mallopt(limit, value) };
    }
}

/// Keeps the allocator to so many heaps; elsewhere than on glibc, nothing is to be done.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub(crate) fn share(_: usize) {}

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
