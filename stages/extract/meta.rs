//! What a page says of itself: title, date, language.

use super::json_ld;
use super::tags::Tag;
use super::tree::{Dom, Name};
use super::{entities, writer};

/// Longest value, in characters: what is longer is no title, date or language.
const LONGEST: usize = 300;

/// What is known of a page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Meta {
    /// Its title.
    pub(super) title: Option<String>,
    /// When it was published, as written.
    pub(super) published: Option<String>,
    /// Its language, as written.
    pub(super) language: Option<String>,
}

/// Reads a page's facts, from the most to the least trusted place of each.
pub(super) fn read(dom: Dom<'_>) -> Meta {
    let (mut og_title, mut h1, mut title) = (None, None, None);
    let (mut published, mut item_date, mut time) = (None, None, None);
    let (mut locale, mut content_language) = (None, None);
    for node in 0..dom.len() {
        match dom.tag(node) {
            Tag::Meta => {
                let key = [Name::Property, Name::Named, Name::Itemprop, Name::HttpEquiv]
                    .into_iter()
                    .find_map(|name| dom.attribute(node, name));
                let (Some(key), Some(content)) = (key, dom.attribute(node, Name::Content)) else { continue };
                let slot = match key.to_ascii_lowercase().as_str() {
                    "og:title" => &mut og_title,
                    "article:published_time" | "og:article:published_time" => &mut published,
                    "datepublished" | "date" | "dc.date" | "dc.date.issued" | "publishdate" | "pubdate" => {
                        &mut item_date
                    }
                    "og:locale" => &mut locale,
                    "content-language" => &mut content_language,
                    _ => continue,
                };
                fill(slot, &entities::attribute(content));
            }
            Tag::Title => {
                if let Some(raw) = dom.attribute(node, Name::Raw) {
                    fill(&mut title, &entities::attribute(raw));
                }
            }
            Tag::H1 => fill(&mut h1, dom.text(node)),
            Tag::Time => {
                if let Some(date) = dom.attribute(node, Name::Datetime) {
                    let is_published =
                        dom.is(node, Name::Itemprop, "datePublished") || dom.has_class(node, "published");
                    fill(if is_published { &mut item_date } else { &mut time }, date);
                }
            }
            Tag::Text | Tag::A | Tag::Li | Tag::P => {}
            _ => {
                if item_date.is_none() && dom.is(node, Name::Itemprop, "datePublished") {
                    let date = dom.attribute(node, Name::Content).or_else(|| dom.attribute(node, Name::Datetime));
                    fill(&mut item_date, date.unwrap_or_else(|| dom.text(node)));
                }
            }
        }
    }
    let language = dom.attribute(0, Name::Lang).map(ToOwned::to_owned).filter(|lang| !lang.trim().is_empty());
    Meta {
        title: pick_title(og_title, h1, title),
        published: published.or(item_date).or_else(|| json_ld::date_published(dom)).or(time),
        language: language.or(locale).or(content_language).map(|lang| lang.trim().to_owned()),
    }
}

/// Puts a value in its place, if it is the first.
fn fill(slot: &mut Option<String>, value: &str) {
    if slot.is_some() {
        return;
    }
    let words = value.split(writer::is_collapsible).filter(|word| !word.is_empty());
    let mut clean = String::new();
    for word in words {
        if !clean.is_empty() {
            clean.push(' ');
        }
        clean.extend(word.chars().filter(|character| !character.is_control()));
        if clean.len() > 4 * LONGEST {
            return;
        }
    }
    if !clean.is_empty() && clean.chars().count() <= LONGEST {
        *slot = Some(clean);
    }
}

/// The heading when the page's title repeats it (the title then adds the site's name); else the title made for sharing.
fn pick_title(og_title: Option<String>, h1: Option<String>, title: Option<String>) -> Option<String> {
    match (&h1, &title) {
        (Some(heading), Some(whole)) if whole.contains(heading.as_str()) && heading.len() * 4 > whole.len() => h1,
        _ => og_title.or(title).or(h1),
    }
}

#[cfg(test)]
mod tests {
    use super::super::parser::Parser;
    use super::super::tree::Tree;
    use super::*;

    #[test]
    fn facts_come_from_the_most_trusted_place() {
        for (what, html, title, published, language) in [
            ("nothing", "<p>a", None, None, None),
            ("title", "<title> A &amp;\n B </title>", Some("A & B"), None, None),
            (
                "heading in the title",
                "<title>A long day - Site</title><h1>A long <b>day</b></h1>",
                Some("A long day"),
                None,
                None,
            ),
            ("og", "<meta property=og:title content='B'><title>A</title>", Some("B"), None, None),
            ("time", "<time datetime=2024-01-02>x</time>", None, Some("2024-01-02"), None),
            (
                "published",
                "<html lang=de><time datetime=2023><meta property='article:published_time' content=2024>",
                None,
                Some("2024"),
                Some("de"),
            ),
            (
                "JSON-LD",
                r#"<script type="application/ld+json">{"datePublished":"2022"}</script><meta property=og:locale content=pt_BR>"#,
                None,
                Some("2022"),
                Some("pt_BR"),
            ),
        ] {
            let mut tree = Tree::default();
            Parser::default().parse(html, &mut tree).unwrap();
            let found = read(Dom { html, tree: &tree });
            assert_eq!(
                (found.title.as_deref(), found.published.as_deref(), found.language.as_deref()),
                (title, published, language),
                "{what}"
            );
        }
    }
}
