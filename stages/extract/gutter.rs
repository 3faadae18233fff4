//! What stands in or beside code and is none of it: numbers of lines, prompts, buttons.
//!
//! Numbers stand in columns of their own or before each line. They are told by what they hold: their classes have many
//! names, and a number may as well be code.

use super::code;
use super::code_label::is_copy;
use super::code_lines::{is_space, previous_sibling};
use super::tags::Tag;
use super::tree::{Dom, Name};

/// Bytes up to which a part of code that cannot be selected is a number or a prompt.
const LONGEST_PROMPT: usize = 16;

/// Nodes between a gutter and the code that it belongs to.
const NEAR: usize = 8;

/// Whether a part of code is none: a number of a line, a prompt that cannot be selected, a button.
pub(super) fn is_aside(dom: Dom<'_>, node: usize) -> bool {
    let tag = dom.tag(node);
    if tag == Tag::Button || (tag == Tag::Div && is_bar(dom, node)) {
        return true;
    }
    let text = dom.text(node);
    if !dom.has_attributes(node) && tag != Tag::Td && (text.len() > LONGEST_PROMPT || !tag.is_block()) {
        return false;
    }
    let is_short = text.len() <= LONGEST_PROMPT;
    if is_short && !text.is_empty() && (is_unselectable(dom, node) || is_copy(text)) {
        return true;
    }
    let starts_with_number = text.trim_start().starts_with(|c: char| c.is_ascii_digit());
    if text.trim().is_empty() {
        return false;
    }
    starts_with_number
        && is_numbers(dom, node)
        && (is_unselectable(dom, node)
            || dom.attribute(node, Name::DataLineNumber).is_some()
            || dom.attribute(node, Name::Class).is_some_and(names_numbers)
            || (tag == Tag::Td && is_before_cell(dom, node))
            || (is_short && is_in_sequence(dom, node)))
}

/// Whether a part of code is a row of buttons.
fn is_bar(dom: Dom<'_>, node: usize) -> bool {
    dom.attribute(node, Name::Class).is_some_and(|class| {
        class
            .split_ascii_whitespace()
            .any(|class| matches!(class, "toolbar" | "bar" | "tools" | "copy" | "copy-button"))
    })
}

/// Whether what is marked as a gutter holds no words.
pub(super) fn is_wordless(dom: Dom<'_>, node: usize) -> bool {
    !dom.text(node).contains(char::is_alphabetic)
}

/// Whether a block holds the numbers of the lines of the code that comes next: as many as it has lines.
pub(super) fn is_gutter(dom: Dom<'_>, node: usize) -> bool {
    if !dom.text(node).trim_start().starts_with(|c: char| c.is_ascii_digit()) {
        return false;
    }
    let parent_end = dom.end(dom.parent(node));
    let Some(next) = next_element(dom, dom.end(node), parent_end) else { return false };
    let Some(code) = (next..dom.end(next).min(next + NEAR))
        .find(|node| matches!(dom.tag(*node), Tag::Pre | Tag::Code) || code::is_editor(dom, *node))
    else {
        return false;
    };
    let Some(n_numbers) = count_numbers(dom, node).filter(|n_numbers| *n_numbers >= 2) else { return false };
    let text = dom.text(code).trim_matches(['\n', '\r']);
    let breaks = dom.below(code).filter(|node| dom.tag(*node) == Tag::Br || dom.tag(*node).is_block()).count();
    let n_lines = 1 + memchr::memchr_iter(b'\n', text.as_bytes()).count();
    n_numbers.abs_diff(n_lines) <= 1 || n_numbers.abs_diff(breaks) <= 1 || n_numbers.abs_diff(breaks + n_lines) <= 1
}

/// Whether the text of an element is numbers that go up by one, or one number.
pub(super) fn is_numbers(dom: Dom<'_>, node: usize) -> bool {
    count_numbers(dom, node).is_some()
}

/// How many numbers an element holds that go up by one; `None` when it holds anything else.
fn count_numbers(dom: Dom<'_>, node: usize) -> Option<usize> {
    let mut last: Option<u32> = None;
    let mut n_numbers = 0;
    for text in dom.below(node).filter(|node| dom.tag(*node) == Tag::Text) {
        for word in dom.text(text).split_whitespace() {
            let number = word.trim_end_matches(['.', ':', '|', ')']).parse().ok()?;
            if last.is_some_and(|last| last.checked_add(1) != Some(number)) {
                return None;
            }
            last = Some(number);
            n_numbers += 1;
        }
    }
    (n_numbers > 0).then_some(n_numbers)
}

/// Whether another cell follows in the row.
fn is_before_cell(dom: Dom<'_>, cell: usize) -> bool {
    let end = dom.end(dom.parent(cell));
    next_element(dom, dom.end(cell), end).is_some_and(|next| dom.tag(next) == Tag::Td)
}

/// Whether a part of code cannot be selected, by its style or by a class that is named for that.
fn is_unselectable(dom: Dom<'_>, node: usize) -> bool {
    dom.attribute(node, Name::Style)
        .is_some_and(|style| style.contains("user-select:none") || style.contains("user-select: none"))
        || dom.attribute(node, Name::Class).is_some_and(|class| {
            let is_named = |class: &str| matches!(class, "select-none" | "no-select" | "noselect" | "user-select-none");
            class.split_ascii_whitespace().any(is_named)
        })
}

/// Whether a number stands first in its line, and the line before or after starts with the number next to it.
fn is_in_sequence(dom: Dom<'_>, node: usize) -> bool {
    let first = |line: usize| dom.children(line).find(|child| !is_space(dom, *child));
    let number = |node: usize| dom.text(node).trim().parse::<u32>().ok();
    let line = dom.parent(node);
    let Some(own) = number(node).filter(|_| first(line) == Some(node) && dom.end(node) < dom.end(line)) else {
        return false;
    };
    let is_beside = |other: usize, wanted: Option<u32>| {
        dom.tag(other) == dom.tag(line)
            && first(other).is_some_and(|first| dom.tag(first) == dom.tag(node) && number(first) == wanted)
    };
    let step = |at: usize, next: Option<usize>| if is_space(dom, at) { next } else { Some(at) };
    let before = previous_sibling(dom, line).and_then(|at| step(at, previous_sibling(dom, at)));
    let after = Some(dom.end(line)).filter(|after| *after < dom.end(dom.parent(line)));
    let after = after.and_then(|at| step(at, Some(dom.end(at)).filter(|after| *after < dom.end(dom.parent(line)))));
    before.is_some_and(|before| is_beside(before, own.checked_sub(1)))
        || after.is_some_and(|after| is_beside(after, own.checked_add(1)))
}

/// Whether a class speaks of the numbers of lines: `lineno`, `line-numbers`, `ln`, `blob-num`, `gutter`. A number
/// itself is `number` to highlighters.
fn names_numbers(class: &str) -> bool {
    class.split_ascii_whitespace().any(|class| {
        let lower = class.to_ascii_lowercase();
        matches!(lower.as_str(), "ln" | "lnt" | "lnum" | "blob-num" | "lnr" | "line-counter")
            || lower.contains("gutter")
            || lower.contains("ln-n")
            || lower.starts_with("linenr")
            || lower.contains("lineno")
            || lower.find("line").is_some_and(|at| lower[at..].contains("num") || lower[at..].ends_with("-no"))
    })
}

/// The first element from `at` on, white space passed over; `None` when text comes first.
fn next_element(dom: Dom<'_>, mut at: usize, end: usize) -> Option<usize> {
    while at < end && dom.tag(at) == Tag::Text {
        if !dom.text(at).trim().is_empty() {
            return None;
        }
        at = dom.end(at);
    }
    (at < end).then_some(at)
}
