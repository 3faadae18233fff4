//! A removed document and the one that stays for it, side by side.

use std::fmt::Write as _;

use stages::dedup::{Shingling, covered, jaccard};

/// Characters of a column.
const WIDTH: usize = 56;

/// Lines shown.
const MOST: usize = 40;

/// Both texts in columns. Words in brackets are those that no common shingle covers.
pub(super) fn beside(removed: &str, kept: &str, shingling: Shingling) -> String {
    let (mut left, mut right) = (Vec::new(), Vec::new());
    shingling.set(removed, &mut left);
    shingling.set(kept, &mut right);
    let shared = left.iter().filter(|shingle| right.binary_search(shingle).is_ok()).count();
    let mut text = format!(
        "  {shared} common shingles of {} words, of {} here and {} there: Jaccard {:.4}\n",
        shingling.ngram,
        left.len(),
        right.len(),
        jaccard(&left, &right)
    );
    let columns = [column(removed, &right, shingling), column(kept, &left, shingling)];
    let rows = columns.iter().map(Vec::len).max().unwrap_or(0);
    // Writing to a string cannot fail, here and below.
    let _ = writeln!(text, "    {:<WIDTH$} | the document that stays; [in brackets]: not common", "this document");
    for row in 0..rows.min(MOST) {
        let cell = |column: &Vec<String>| column.get(row).cloned().unwrap_or_default();
        let (left, right) = (cell(&columns[0]), cell(&columns[1]));
        let gap = " ".repeat(WIDTH.saturating_sub(left.chars().count()));
        let _ = writeln!(text, "    {left}{gap} | {right}");
    }
    if rows > MOST {
        let _ = writeln!(text, "    … and {} lines more", rows - MOST);
    }
    text
}

/// The text in lines of a column, runs of words that are not common in brackets.
fn column(text: &str, other: &[u64], shingling: Shingling) -> Vec<String> {
    let pieces = covered(text, other, shingling);
    let (mut lines, mut line) = (Vec::new(), String::new());
    for (at, (range, shared)) in pieces.iter().enumerate() {
        let other_at = |at: Option<usize>| at.and_then(|at| pieces.get(at)).is_none_or(|(_, shared)| *shared);
        let opens = if !shared && other_at(at.checked_sub(1)) { "[" } else { "" };
        let closes = if !shared && other_at(Some(at + 1)) { "]" } else { "" };
        let word: Vec<char> = format!("{opens}{}{closes}", &text[range.clone()]).chars().collect();
        if !line.is_empty() && line.chars().count() + 1 + word.len() > WIDTH {
            lines.push(std::mem::take(&mut line));
        }
        // What is wider than the column is broken.
        for part in word.chunks(WIDTH) {
            if line.chars().count() + 1 + part.len() > WIDTH && !line.is_empty() {
                lines.push(std::mem::take(&mut line));
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.extend(part);
        }
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

#[cfg(test)]
mod tests {
    use stages::dedup::Unspaced;

    use super::*;

    #[test]
    fn differences_stand_in_brackets() {
        let shingling = Shingling { ngram: 3, unspaced: Unspaced::Clauses };
        let shown = beside(
            "the ferry leaves at nine from the old pier",
            "the ferry leaves at ten from the old pier",
            shingling,
        );
        assert!(shown.contains("4 common shingles of 3 words, of 7 here and 7 there: Jaccard 0.4000"), "{shown}");
        assert!(shown.contains("the ferry leaves at [nine] from the old pier"), "{shown}");
        assert!(shown.contains("| the ferry leaves at [ten] from the old pier"), "{shown}");
        let wide = beside(&"x".repeat(200), "y", shingling);
        assert!(wide.lines().all(|line| line.chars().count() <= 4 + 2 * WIDTH + 3), "{wide}");
    }
}
