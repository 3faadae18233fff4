//! US social security numbers: three, two and four digits with hyphens, out of the ranges that are given out.

use super::numbers::{Group, rows};
use super::stands_alone;

pub(super) fn find(text: &str, groups: &[Group], add: &mut impl FnMut(usize, usize)) {
    let bytes = text.as_bytes();
    rows(
        bytes,
        groups,
        |gap| gap == b"-",
        |row| {
            let [area, group, serial] = row else { return };
            let (start, end) = (area.start, serial.end);
            // Behind a plus, three digits are a country's code.
            let is_telephone = start.checked_sub(1).is_some_and(|before| bytes[before] == b'+');
            let is_formed = (area.len(), group.len(), serial.len()) == (3, 2, 4) && !is_telephone;
            if !is_formed || !stands_alone(bytes, start, end) {
                return;
            }
            let [area, group, serial] = [area, group, serial].map(|group| &text[group.start..group.end]);
            let run = &text[start..end];
            let is_given =
                area != "000" && area != "666" && !area.starts_with('9') && group != "00" && serial != "0000";
            // Numbers that stand in advertisements and manuals.
            let is_known_fake = matches!(run, "078-05-1120" | "219-09-9999" | "123-45-6789");
            if is_given && !is_known_fake {
                add(start, end);
            }
        },
    );
}

#[cfg(test)]
mod tests {
    use super::super::{Kind, check};

    #[test]
    fn numbers() {
        check(
            Kind::UsSsn,
            &[
                ("SSN 212-09-4321.", &["212-09-4321"]),
                ("000-12-3456 666-12-3456 912-12-3456 212-00-3456 212-12-0000", &[]),
                ("078-05-1120, 2120-09-4321, 212-09-43210, 212 09 4321, tel:+672-10-6609", &[]),
            ],
        );
    }
}
