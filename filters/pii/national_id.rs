//! Numbers that states give to persons: a form of digits and letters, a checksum, and a word beside it.
//!
//! Forms and checksums are those of the issuing offices, as Presidio's recognisers have them. Most are short enough that
//! one number in ten or so passes the checksum by chance: these count only beside a word that says what they are
//! (*PESEL*, *NHS*, *Steuer-ID*). The US social security number is a kind of its own.

use super::cue;
use super::numbers::Group;

/// One country's number.
struct Form {
    /// `9` a digit, `A` a letter, `X` either; `-` may be a blank, hyphen, dot or slash, or nothing.
    shape: &'static [u8],
    /// Words of which one must stand nearby, in lower case; none: the form and checksum are enough.
    words: &'static [&'static str],
    /// Whether these characters (without separators, upper case) can have been given out.
    check: fn(&[u8]) -> bool,
}

const fn form(shape: &'static [u8], words: &'static [&'static str], check: fn(&[u8]) -> bool) -> Form {
    Form { shape, words, check }
}

const FORMS: &[Form] = &[
    // Australia: tax file number, Medicare.
    form(b"999-999-999", &["tfn", "tax file"], |id| weighted(id, &[1, 4, 3, 7, 5, 8, 6, 9, 10]).is_multiple_of(11)),
    form(b"9999-99999-9", &["medicare"], |id| {
        matches!(id[0], b'2'..=b'6') && weighted(id, &[1, 3, 7, 9, 1, 3, 7, 9]) % 10 == value(id[8])
    }),
    // Canada: social insurance number.
    form(b"999-999-999", &["sin", "social insurance"], |id| !matches!(id[0], b'0' | b'8') && luhn(id)),
    // Germany: tax, social security, health insurance, identity card.
    form(
        b"99-999-999-999",
        &["steuer", "steuernummer", "steueridentifikationsnummer", "identifikationsnummer", "idnr", "tax id"],
        |id| id[0] != b'0' && iso_7064_mod_11_10(id),
    ),
    form(b"99-999999-A-999", &[], is_german_insurance),
    form(
        b"A999999999",
        &["krankenversichertennummer", "versichertennummer", "versichertennr", "kvnr", "krankenversicherung"],
        |id| folded(&[&letter_number(id[0]), &id[1..9]].concat(), &[1, 2]) % 10 == value(id[9]),
    ),
    form(b"AXXXXXXXX9", &["personalausweis", "ausweis", "ausweisnummer", "personalausweisnummer"], |id| {
        let sum: u32 =
            id[..9].iter().zip([7, 3, 1].iter().cycle()).map(|(byte, weight)| letter_value(*byte) * weight).sum();
        sum % 10 == value(id[9])
    }),
    // Spain: citizens and foreigners.
    form(b"99999999-A", &["nif", "dni", "d.n.i", "n.i.f"], |id| is_spanish(&id[..8], id[8])),
    form(b"A-9999999-A", &["nie", "n.i.e", "nif", "extranjero"], |id| {
        let first = match id[0] {
            b'X' => b'0',
            b'Y' => b'1',
            b'Z' => b'2',
            _ => return false,
        };
        is_spanish(&[&[first], &id[1..8]].concat(), id[8])
    }),
    // Finland.
    form(b"999999-999X", &["henkilötunnus", "hetu", "personbeteckning", "personal identity"], is_finnish),
    form(b"999999A999X", &["henkilötunnus", "hetu", "personbeteckning", "personal identity"], |id| {
        id[6] <= b'F' && is_finnish(&[&id[..6], &id[7..]].concat())
    }),
    // India: Aadhaar, PAN.
    form(b"9999-9999-9999", &["aadhaar", "aadhar", "uidai", "आधार"], |id| id[0] >= b'2' && verhoeff(id)),
    form(b"AAAAA9999A", &["pan", "permanent account"], |id| b"ABCFGHJLPT".contains(&id[3])),
    // Italy: codice fiscale. Sixteen places and a check letter are enough.
    form(b"AAAAAA99A99A999A", &[], is_fiscal_code),
    // Korea: residents and foreigners.
    form(
        b"999999-9999999",
        &["주민등록번호", "주민번호", "외국인등록번호", "resident registration", "rrn"],
        |id| {
            let sum = weighted(id, &[2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5]) % 11;
            let foreign = if matches!(id[6], b'5'..=b'8') { 2 } else { 0 };
            is_day(&id[2..4], &id[4..6]) && id[6] != b'0' && id[6] != b'9' && (11 - sum + foreign) % 10 == value(id[12])
        },
    ),
    // Nigeria.
    form(b"99999999999", &["nin", "national identification", "national identity"], verhoeff),
    // Poland.
    form(b"99999999999", &["pesel"], |id| weighted(id, &[1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]).is_multiple_of(10)),
    // Sweden: ten or twelve digits.
    form(b"999999-9999", &["personnummer", "pnr", "personal identity"], |id| is_day(&id[2..4], &id[4..6]) && luhn(id)),
    form(b"99999999-9999", &["personnummer", "pnr", "personal identity"], |id| {
        is_day(&id[4..6], &id[6..8]) && luhn(&id[2..])
    }),
    // Singapore.
    form(b"A9999999A", &["nric", "fin", "identity card"], is_singaporean),
    // Thailand.
    form(
        b"9-9999-99999-99-9",
        &["เลขประจำตัวประชาชน", "บัตรประชาชน", "เลขบัตรประชาชน", "thai id", "national id", "id card"],
        |id| {
            let sum = weighted(id, &[13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2]);
            id[0] != b'0' && (11 - sum % 11) % 10 == value(id[12])
        },
    ),
    // Turkey: two check digits.
    form(b"99999999999", &["kimlik", "tckn", "tc no", "t.c"], |id| {
        let at = |places: &[usize]| places.iter().map(|place| value(id[*place])).sum::<u32>();
        let tenth = (at(&[0, 2, 4, 6, 8]) * 7 + 100 - at(&[1, 3, 5, 7])) % 10;
        let eleventh = id[..10].iter().map(|byte| value(*byte)).sum::<u32>() % 10;
        id[0] != b'0' && tenth == value(id[9]) && eleventh == value(id[10])
    }),
    // United Kingdom: health service, national insurance.
    form(b"999-999-9999", &["nhs", "health service"], |id| {
        weighted(id, &[10, 9, 8, 7, 6, 5, 4, 3, 2, 1]).is_multiple_of(11)
    }),
    form(b"AA-99-99-99-A", &["national insurance", "nino", "ni number", "ni no"], |id| {
        !b"DFIQUV".contains(&id[0])
            && !b"DFIOQUV".contains(&id[1])
            && !matches!(&id[..2], b"BG" | b"GB" | b"NK" | b"KN" | b"TN" | b"NT" | b"ZZ")
            && id[8] <= b'D'
    }),
    // United States: taxpayers without a social security number, Medicare.
    form(b"999-99-9999", &["itin", "taxpayer", "tax id"], |id| {
        let group = value(id[3]) * 10 + value(id[4]);
        id[0] == b'9' && matches!(group, 50..=65 | 70..=88 | 90..=92 | 94..=99)
    }),
    form(b"9AX9-AX9-AA99", &["mbi", "medicare"], |id| id[0] != b'0' && !id.iter().any(|byte| b"SLOIBZ".contains(byte))),
    // South Africa.
    form(b"999999-9999-999", &["id number", "identity number", "sa id", "id no"], |id| {
        is_day(&id[2..4], &id[4..6]) && id[10] <= b'1' && luhn(id)
    }),
];

/// Most letters before a form's first digit.
const MOST_LETTERS: usize = 6;

/// Least and most digits of a form, separators and letters between them included.
const LEAST_DIGITS: usize = 4;
const MOST_BYTES: usize = 20;

pub(super) fn find(text: &str, groups: &[Group], add: &mut impl FnMut(usize, usize)) {
    let bytes = text.as_bytes();
    let mut free_from = 0;
    for group in groups {
        let near = &bytes[group.start..bytes.len().min(group.start + MOST_BYTES)];
        if group.start < free_from || near.iter().filter(|byte| byte.is_ascii_digit()).count() < LEAST_DIGITS {
            continue;
        }
        let Some(start) = begin(bytes, group.start) else { continue };
        let spaced = spaced_letters(bytes, start);
        let found = FORMS.iter().find_map(|form| {
            [Some(start), spaced].into_iter().flatten().find_map(|start| {
                let (id, length) = form.read(&bytes[start..])?;
                let is_one = (form.check)(&id[..length.0]);
                let end = start + length.1;
                let is_said = form.words.is_empty() || cue::is_near(bytes, start, end, form.words);
                (is_one && is_said).then_some((start, end))
            })
        });
        if let Some((start, end)) = found {
            add(start, end);
            free_from = end;
        }
    }
}

/// Where the word of letters and digits begins that these digits belong to, if they can begin a form.
fn begin(bytes: &[u8], digits: usize) -> Option<usize> {
    let letters =
        bytes[..digits].iter().rev().take(MOST_LETTERS + 1).take_while(|byte| byte.is_ascii_alphanumeric()).count();
    let start = digits - letters;
    let before = start.checked_sub(1).map(|place| bytes[place]);
    let is_inside = before.is_some_and(|byte| byte == b'_' || (letters == 0 && matches!(byte, b'.' | b'-' | b'/')));
    (letters <= MOST_LETTERS && !is_inside).then_some(start)
}

/// Two letters and a blank before a place: how national insurance numbers are written.
fn spaced_letters(bytes: &[u8], start: usize) -> Option<usize> {
    let place = start.checked_sub(3)?;
    let is_pair =
        bytes[place].is_ascii_uppercase() && bytes[place + 1].is_ascii_uppercase() && bytes[place + 2] == b' ';
    let is_alone = !place.checked_sub(1).is_some_and(|before| bytes[before].is_ascii_alphanumeric());
    (is_pair && is_alone).then_some(place)
}

impl Form {
    /// The characters of this form at the beginning of `bytes`, in upper case without separators; how many they are, and
    /// how many bytes they take.
    fn read(&self, bytes: &[u8]) -> Option<([u8; 16], (usize, usize))> {
        let (mut id, mut length, mut at) = ([0; 16], 0, 0);
        for place in self.shape {
            let byte = *bytes.get(at)?;
            let fits = match place {
                b'-' => {
                    at += usize::from(matches!(byte, b' ' | b'-' | b'.' | b'/'));
                    continue;
                }
                b'9' => byte.is_ascii_digit(),
                b'A' => byte.is_ascii_alphabetic(),
                _ => byte.is_ascii_alphanumeric(),
            };
            if !fits {
                return None;
            }
            id[length] = byte.to_ascii_uppercase();
            length += 1;
            at += 1;
        }
        let ends = match bytes.get(at..) {
            Some([b'.' | b'-' | b'/', next, ..]) => !next.is_ascii_digit(),
            Some([next, ..]) => !next.is_ascii_alphanumeric() && *next != b'_',
            _ => true,
        };
        ends.then_some((id, (length, at)))
    }
}

fn value(digit: u8) -> u32 {
    u32::from(digit.wrapping_sub(b'0'))
}

/// Digits times weights, summed.
fn weighted(digits: &[u8], weights: &[u32]) -> u32 {
    digits.iter().zip(weights).map(|(digit, weight)| value(*digit) * weight).sum()
}

/// Digits times weights in turn, the digits of each product summed.
fn folded(digits: &[u8], weights: &[u32]) -> u32 {
    digits
        .iter()
        .zip(weights.iter().cycle())
        .map(|(digit, weight)| value(*digit) * weight)
        .map(|product| product / 10 + product % 10)
        .sum()
}

fn luhn(digits: &[u8]) -> bool {
    super::luhn(digits.iter().map(|byte| byte - b'0'))
}

/// Whether these are a month and a day.
fn is_day(month: &[u8], day: &[u8]) -> bool {
    let two = |digits: &[u8]| value(digits[0]) * 10 + value(digits[1]);
    (1..=12).contains(&two(month)) && (1..=31).contains(&two(day))
}

/// A letter's place in the alphabet as two digits, A being 01.
fn letter_number(letter: u8) -> [u8; 2] {
    let place = letter - b'A' + 1;
    [b'0' + place / 10, b'0' + place % 10]
}

/// A digit's value, or 10 for A up to 35 for Z.
fn letter_value(byte: u8) -> u32 {
    if byte.is_ascii_digit() { value(byte) } else { u32::from(byte - b'A') + 10 }
}

/// The hybrid system of ISO 7064 for eleven digits.
fn iso_7064_mod_11_10(digits: &[u8]) -> bool {
    let (body, check) = digits.split_at(digits.len() - 1);
    let product = body.iter().fold(10, |product, digit| {
        let sum = (value(*digit) + product) % 10;
        (if sum == 0 { 10 } else { sum }) * 2 % 11
    });
    (11 - product) % 10 == value(check[0])
}

/// Area, birthday, initial, serial and check digit; the day may be raised by 50.
fn is_german_insurance(id: &[u8]) -> bool {
    let day = (value(id[2]) * 10 + value(id[3])) % 50;
    let month = value(id[4]) * 10 + value(id[5]);
    let digits = [&id[..8], &letter_number(id[8]), &id[9..11]].concat();
    let sum = folded(&digits, &[2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1]);
    (1..=31).contains(&day) && (1..=12).contains(&month) && sum % 10 == value(id[11])
}

fn is_spanish(digits: &[u8], letter: u8) -> bool {
    let number = digits.iter().fold(0, |number, digit| number * 10 + value(*digit));
    b"TRWAGMYFPDXBNJZSQVHLCKE"[number as usize % 23] == letter
}

/// Birthday, three digits, and a check character modulo 31.
fn is_finnish(id: &[u8]) -> bool {
    let number = id[..9].iter().fold(0, |number, digit| number * 10 + value(*digit));
    is_day(&id[2..4], &id[..2]) && b"0123456789ABCDEFHJKLMNPRSTUVWXY"[number as usize % 31] == id[9]
}

fn is_fiscal_code(id: &[u8]) -> bool {
    const ODD: [u32; 26] =
        [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];
    let place = |byte: u8| if byte.is_ascii_digit() { value(byte) } else { u32::from(byte - b'A') };
    let sum: u32 = (id[..15].iter().enumerate())
        .map(|(at, byte)| if at % 2 == 0 { ODD[place(*byte) as usize] } else { place(*byte) })
        .sum();
    b"ABCDEHLMPRST".contains(&id[8]) && u32::from(id[15] - b'A') == sum % 26
}

fn is_singaporean(id: &[u8]) -> bool {
    let sum = weighted(&id[1..8], &[2, 7, 6, 5, 4, 3, 2]);
    let letter = match id[0] {
        b'S' => b"JZIHGFEDCBA"[sum as usize % 11],
        b'T' => b"JZIHGFEDCBA"[(sum as usize + 4) % 11],
        b'F' => b"XWUTRQPNMLK"[sum as usize % 11],
        b'G' => b"XWUTRQPNMLK"[(sum as usize + 4) % 11],
        b'M' => b"KLJNPQRTUWX"[10 - (sum as usize + 3) % 11],
        _ => return false,
    };
    letter == id[8]
}

/// Verhoeff's check over the dihedral group of order ten.
fn verhoeff(digits: &[u8]) -> bool {
    const PERMUTATION: [u8; 10] = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];
    let multiply = |a: u8, b: u8| match (a < 5, b < 5) {
        (true, true) => (a + b) % 5,
        (true, false) => (a + b - 5) % 5 + 5,
        (false, true) => (a - 5 + 5 - b) % 5 + 5,
        (false, false) => (a + 5 - b) % 5,
    };
    let check = digits.iter().rev().enumerate().fold(0, |check, (place, digit)| {
        let permuted = (0..place % 8).fold(digit - b'0', |digit, _| PERMUTATION[usize::from(digit)]);
        multiply(check, permuted)
    });
    check == 0
}

#[cfg(test)]
mod tests {
    use super::super::{Kind, check};

    #[test]
    fn numbers_beside_their_words() {
        // Example numbers of the offices themselves, or made for the purpose.
        for (words, number) in [
            ("TFN", "876 543 210"),
            ("Medicare", "2123 45670 1"),
            ("SIN", "130 692 544"),
            ("Steuer-ID", "86 095 742 719"),
            ("KVNR", "A123456780"),
            ("Ausweis", "T220001293"),
            ("DNI", "12345678Z"),
            ("NIE", "X1234567L"),
            ("henkilötunnus", "131052-308T"),
            ("hetu", "131052A308T"),
            ("Aadhaar", "2363 4567 8915"),
            ("PAN", "ABCPE1234F"),
            ("PESEL", "44051401359"),
            ("personnummer", "811218-9876"),
            ("personnummer", "19811218-9876"),
            ("NRIC", "S1234567D"),
            ("FIN", "G1234567X"),
            ("Kimlik", "10000000146"),
            ("NHS", "943 476 5919"),
            ("National Insurance", "AB 12 34 56 C"),
            ("ITIN", "912-75-1234"),
            ("MBI", "1EG4-TE5-MK73"),
            ("ID number", "8001015009087"),
            ("Thai ID", "1-1016-70023-25-4"),
        ] {
            check(Kind::NationalId, &[(&format!("{words}: {number}."), &[number]), (&format!("lot {number}"), &[])]);
        }
    }

    #[test]
    fn long_forms_need_no_word() {
        check(
            Kind::NationalId,
            &[
                ("CF RSSMRA85T10A562S", &["RSSMRA85T10A562S"]),
                ("15 070649 C 103", &["15 070649 C 103"]),
                ("RSSMRA85T10A562T, 15 070649 C 104", &[]),
            ],
        );
    }

    #[test]
    fn wrong_checksums_and_parts_of_longer_numbers() {
        check(
            Kind::NationalId,
            &[
                ("PESEL 44051401358, SIN 046 454 287, NHS 943 476 5918", &[]),
                ("PESEL 440514013590, x44051401359, 44051401359.5", &[]),
                ("pesel numbers have eleven digits", &[]),
            ],
        );
    }
}
