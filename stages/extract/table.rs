//! Whether tables and lists are what they seem, or only place things on the page.

use super::features::Facts;
use super::tags::Tag;
use super::tree::{Dom, Name};

/// A cell with more characters holds prose.
const LONGEST_CELL: u32 = 400;
/// Mean characters of a list's items from which they are articles.
const LONGEST_ITEM: u32 = 600;

/// Whether a table holds data: at least two rows and two columns, no other table, no long text.
pub(super) fn is_data(dom: Dom<'_>, facts: &[Facts], table: usize) -> bool {
    if dom.is(table, Name::Role, "presentation") || dom.is(table, Name::Role, "none") {
        return false;
    }
    let (mut n_rows, mut n_cells, mut most_cells) = (0, 0, 0);
    let mut node = table + 1;
    while node < dom.end(table) {
        if facts[node].is_dropped {
            node = dom.end(node);
            continue;
        }
        match dom.tag(node) {
            Tag::Table | Tag::Pre | Tag::H1 | Tag::H2 | Tag::H3 | Tag::Article | Tag::Section | Tag::Form => {
                return false;
            }
            Tag::Tr => {
                n_rows += 1;
                n_cells = 0;
            }
            Tag::Td | Tag::Th => {
                if facts[node].chars > LONGEST_CELL {
                    return false;
                }
                n_cells += 1;
                most_cells = most_cells.max(n_cells);
            }
            _ => {}
        }
        node += 1;
    }
    n_rows >= 2 && most_cells >= 2
}

/// Whether a list is one: its items hold no headings, tables or long text.
pub(super) fn is_list(dom: Dom<'_>, facts: &[Facts], list: usize) -> bool {
    let mut n_items = 0;
    for node in dom.below(list) {
        match dom.tag(node) {
            Tag::Table | Tag::H1 | Tag::H2 | Tag::H3 | Tag::H4 | Tag::Article => return false,
            Tag::Li | Tag::Dt => n_items += 1,
            _ => {}
        }
    }
    n_items > 0 && facts[list].chars / n_items < LONGEST_ITEM
}

#[cfg(test)]
mod tests {
    use filters::BlockKind;

    use super::super::Extractor;

    fn blocks(html: &str) -> Vec<(BlockKind, String)> {
        let page = Extractor::new().extract(html, None).unwrap();
        page.blocks.iter().map(|block| (block.kind, page.text[block.range()].to_owned())).collect()
    }

    #[test]
    fn tables_of_data_are_rows() {
        use BlockKind::{Prose, Table};
        let long = "A sentence, as long as any. ".repeat(20);
        for (what, html, expected) in [
            ("rows", "<table><tr><td>a<td>b<tr><td>c<td>d</table>", vec![(Table, "a | b\nc | d")]),
            (
                "head, body and caption",
                "<table><caption>The <b>t</b></caption><thead><tr><th>a</th><th>b</th></tr></thead>\
                 <tbody><tr><td>c</td><td>d</td></tr></tbody><tfoot><tr><td>e</td><td>f</td></tr></tfoot></table>",
                vec![(Table, "The t\na | b\nc | d\ne | f")],
            ),
            ("empty cells", "<table><tr><td>a<td><td>c<tr><td><td>b<td></table>", vec![(Table, "a | | c\n| b |")]),
            (
                "blocks and breaks in cells",
                "<table><tr><td><p>a</p><p>b</p><td>c<br>d<tr><td><ul><li>e<li>f</ul><td>g</table>",
                vec![(Table, "a b | c d\ne f | g")],
            ),
            (
                "formulas in cells",
                "<table><tr><td>\\(x\\)<td>b<tr><td>c<td><math><mi>y</mi></math></table>",
                vec![(Table, "$x$ | b\nc | $y$")],
            ),
            (
                "code in cells",
                "<table><tr><td><code>a\n b</code><td>c<tr><td>d<td>e</table>",
                vec![(Table, "a b | c\nd | e")],
            ),
            ("one row places things", "<table><tr><td>a<td>b</table>", vec![(Prose, "a"), (Prose, "b")]),
            ("one column places things", "<table><tr><td>a<tr><td>b</table>", vec![(Prose, "a"), (Prose, "b")]),
            (
                "a role",
                "<table role=presentation><tr><td>a<td>b<tr><td>c<td>d</table>",
                vec![(Prose, "a"), (Prose, "b"), (Prose, "c"), (Prose, "d")],
            ),
            (
                "headings place things",
                "<table><tr><td><h2>a</h2>b<td>c<tr><td>d<td>e</table>",
                vec![(BlockKind::Heading, "a"), (Prose, "b"), (Prose, "c"), (Prose, "d"), (Prose, "e")],
            ),
            (
                "a table in a table",
                "<table><tr><td>a<td><table><tr><td>b<td>c<tr><td>d<td>e</table><tr><td>f<td>g</table>",
                vec![(Prose, "a"), (Table, "b | c\nd | e"), (Prose, "f"), (Prose, "g")],
            ),
        ] {
            let expected: Vec<_> = expected.into_iter().map(|(kind, text)| (kind, text.to_owned())).collect();
            assert_eq!(blocks(html), expected, "{what}");
        }
        let html = format!("<table><tr><td>a<td>{long}<tr><td>b<td>c</table>");
        assert!(blocks(&html).iter().all(|(kind, _)| *kind == Prose), "prose in cells");
    }

    #[test]
    fn lists_keep_their_nesting() {
        use BlockKind::{Code, Heading, List, Prose};
        for (what, html, expected) in [
            ("items", "<ul><li>a</li><li>b</li></ul>", vec![(List, "a\nb")]),
            ("numbers", "<ol><li>a<li>b</ol><ol start=7><li>c</ol>", vec![(List, "1. a\n2. b"), (List, "7. c")]),
            (
                "lists in lists",
                "<ol><li>a<ul><li>b<ol><li>c</ol><li>d</ul><li>e</ol>",
                vec![(List, "1. a\n  b\n    1. c\n  d\n2. e")],
            ),
            ("paragraphs and breaks in items", "<ul><li><p>a</p><p>b</p><li>c<br>d</ul>", vec![(List, "a\nb\nc\nd")]),
            ("definitions", "<dl><dt>a<dt>b<dd>c<dd>d<dt>e</dl>", vec![(List, "a\nb\n  c\n  d\ne")]),
            (
                "definitions in groups",
                "<dl><div><dt>a</dt><dd>b</dd></div><div><dt>c</dt></div></dl>",
                vec![(List, "a\n  b\nc")],
            ),
            ("code in an item", "<ul><li>a<pre>b\n c</pre><li>d</ul>", vec![(List, "a"), (Code, "b\n c"), (List, "d")]),
            ("headings make no list of it", "<ul><li><h2>a</h2><p>b</p></ul>", vec![(Heading, "a"), (Prose, "b")]),
            ("items without a list", "<li>a<li>b", vec![(Prose, "a"), (Prose, "b")]),
        ] {
            let expected: Vec<_> = expected.into_iter().map(|(kind, text)| (kind, text.to_owned())).collect();
            assert_eq!(blocks(html), expected, "{what}");
        }
    }
}
