//! Real pages, encoded as pages were before UTF-8: how many come back as they were.
//!
//! Every page of a language is written in the charsets that this language was written in, and declared in four ways. Its
//! own declarations are made void.

use std::collections::BTreeMap;

use encoding_rs::Encoding;

use super::decode;

/// Languages with the charsets that their pages were in.
const CHARSETS: &[(&str, &[&str])] = &[
    ("en", &["windows-1252"]),
    ("de", &["windows-1252", "iso-8859-15"]),
    ("fr", &["windows-1252", "iso-8859-15"]),
    ("es", &["windows-1252"]),
    ("pt", &["windows-1252"]),
    ("it", &["windows-1252"]),
    ("nl", &["windows-1252"]),
    ("sv", &["windows-1252"]),
    ("pl", &["iso-8859-2", "windows-1250"]),
    ("cs", &["windows-1250", "iso-8859-2"]),
    ("hu", &["iso-8859-2"]),
    ("ru", &["windows-1251", "koi8-r"]),
    ("uk", &["windows-1251"]),
    ("bg", &["windows-1251"]),
    ("el", &["iso-8859-7", "windows-1253"]),
    ("tr", &["windows-1254"]),
    ("zh", &["gbk", "big5", "gb18030"]),
    ("ja", &["shift_jis", "euc-jp", "iso-2022-jp"]),
    ("ko", &["euc-kr"]),
    ("ar", &["windows-1256"]),
    ("he", &["windows-1255"]),
    ("th", &["windows-874"]),
];

/// Where a page says its charset: in the HTTP head, in itself, in itself against the head, nowhere.
const WAYS: [&str; 4] = ["head", "page", "page against head", "nowhere"];
/// Share of pages that must come back, in each of the ways.
const LEAST: [f64; 4] = [1.0, 0.99, 0.99, 0.97];
/// Pages of a language: there are many English ones.
const MOST_PAGES: usize = 60;

/// Right and all, by charset and way.
type Counts = BTreeMap<(&'static str, usize), (u32, u32)>;

#[test]
fn legacy_pages_come_back() {
    let Some(folder) = crate::real_pages::folder() else { return };
    let mut counts = Counts::new();
    let mut n_pages = BTreeMap::new();
    crate::real_pages::for_each(&folder, |_, _, bytes| {
        let Ok(html) = std::str::from_utf8(bytes) else { return };
        let Some((language, charsets)) = CHARSETS.iter().find(|(known, _)| language_of(html) == Some(known)) else {
            return;
        };
        let n = n_pages.entry(*language).or_insert(0);
        if html.is_ascii() || *n == MOST_PAGES {
            return;
        }
        *n += 1;
        let silent = html.replace("charset", "former").replace("CHARSET", "former").replace("encoding=", "former=");
        for name in *charsets {
            count(&silent, name, &mut counts);
        }
    });
    let mut shares = [(0, 0); WAYS.len()];
    for ((name, way), (right, all)) in &counts {
        eprintln!("{name:14} {:18} {right} of {all}", WAYS[*way]);
        shares[*way].0 += right;
        shares[*way].1 += all;
    }
    for ((way, (right, all)), least) in WAYS.iter().zip(shares).zip(LEAST) {
        eprintln!("all            {way:18} {right} of {all}");
        assert!(f64::from(right) >= least * f64::from(all), "{way}: {right} of {all}");
    }
}

/// Encodes a page, declares that in every way, and looks at what is decoded.
fn count(html: &str, name: &'static str, counts: &mut Counts) {
    let encoding = Encoding::for_label(name.as_bytes()).unwrap();
    // What the charset does not have becomes a reference, as in pages of the time.
    let body = encoding.encode(html).0;
    let n_references = body.windows(2).filter(|two| two == b"&#").count() - html.matches("&#").count();
    if n_references * 20 > html.chars().filter(|character| !character.is_ascii()).count() {
        return; // no page of that language would be in it
    }
    if std::str::from_utf8(&body).is_ok() && name != "iso-2022-jp" {
        return; // nothing is left to decode
    }
    let in_page = [format!("<meta charset='{name}'>").as_bytes(), &*body].concat();
    let named = format!("text/html; charset={name}");
    for way in 0..WAYS.len() {
        // These are not told from ASCII, and not from windows-1252, where no one says so; browsers do not either.
        if way == 3 && matches!(name, "iso-2022-jp" | "iso-8859-15") {
            continue;
        }
        let (body, head) = match way {
            0 => (&*body, named.as_str()),
            1 => (in_page.as_slice(), "text/html"),
            2 if name == "iso-2022-jp" => continue, // and it is valid UTF-8
            2 => (in_page.as_slice(), "text/html; charset=UTF-8"),
            _ => (&*body, "text/html"),
        };
        let (right, all) = counts.entry((name, way)).or_default();
        *all += 1;
        *right += u32::from(decode(body, Some(head), None) == encoding.decode_without_bom_handling(body).0);
    }
}

/// The language that a page says it is in.
fn language_of(html: &str) -> Option<&str> {
    let start = &html[..html.floor_char_boundary(2048)];
    let tag = &start[start.find("<html")?..];
    let tag = &tag[..tag.find('>')?];
    tag[tag.find("lang=")? + "lang=".len()..].trim_start_matches(['"', '\'']).get(..2)
}
