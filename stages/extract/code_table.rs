//! Tables whose rows are lines of code: numbers of lines in the cells before, one line in the last cell.

use super::tags::Tag;
use super::tree::{Dom, Name};

/// Cells of a row: numbers before and after a change, who made it, and the code.
const MOST_CELLS: usize = 8;
/// Share of rows that must have a number, in percent: between hunks of changes, rows have none.
const LEAST_NUMBERED: usize = 80;
/// Nodes that are looked at for a row's evidence of code.
const NEAR: usize = 4;

/// What the rows of a table say of it.
#[derive(Debug, Default)]
struct Evidence {
    n_rows: usize,
    n_numbered: usize,
    /// Rows whose number or line is marked as such.
    n_marked: usize,
    /// The table's class says that it holds code.
    is_marked: bool,
    /// The last number of each column, counted from the code.
    last: [u64; MOST_CELLS],
}

/// Whether a table's rows are lines of code: their numbers go up, and classes or elements say what they are.
pub(super) fn is_lines(dom: Dom<'_>, table: usize) -> bool {
    let is_marked = dom
        .attribute(table, Name::Class)
        .is_some_and(|class| has_part(class, &["code", "highlight", "blob", "source", "diff"]));
    let mut evidence = Evidence { is_marked, ..Evidence::default() };
    let mut node = table + 1;
    while node < dom.end(table) {
        match dom.tag(node) {
            Tag::Tr => {
                if !evidence.add(dom, node) {
                    return false;
                }
                node = dom.end(node);
            }
            Tag::Tbody | Tag::Thead | Tag::Tfoot => node += 1,
            Tag::Table => return false,
            _ => node = dom.end(node),
        }
        // Most tables are something else: that is clear after a few rows.
        if evidence.n_rows == 8 && evidence.n_marked < 4 {
            return false;
        }
    }
    let Evidence { n_rows, n_numbered, n_marked, .. } = evidence;
    n_rows >= 2 && n_numbered * 100 >= n_rows * LEAST_NUMBERED && n_marked * 2 >= n_rows
}

impl Evidence {
    /// Counts a row; false when no table of code has such a row.
    fn add(&mut self, dom: Dom<'_>, row: usize) -> bool {
        let mut cells = [0; MOST_CELLS];
        let mut n_cells = 0;
        for cell in dom.children(row).filter(|cell| matches!(dom.tag(*cell), Tag::Td | Tag::Th)) {
            if n_cells == MOST_CELLS {
                return false;
            }
            cells[n_cells] = cell;
            n_cells += 1;
        }
        if n_cells == 0 {
            return true;
        }
        self.n_rows += 1;
        let code = cells[n_cells - 1];
        let mut is_numbered = false;
        let mut is_number_marked = false;
        for (column, cell) in cells[..n_cells - 1].iter().rev().enumerate() {
            let (number, is_marked) = number(dom, *cell);
            if let Some(number) = number.filter(|number| *number > self.last[column]) {
                self.last[column] = number;
                is_numbered = true;
                is_number_marked |= is_marked;
            }
        }
        self.n_numbered += usize::from(is_numbered);
        let near = code + 1..dom.end(code).min(code + 1 + NEAR);
        let is_code = near.into_iter().any(|node| matches!(dom.tag(node), Tag::Code | Tag::Pre));
        let is_code_marked = is_code || dom.attribute(code, Name::Class).is_some_and(names_code);
        self.n_marked +=
            usize::from(is_numbered && (self.is_marked || is_code || (is_number_marked && is_code_marked)));
        true
    }
}

/// The number of a line in a cell, and whether its cell is marked as that.
fn number(dom: Dom<'_>, cell: usize) -> (Option<u64>, bool) {
    let by_attribute = (cell..dom.end(cell).min(cell + NEAR))
        .find_map(|node| dom.attribute(node, Name::DataLineNumber).and_then(|number| number.trim().parse().ok()));
    if by_attribute.is_some() {
        return (by_attribute, true);
    }
    let text = dom.text(cell).trim();
    let number = if text.len() <= 9 { text.parse().ok() } else { None };
    (
        number,
        dom.attribute(cell, Name::Class).is_some_and(|class| has_part(class, &["num", "line", "ln", "no", "gutter"])),
    )
}

/// Whether a class says that a cell holds a line of code.
fn names_code(class: &str) -> bool {
    has_part(class, &["code", "line", "pre", "src", "source", "mono", "blob"])
}

fn has_part(class: &str, parts: &[&str]) -> bool {
    let lower = class.to_ascii_lowercase();
    parts.iter().any(|part| lower.contains(part))
}

/// Whether a cell of a table of code holds no code: it is not the row's last.
pub(super) fn is_number(dom: Dom<'_>, cell: usize) -> bool {
    let row_end = dom.end(dom.parent(cell));
    let mut next = dom.end(cell);
    while next < row_end {
        if matches!(dom.tag(next), Tag::Td | Tag::Th) {
            return true;
        }
        next = dom.end(next);
    }
    false
}
