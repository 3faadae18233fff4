//! Where a page holds formulas: MathML, scripts of TeX, images, and what KaTeX and MathJax make of them.

use super::tags::Tag;
use super::tree::{Dom, Name};
use super::{entities, mathml};

/// A formula as LaTeX, and whether it stands on its own.
type Formula = (String, bool);

/// The formula at a node, if it is one, and the node after it. `Some((None, next))` is a part to pass over: a rendered
/// copy of a formula.
pub(super) fn at(dom: Dom<'_>, node: usize) -> Option<(Option<Formula>, usize)> {
    let next = dom.end(node);
    match dom.tag(node) {
        Tag::Math => {
            let is_display =
                dom.is(node, Name::Display, "block") || dom.is(node, Name::Mode, "display") || is_in_display(dom, node);
            let tex = mathml::annotation(dom, node).unwrap_or_else(|| mathml::to_tex(dom, node));
            Some((Some((tex, is_display)), next))
        }
        Tag::Script => {
            let kind = dom.attribute(node, Name::Type)?.trim_start();
            let tex = dom.attribute(node, Name::Raw)?;
            kind.starts_with("math/tex").then(|| (Some((tex.to_owned(), kind.contains("display"))), next))
        }
        Tag::Img => image(dom, node).map(|formula| (Some(formula), next)),
        Tag::Span | Tag::Div => {
            let class = dom.attribute(node, Name::Class)?;
            let is_copy = class.split_ascii_whitespace().any(|class| {
                matches!(
                    class,
                    "katex-html"
                        | "MathJax_Preview"
                        | "MathJax"
                        | "MathJax_Display"
                        | "MathJax_SVG"
                        | "MathJax_CHTML"
                        | "MathJax_SVG_Display"
                        | "MJXc-display"
                        | "mjx-chtml"
                        | "MathJax_Processed"
                )
            });
            if !is_copy {
                return None;
            }
            if has_script(dom, node) || class.contains("katex-html") || class.contains("Preview") {
                return Some((None, next));
            }
            // Without its source, MathML for those who cannot see is the best copy; else the glyphs stay.
            let math = dom.below(node).find(|node| dom.tag(*node) == Tag::Math)?;
            let tex = mathml::annotation(dom, math).unwrap_or_else(|| mathml::to_tex(dom, math));
            Some((Some((tex, class.contains("isplay"))), next))
        }
        Tag::MjxContainer => {
            let math = dom.below(node).find(|node| dom.tag(*node) == Tag::Math)?;
            let tex = mathml::annotation(dom, math).unwrap_or_else(|| mathml::to_tex(dom, math));
            Some((Some((tex, dom.is(node, Name::Display, "true"))), next))
        }
        _ => None,
    }
}

/// Whether one of the next few siblings is the formula's source.
fn has_script(dom: Dom<'_>, node: usize) -> bool {
    let parent_end = dom.end(dom.parent(node));
    let mut sibling = dom.end(node);
    for _ in 0..4 {
        if sibling >= parent_end {
            break;
        }
        if dom.tag(sibling) == Tag::Script
            && dom.attribute(sibling, Name::Type).is_some_and(|kind| kind.contains("math/"))
        {
            return true;
        }
        sibling = dom.end(sibling);
    }
    false
}

/// Whether KaTeX shows the formula on its own.
fn is_in_display(dom: Dom<'_>, node: usize) -> bool {
    let mut around = node;
    for _ in 0..4 {
        around = dom.parent(around);
        if dom.has_class(around, "katex-display") || dom.has_class(around, "MathJax_Display") {
            return true;
        }
    }
    false
}

/// A picture of a formula, by its alternative text.
fn image(dom: Dom<'_>, node: usize) -> Option<Formula> {
    let class = dom.attribute(node, Name::Class).unwrap_or_default();
    let src = dom.attribute(node, Name::Src).unwrap_or_default();
    let Some(alt) = dom.attribute(node, Name::Alt).filter(|alt| !alt.trim().is_empty()) else {
        return source_in_address(src).map(|tex| (tex, false));
    };
    let by_class = class.split_ascii_whitespace().any(|class| {
        let class = class.to_ascii_lowercase();
        matches!(class.as_str(), "latex" | "tex" | "math" | "mathtex" | "equation") || class.starts_with("mwe-math")
    });
    let by_source = !src.starts_with("data:")
        && ["latex", "/tex", "cht=tx", "mathtex", "mimetex", "texrender"].iter().any(|part| src.contains(part));
    let is_command = |(at, _): (usize, &str)| alt.as_bytes().get(at + 1).is_some_and(u8::is_ascii_alphabetic);
    if !by_class && !by_source && !alt.match_indices('\\').any(is_command) {
        return None;
    }
    let alt = entities::attribute(alt);
    let looks_like_tex = alt.contains(['\\', '^', '_', '=', '{']) || alt.trim().chars().count() <= 3;
    let is_display = class.contains("display");
    (looks_like_tex || by_class).then_some((alt, is_display))
}

/// The formula that a service draws, from its address: `…latex?%5Cfrac…`, `…cht=tx&chl=…`.
fn source_in_address(src: &str) -> Option<String> {
    let src = entities::attribute(src);
    let (before, query) = src.split_once('?')?;
    let tex = match query.split_once("chl=") {
        Some((before, rest)) if before.contains("cht=tx") => rest.split('&').next().unwrap_or_default(),
        _ if before.contains("latex") || before.contains("mathtex") || before.contains("mimetex") => query,
        _ => return None,
    };
    let mut bytes = Vec::with_capacity(tex.len());
    let mut rest = tex.as_bytes();
    while let [byte, after @ ..] = rest {
        let digits = after.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        if let (b'%', Some(Ok(code))) = (byte, digits.map(|digits| u8::from_str_radix(digits, 16))) {
            bytes.push(code);
            rest = &after[2..];
        } else {
            bytes.push(*byte);
            rest = after;
        }
    }
    String::from_utf8(bytes).ok()
}
