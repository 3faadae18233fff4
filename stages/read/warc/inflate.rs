//! Inflating one whole gzip member with libdeflate, which is twice as fast as a streaming inflater.
//!
//! The safe wrapper crate does not say how many input bytes a member took, and a file of members needs to know: hence
//! these few lines against the C library itself.
#![expect(unsafe_code, reason = "a C library; every pointer comes from a slice of the length given beside it")]

use libdeflate_sys::{
    libdeflate_alloc_decompressor, libdeflate_decompressor, libdeflate_free_decompressor,
    libdeflate_gzip_decompress_ex, libdeflate_result_LIBDEFLATE_INSUFFICIENT_SPACE,
    libdeflate_result_LIBDEFLATE_SUCCESS,
};

/// A reusable inflater.
pub(super) struct Inflater(*mut libdeflate_decompressor);

/// What became of a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Inflated {
    /// It took so many bytes of input, and filled so many of the output.
    Whole { consumed: usize, produced: usize },
    /// The output is too small.
    NeedsRoom,
    /// The input is damaged, or goes on behind what was given: libdeflate cannot tell these apart.
    Incomplete,
}

// SAFETY: a decompressor is plain memory of the C library, used through `&mut self` only.
unsafe impl Send for Inflater {}

impl Inflater {
    /// `None` when there is no memory.
    pub(super) fn new() -> Option<Self> {
        // SAFETY: takes no arguments; a null result means that there is no memory.
        let decompressor = unsafe { libdeflate_alloc_decompressor() };
        (!decompressor.is_null()).then_some(Self(decompressor))
    }

    /// Inflates the gzip member at the start of `input`.
    pub(super) fn member(&mut self, input: &[u8], output: &mut [u8]) -> Inflated {
        let (mut consumed, mut produced) = (0, 0);
        // SAFETY: the decompressor is not null and not shared; both buffers are valid for the lengths given.
        let result = unsafe {
            libdeflate_gzip_decompress_ex(
                self.0,
                input.as_ptr().cast(),
                input.len(),
                output.as_mut_ptr().cast(),
                output.len(),
                &raw mut consumed,
                &raw mut produced,
            )
        };
        match result {
            r if r == libdeflate_result_LIBDEFLATE_SUCCESS => Inflated::Whole { consumed, produced },
            r if r == libdeflate_result_LIBDEFLATE_INSUFFICIENT_SPACE => Inflated::NeedsRoom,
            _ => Inflated::Incomplete,
        }
    }
}

impl Drop for Inflater {
    fn drop(&mut self) {
        // SAFETY: allocated by `new` and freed once.
        unsafe { libdeflate_free_decompressor(self.0) }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    #[test]
    fn a_member_says_how_long_it_was() {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(&[7; 5000]).unwrap();
        let mut input = encoder.finish().unwrap();
        let length = input.len();
        input.extend_from_slice(b"what follows");
        let mut inflater = Inflater::new().unwrap();
        let mut output = vec![0; 6000];
        assert_eq!(inflater.member(&input, &mut output), Inflated::Whole { consumed: length, produced: 5000 });
        assert_eq!(inflater.member(&input, &mut output[..100]), Inflated::NeedsRoom);
        assert_eq!(inflater.member(&input[..length - 3], &mut output), Inflated::Incomplete);
    }
}
