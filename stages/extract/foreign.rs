//! MathML and SVG within HTML: where their own rules hold, and which HTML tags end them.

use super::attributes::Span;
use super::tags::Tag;

/// Whose rules hold for what is in an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Space {
    /// HTML's.
    Html,
    /// MathML's or SVG's: every element may close itself, none holds raw text.
    Foreign,
    /// HTML's, within an element of MathML or SVG that may hold HTML.
    Island,
}

/// The space within an element that starts in a foreign one.
pub(super) fn within(tag: Tag, html: &str, attributes: &[Span]) -> Space {
    match tag {
        Tag::Mi | Tag::Mo | Tag::Mn | Tag::Ms | Tag::Mtext | Tag::ForeignObject | Tag::Desc | Tag::Title => {
            Space::Island
        }
        Tag::AnnotationXml => {
            let is_html = attributes.iter().any(|Span { name, value }| {
                let value = &html[value.0..value.1];
                html[name.0..name.1].eq_ignore_ascii_case("encoding")
                    && (value.eq_ignore_ascii_case("text/html") || value.eq_ignore_ascii_case("application/xhtml+xml"))
            });
            if is_html { Space::Island } else { Space::Foreign }
        }
        _ => Space::Foreign,
    }
}

/// Whether a start tag ends the MathML or SVG around it: nobody means it to be in there.
pub(super) fn ends_foreign(tag: Tag, html: &str, attributes: &[Span]) -> bool {
    match tag {
        Tag::Font => attributes.iter().any(|Span { name, .. }| {
            ["color", "face", "size"].iter().any(|known| html[name.0..name.1].eq_ignore_ascii_case(known))
        }),
        Tag::B
        | Tag::Blockquote
        | Tag::Body
        | Tag::Br
        | Tag::Center
        | Tag::Code
        | Tag::Dd
        | Tag::Div
        | Tag::Dl
        | Tag::Dt
        | Tag::Em
        | Tag::Embed
        | Tag::Head
        | Tag::Hr
        | Tag::I
        | Tag::Img
        | Tag::Li
        | Tag::Menu
        | Tag::Meta
        | Tag::Ol
        | Tag::P
        | Tag::Pre
        | Tag::Ruby
        | Tag::Small
        | Tag::Span
        | Tag::Strong
        | Tag::Sub
        | Tag::Sup
        | Tag::Table
        | Tag::Tt
        | Tag::U
        | Tag::Ul
        | Tag::Var => true,
        _ => tag.is_heading(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_decide_for_some() {
        let space = |attribute: &str| {
            let end = attribute.find('=').unwrap();
            let spans = [Span { name: (0, end), value: (end + 1, attribute.len()) }];
            (within(Tag::AnnotationXml, attribute, &spans), ends_foreign(Tag::Font, attribute, &spans))
        };
        assert_eq!(space("encoding=MathML-Content"), (Space::Foreign, false));
        assert_eq!(space("Encoding=text/HTML"), (Space::Island, false));
        assert_eq!(space("COLOR=red"), (Space::Foreign, true));
    }
}
