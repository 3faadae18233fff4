//! What holds of every page's text, whatever its bytes. For the tests and for `fuzz/`.

use std::ops::Range;

/// Bytes of text for each byte of a page: an item of a list in lists is five bytes in the page, and 42 in the text.
const MOST_PER_BYTE: usize = 10;
/// Bytes of text that any page may have.
const FREE: usize = 1024;

/// Which rule a text and its blocks break, if any.
pub(crate) fn broken(html_bytes: usize, text: &str, blocks: impl Iterator<Item = Range<usize>>) -> Option<String> {
    if text.contains('\0') {
        return Some("NUL in the text".to_owned());
    }
    if text.len() > html_bytes * MOST_PER_BYTE + FREE {
        return Some(format!("{} bytes of text from {html_bytes}", text.len()));
    }
    let mut end = 0;
    for (at, block) in blocks.enumerate() {
        let between = if at == 0 { "" } else { "\n\n" };
        let Some(content) = text.get(block.clone()) else { return Some(format!("no text at {block:?}")) };
        if text.get(end..block.start) != Some(between) {
            return Some(format!("between {end} and {block:?}: {:?}", text.get(end..block.start)));
        }
        if content.is_empty() || content.starts_with('\n') || content.ends_with(char::is_whitespace) {
            return Some(format!("white space around {content:?}"));
        }
        end = block.end;
    }
    (end != text.len()).then(|| format!("text after the last block: {:?}", text.get(end..)))
}
