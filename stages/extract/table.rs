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
