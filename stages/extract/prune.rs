//! What is no part of a page's content, whatever its text: by element, role, visibility, and the words of its class.

use super::features::{Facts, Seen};
use super::hints::Hints;
use super::tags::Tag;
use super::tree::{Dom, Name};

/// A part that holds more than this share of the page's text is not dropped for its class.
const LARGEST_NOISE: f32 = 0.35;
/// Comments may be much longer than what they comment on.
const LARGEST_COMMENTS: f32 = 0.9;
/// Asides and forms that hold more than this share are the page's content.
const LARGEST_ASIDE: f32 = 0.4;
/// Text for browsers without scripts that holds more than this share is the page's content.
const LARGEST_NOSCRIPT: f32 = 0.2;
/// Good characters from which their share says more than that of all characters.
const LEAST_GOOD: u32 = 500;
/// Bytes of text up to which a part is dropped as a byline, a date or tags.
const LONGEST_META: usize = 200;

/// Marks what no reader can see. Some pages hide all they have until a script shows it: then attributes and styles that
/// hide are not heeded (`is_lenient`).
pub(super) fn hide(dom: Dom<'_>, facts: &mut [Facts], is_lenient: bool) {
    let mut node = 0;
    while node < dom.len() {
        let is_unseen = is_unseen(dom, node, is_lenient);
        (facts[node].is_unseen, facts[node].is_dropped) = (is_unseen, is_unseen);
        node = if is_unseen { dom.end(node) } else { node + 1 };
    }
}

/// Marks the roots of what is dropped. What can be seen must have been counted.
pub(super) fn prune(dom: Dom<'_>, facts: &mut [Facts], is_discussion: bool) {
    let total = facts[0].seen;
    let mut node = 0;
    while node < dom.len() {
        let is_dropped = facts[node].is_unseen || is_noise(dom, &facts[node], node, total, is_discussion);
        facts[node].is_dropped = is_dropped;
        node = if is_dropped { dom.end(node) } else { node + 1 };
    }
}

fn is_unseen(dom: Dom<'_>, node: usize, is_lenient: bool) -> bool {
    match dom.tag(node) {
        Tag::Template | Tag::Svg | Tag::Select | Tag::Video | Tag::Audio | Tag::Canvas | Tag::Map | Tag::Rp => true,
        Tag::Text | Tag::Html | Tag::Body | Tag::Head | Tag::Math | Tag::Script | Tag::Title | Tag::Img => false,
        _ if is_lenient || !dom.has_attributes(node) => false,
        // What React sends behind the page, for its script to put in its place.
        _ if dom.attribute(node, Name::Id).is_some_and(|id| id.starts_with("S:")) => false,
        // The MathML of a formula whose picture is shown.
        _ if node + 1 < dom.end(node) && dom.tag(node + 1) == Tag::Math => false,
        _ => {
            dom.attribute(node, Name::Hidden).is_some_and(|value| !value.eq_ignore_ascii_case("until-found"))
                || dom.attribute(node, Name::Style).is_some_and(is_hiding)
        }
    }
}

/// Whether a style hides its element.
fn is_hiding(style: &str) -> bool {
    style.split(';').any(|rule| {
        rule.split_once(':').is_some_and(|(property, value)| {
            let (property, value) = (property.trim(), value.trim());
            let value = value.split_ascii_whitespace().next().unwrap_or_default();
            (property.eq_ignore_ascii_case("display") && value.eq_ignore_ascii_case("none"))
                || (property.eq_ignore_ascii_case("visibility") && value.eq_ignore_ascii_case("hidden"))
        })
    })
}

fn is_noise(dom: Dom<'_>, facts: &Facts, node: usize, total: Seen, is_discussion: bool) -> bool {
    let tag = dom.tag(node);
    if matches!(tag, Tag::Text | Tag::Html | Tag::Head | Tag::Body | Tag::Main | Tag::Math | Tag::Pre | Tag::Code) {
        return false;
    }
    let share = || share(facts.seen, total);
    match tag {
        Tag::Nav | Tag::Button | Tag::Dialog | Tag::Search => return share() < LARGEST_NOISE,
        Tag::Footer => {
            return dom.tag(dom.parent(node)) != Tag::Blockquote && share() < LARGEST_ASIDE;
        }
        // What readers without scripts see: rarely the page itself, mostly a request to turn scripts on.
        Tag::Noscript => return share() < LARGEST_NOSCRIPT,
        // Forms wrap whole pages and whole threads.
        Tag::Form if facts.seen.good > 0 && facts.seen.good * 2 >= total.good => {}
        Tag::Aside | Tag::Form | Tag::Menu if share() < LARGEST_ASIDE => return true,
        _ => {}
    }
    if !dom.has_attributes(node) {
        return false;
    }
    if dom.is(node, Name::AriaHidden, "true") && share() < LARGEST_ASIDE {
        return true;
    }
    if let Some(role) = dom.attribute(node, Name::Role) {
        let is_noise = matches!(
            role,
            "navigation"
                | "banner"
                | "contentinfo"
                | "complementary"
                | "search"
                | "dialog"
                | "alertdialog"
                | "menu"
                | "menubar"
                | "toolbar"
                | "tablist"
                | "button"
                | "alert"
        );
        if is_noise && share() < LARGEST_ASIDE {
            return true;
        }
    }
    if tag == Tag::Article {
        return false;
    }
    let hints = facts.hints;
    (hints.has(Hints::CONSENT) && share() < LARGEST_COMMENTS)
        || (hints.has(Hints::NOISE) && !facts.has_h1 && share() < LARGEST_NOISE)
        || (hints.has(Hints::COMMENTS) && !is_discussion && share() < LARGEST_COMMENTS)
        || (hints.has(Hints::HIDDEN) && share() < LARGEST_ASIDE)
        || (hints.has(Hints::META) && !tag.is_heading() && dom.text(node).len() <= LONGEST_META)
}

/// The smaller one of the shares of the page's characters and of its good characters.
#[expect(clippy::cast_precision_loss, reason = "a ratio of counts")]
fn share(part: Seen, whole: Seen) -> f32 {
    let by_chars = part.chars as f32 / whole.chars.max(1) as f32;
    let by_good = part.good as f32 / whole.good.max(1) as f32;
    if whole.good < LEAST_GOOD { by_chars } else { by_chars.min(by_good) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn styles_hide() {
        for (style, expected) in [
            ("display:none", true),
            ("color: red; DISPLAY : None !important", true),
            ("visibility:hidden;", true),
            ("display:block", false),
            ("", false),
        ] {
            assert_eq!(is_hiding(style), expected, "{style}");
        }
    }
}
