//! Reads little-endian fields from bytes that may be cut or damaged.

use super::LoadError;

/// A position in the bytes of a model.
pub(super) struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// The next `length` bytes.
    pub(super) fn take(&mut self, length: usize) -> Result<&'a [u8], LoadError> {
        let taken = self.bytes[self.at..].get(..length).ok_or_else(|| self.truncated())?;
        self.at += length;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], LoadError> {
        let bytes = self.take(N)?;
        bytes.try_into().map_err(|_| self.truncated())
    }

    pub(super) fn i32(&mut self) -> Result<i32, LoadError> {
        self.array().map(i32::from_le_bytes)
    }

    pub(super) fn i64(&mut self) -> Result<i64, LoadError> {
        self.array().map(i64::from_le_bytes)
    }

    pub(super) fn u8(&mut self) -> Result<u8, LoadError> {
        self.array().map(|[byte]| byte)
    }

    /// A C++ `bool`, which is 0 or 1.
    pub(super) fn bool(&mut self) -> Result<bool, LoadError> {
        match self.u8()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(LoadError::Inconsistent("a flag is neither 0 nor 1")),
        }
    }

    /// A 32-bit number that must not be negative.
    pub(super) fn size(&mut self) -> Result<usize, LoadError> {
        usize::try_from(self.i32()?).map_err(|_| LoadError::Inconsistent("a size is negative"))
    }

    /// A 64-bit number that must not be negative.
    pub(super) fn long_size(&mut self) -> Result<usize, LoadError> {
        usize::try_from(self.i64()?).map_err(|_| LoadError::Inconsistent("a size is negative"))
    }

    /// `count` numbers. Nothing is allocated for numbers that are not there.
    pub(super) fn floats(&mut self, count: usize) -> Result<Vec<f32>, LoadError> {
        self.check(count, size_of::<f32>())?;
        let (numbers, _) = self.take(count * size_of::<f32>())?.as_chunks();
        Ok(numbers.iter().map(|number| f32::from_le_bytes(*number)).collect())
    }

    /// The bytes up to a NUL, which is passed over.
    pub(super) fn until_nul(&mut self) -> Result<&'a [u8], LoadError> {
        let length = memchr::memchr(0, &self.bytes[self.at..]).ok_or_else(|| self.truncated())?;
        let text = self.take(length)?;
        self.take(1)?;
        Ok(text)
    }

    /// Whether `count` items of at least `least_bytes` can follow: asked before anything is allocated for them.
    pub(super) fn check(&self, count: usize, least_bytes: usize) -> Result<(), LoadError> {
        match count.checked_mul(least_bytes) {
            Some(bytes) if bytes <= self.bytes.len() - self.at => Ok(()),
            _ => Err(self.truncated()),
        }
    }

    fn truncated(&self) -> LoadError {
        LoadError::Truncated { at: self.bytes.len() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_believed_only_as_far_as_there_are_bytes() {
        let mut reader = Reader::new(b"ab\0\x01\x02\0\0\0\0\0\x80\x3f");
        assert_eq!(reader.until_nul().unwrap(), b"ab");
        assert!(reader.bool().unwrap());
        assert!(matches!(reader.bool(), Err(LoadError::Inconsistent(_))));
        assert!(matches!(reader.check(usize::MAX, 4), Err(LoadError::Truncated { at: 12 })));
        assert!(matches!(reader.floats(2), Err(LoadError::Truncated { at: 12 })));
        assert_eq!(reader.take(3).unwrap(), [0, 0, 0]);
        assert_eq!(reader.floats(1).unwrap(), [1.0]);
        assert!(matches!(reader.u8(), Err(LoadError::Truncated { at: 12 })));
        assert!(matches!(reader.until_nul(), Err(LoadError::Truncated { .. })));
        assert!(matches!(Reader::new(&[0xff; 4]).size(), Err(LoadError::Inconsistent(_))));
    }
}
