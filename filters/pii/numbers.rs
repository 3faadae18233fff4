//! Where the digits of a text are: the anchor that most kinds share, found once.

/// A maximal run of ASCII digits: its first byte, and one past the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Group {
    pub(super) start: usize,
    pub(super) end: usize,
}

impl Group {
    pub(super) const fn len(self) -> usize {
        self.end - self.start
    }
}

/// Bytes that are looked at in one go. Most of a text is stretches without any digit.
const STRIDE: usize = 64;

/// All groups of digits of a text, in order.
pub(super) fn groups(text: &[u8]) -> Vec<Group> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let stretch = &text[at..text.len().min(at + STRIDE)];
        if stretch.len() == STRIDE && !has_digit(stretch) {
            at += STRIDE;
            continue;
        }
        let Some(first) = stretch.iter().position(u8::is_ascii_digit) else {
            at += stretch.len();
            continue;
        };
        let start = at + first;
        let end = start + text[start..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        found.push(Group { start, end });
        at = end;
    }
    found
}

/// Without a branch for each byte, so that the compiler takes many at once.
fn has_digit(stretch: &[u8]) -> bool {
    stretch.iter().fold(0_u8, |any, byte| any | u8::from(byte.wrapping_sub(b'0') < 10)) != 0
}

/// Calls `visit` with each longest row of groups between which only such gaps stand.
pub(super) fn rows<'a>(
    text: &[u8],
    groups: &'a [Group],
    joins: impl Fn(&[u8]) -> bool,
    mut visit: impl FnMut(&'a [Group]),
) {
    let mut first = 0;
    for next in 1..=groups.len() {
        let goes_on = groups.get(next).is_some_and(|group| joins(&text[groups[next - 1].end..group.start]));
        if !goes_on {
            visit(&groups[first..next]);
            first = next;
        }
    }
}

/// How many digits these groups have.
pub(super) fn count(groups: &[Group]) -> usize {
    groups.iter().map(|group| group.len()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_and_rows() {
        let text = format!("1 22-333{}4444", "x".repeat(200));
        let found = groups(text.as_bytes());
        let pieces: Vec<&str> = found.iter().map(|group| &text[group.start..group.end]).collect();
        assert_eq!(pieces, ["1", "22", "333", "4444"]);
        let mut sizes = Vec::new();
        rows(text.as_bytes(), &found, |gap| gap == b"-", |row| sizes.push(row.len()));
        assert_eq!(sizes, [1, 2, 1]);
        assert!(groups(b"").is_empty());
        rows(b"", &[], |_| true, |_| panic!("nothing to visit"));
    }
}
