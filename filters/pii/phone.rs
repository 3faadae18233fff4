//! Telephone numbers: with a country code, or in the North American form.

use super::is_word;

pub(super) fn find(text: &str, add: &mut impl FnMut(usize, usize)) {
    let bytes = text.as_bytes();
    let mut free_from = 0;
    let mut at = 0;
    while at < bytes.len() {
        let byte = bytes[at];
        let begins = byte == b'+' || byte == b'(' || byte.is_ascii_digit();
        if !begins || at < free_from {
            at += 1;
            continue;
        }
        let before = at.checked_sub(1).map(|place| bytes[place]);
        let is_inside =
            before.is_some_and(|byte| is_word(byte) || matches!(byte, b'.' | b'-' | b'/' | b'=' | b'#' | b'+' | b'$'));
        let end = end_of_run(bytes, at);
        if !is_inside && end > at && is_phone(&bytes[at..end]) && !bytes.get(end).is_some_and(|byte| is_word(*byte)) {
            add(at, end);
        }
        at = end.max(at + 1);
        free_from = at;
    }
}

/// Past the last digit of a run of digits, with at most one separator (or a bracket and a space) between groups.
fn end_of_run(bytes: &[u8], start: usize) -> usize {
    let (mut at, mut end, mut gap) = (start, start, 0);
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'0'..=b'9' => {
                end = at + 1;
                gap = 0;
            }
            b'+' if at == start => {}
            b' ' | b'-' | b'.' | b'(' | b')' | b'/' if gap < 2 => gap += 1,
            _ => break,
        }
        at += 1;
    }
    end
}

fn is_phone(run: &[u8]) -> bool {
    let digits = run.iter().filter(|byte| byte.is_ascii_digit()).count();
    let groups: Vec<&[u8]> = run.split(|byte| !byte.is_ascii_digit()).filter(|group| !group.is_empty()).collect();
    let open = run.iter().filter(|byte| **byte == b'(').count();
    if open > 1 || open != run.iter().filter(|byte| **byte == b')').count() {
        return false;
    }
    if run[0] == b'+' {
        // ITU-T E.164: at most 15 digits; no country code begins with 0.
        return (8..=15).contains(&digits) && groups[0][0] != b'0' && groups.len() <= 6;
    }
    is_north_american(run, &groups)
}

/// Three, three and four digits with separators, and perhaps a 1 before them; areas and exchanges begin with 2 to 9.
fn is_north_american(run: &[u8], groups: &[&[u8]]) -> bool {
    let groups = if groups.len() == 4 && groups[0] == b"1" { &groups[1..] } else { groups };
    let [area, exchange, line] = groups else { return false };
    let separators: Vec<u8> = run.iter().copied().filter(|byte| !byte.is_ascii_digit()).collect();
    let is_uniform = run.contains(&b'(') || separators.windows(2).all(|pair| pair[0] == pair[1]);
    (area.len(), exchange.len(), line.len()) == (3, 3, 4)
        && (b'2'..=b'9').contains(&area[0])
        && (b'2'..=b'9').contains(&exchange[0])
        && is_uniform
        && !separators.contains(&b'/')
}

#[cfg(test)]
mod tests {
    use super::super::{Kind, check};

    #[test]
    fn numbers() {
        check(
            Kind::Phone,
            &[
                ("Tel. +49 (0)89 1234567, fax", &["+49 (0)89 1234567"]),
                ("+44 20 7946 0958 or +12125550187", &["+44 20 7946 0958", "+12125550187"]),
                ("call 212-555-0187 or (212) 555-0187.", &["212-555-0187", "(212) 555-0187"]),
                ("1-212-555-0187", &["1-212-555-0187"]),
                ("in 1999 - 2004, ISBN 978-3-16-148410-0, 10.1000/182", &[]),
                ("112-555-0187, 212-155-0187, 212-555 0187, 2125550187", &[]),
                ("a+12125550187, x=+12125550187, +1 2", &[]),
                ("1 2 3 4 5 6 7 8 9 10 11 12", &[]),
            ],
        );
    }
}
