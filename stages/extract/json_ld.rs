//! What a page says of itself in JSON-LD. Strings are searched by key: many pages hold JSON that no parser takes.

use memchr::memmem;

use super::tags::Tag;
use super::tree::{Dom, Name};

/// The JSON-LD scripts of a page.
fn scripts(dom: Dom<'_>) -> impl Iterator<Item = &str> {
    (0..dom.len())
        .filter(move |node| dom.tag(*node) == Tag::Script && dom.is(*node, Name::Type, "application/ld+json"))
        .filter_map(move |node| dom.attribute(node, Name::Raw))
}

/// The longest `articleBody`.
pub(super) fn article_body(dom: Dom<'_>) -> Option<String> {
    scripts(dom).filter_map(|json| value(json, "articleBody")).max_by_key(String::len).map(|body| {
        // Some bodies hold HTML, or its references.
        if body.contains("</") || body.contains('&') { strip_tags(&body) } else { body }
    })
}

/// The first `datePublished`.
pub(super) fn date_published(dom: Dom<'_>) -> Option<String> {
    scripts(dom).find_map(|json| value(json, "datePublished")).filter(|date| !date.trim().is_empty())
}

/// What the page says it is, as a number: 0 nothing, 1 news, 2 a blog's post, 3 an article, 4 a product, 5 a
/// discussion, 6 a list.
pub(super) fn kind(dom: Dom<'_>) -> u8 {
    let types = scripts(dom).flat_map(|json| {
        memmem::find_iter(json.as_bytes(), "\"@type\"").filter_map(|at| {
            let rest = json[at + "\"@type\"".len()..].trim_start().strip_prefix(':')?.trim_start();
            let rest = rest.strip_prefix('[').unwrap_or(rest).trim_start().strip_prefix('"')?;
            rest.split('"').next()
        })
    });
    let kinds = types.map(|name| match name {
        "NewsArticle" => 1,
        "BlogPosting" => 2,
        "Article" => 3,
        "Product" | "ProductGroup" => 4,
        "QAPage" | "DiscussionForumPosting" => 5,
        "CollectionPage" | "ItemList" => 6,
        _ => u8::MAX,
    });
    kinds.filter(|kind| *kind != u8::MAX).min().unwrap_or(0)
}

/// The first string under a key.
fn value(json: &str, key: &str) -> Option<String> {
    let quoted = format!("\"{key}\"");
    memmem::find_iter(json.as_bytes(), quoted.as_bytes()).find_map(|at| {
        let rest = json[at + quoted.len()..].trim_start().strip_prefix(':')?.trim_start().strip_prefix('"')?;
        string(rest)
    })
}

/// The JSON string that starts after its quote.
fn string(rest: &str) -> Option<String> {
    let mut out = String::new();
    let mut characters = rest.chars();
    let mut high = None;
    loop {
        let mut character = characters.next()?;
        if character == '"' {
            return Some(out);
        }
        if character == '\\' {
            character = match characters.next()? {
                'n' | 'r' => '\n',
                't' => '\t',
                'b' | 'f' => ' ',
                'u' => {
                    let digits = characters.as_str().get(..4)?;
                    let code = u32::from_str_radix(digits, 16).ok()?;
                    characters = characters.as_str().get(4..)?.chars();
                    match (high.take(), code) {
                        (_, 0xd800..=0xdbff) => {
                            high = Some(code);
                            continue;
                        }
                        (Some(high), 0xdc00..=0xdfff) => {
                            char::from_u32(0x10000 + ((high - 0xd800) << 10) + (code - 0xdc00))
                        }
                        _ => char::from_u32(code),
                    }
                    .unwrap_or(char::REPLACEMENT_CHARACTER)
                }
                other => other,
            };
        }
        out.push(character);
    }
}

/// The text of HTML, with a line for each tag.
fn strip_tags(html: &str) -> String {
    use super::tokenizer::{Token, Tokenizer};
    let mut tokens = Tokenizer::new(html);
    let mut out = String::new();
    while let Some(token) = tokens.next(false) {
        match token {
            Token::Text(text) => super::entities::decode(text, super::entities::Place::Text, &mut out),
            Token::Literal(text) => super::entities::literal(text, &mut out),
            Token::Start(tag) => {
                if Tag::parse(tag.name).is_raw_text() {
                    tokens.raw_text(tag.name); // no text that is shown
                }
                out.push('\n');
            }
            Token::End(_) => out.push('\n'),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_found_by_key() {
        for (json, expected) in [
            ("{}", None),
            (r#"{"articleBody" : "a\n\u00e9\ud83d\ude00\"b"}"#, Some("a\né😀\"b")),
            (r#"{"articleBody": null, "x": {"articleBody": "c"}}"#, Some("c")),
            (r#"{"articleBody": "open"#, None),
        ] {
            assert_eq!(value(json, "articleBody").as_deref(), expected, "{json}");
        }
        assert_eq!(strip_tags("<p>a &amp; b</p>"), "\na & b\n");
        assert_eq!(strip_tags("a<script>if (a < b) {}</script>c"), "a\nc");
    }
}
