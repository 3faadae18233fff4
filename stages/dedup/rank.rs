//! Which of several copies stays: the latest capture, then the longest text, then the smallest id.

/// Smaller for later captures; documents without a date come last.
#[must_use]
pub(crate) fn recency(captured_at: Option<i64>) -> u64 {
    captured_at.map_or(u64::MAX, |micros| !(micros.cast_unsigned() ^ (1 << 63)))
}

/// Smaller for longer texts.
#[must_use]
pub(crate) fn shortness(n_chars: u32) -> u32 {
    !n_chars
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn later_and_longer_come_first() {
        let dates = [Some(i64::MAX), Some(1_700_000_000_000_000), Some(0), Some(-1), None];
        assert!(dates.windows(2).all(|pair| recency(pair[0]) < recency(pair[1])));
        assert!(shortness(10) < shortness(9));
    }
}
