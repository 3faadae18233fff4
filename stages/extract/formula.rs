//! Where a page holds formulas: MathML, scripts of TeX, images, and what KaTeX and MathJax make of them.

use super::parser::Parser;
use super::tags::Tag;
use super::tree::{Dom, Name, Tree};
use super::{asciimath, entities, mathml};

/// Nodes of a rendered formula that are looked at for its source.
const NEAR: usize = 4;

/// A formula as LaTeX, and whether it stands on its own.
type Formula = (String, bool);

/// What an element has to do with formulas.
#[derive(Debug)]
pub(super) enum Found {
    /// It is one: LaTeX, and whether it stands on its own.
    Formula(String, bool),
    /// It shows one whose source stands elsewhere: it is passed over.
    Copy,
}

impl From<Formula> for Found {
    fn from((tex, is_display): Formula) -> Self {
        Self::Formula(tex, is_display)
    }
}

/// What a node has to do with formulas, if anything, and the node after it.
pub(super) fn at(dom: Dom<'_>, node: usize) -> Option<(Found, usize)> {
    let next = dom.end(node);
    match dom.tag(node) {
        Tag::Math => {
            let is_display =
                dom.is(node, Name::Display, "block") || dom.is(node, Name::Mode, "display") || is_in_display(dom, node);
            let tex = mathml::annotation(dom, node).unwrap_or_else(|| mathml::to_tex(dom, node));
            Some((Found::Formula(tex, is_display), next))
        }
        Tag::Script => script(dom, node).map(|formula| (formula.into(), next)),
        Tag::Img => image(dom, node).map(|formula| (formula.into(), next)),
        Tag::Span | Tag::Div | Tag::Custom if dom.has_attributes(node) => {
            rendered(dom, node).or_else(|| in_attribute(dom, node).map(Found::from)).map(|found| (found, next))
        }
        Tag::MjxContainer => {
            let is_display = dom.is(node, Name::Display, "true");
            let math = dom.below(node).find(|node| dom.tag(*node) == Tag::Math);
            let tex = match math {
                Some(math) => mathml::annotation(dom, math).unwrap_or_else(|| mathml::to_tex(dom, math)),
                // Without MathML for those who cannot see, its SVG still names elements and characters.
                None => mathml::to_tex(dom, dom.below(node).find(|node| dom.is(*node, Name::DataMmlNode, "math"))?),
            };
            Some((Found::Formula(tex, is_display), next))
        }
        _ => None,
    }
}

/// A formula in a script element: TeX, MathML, AsciiMath.
fn script(dom: Dom<'_>, node: usize) -> Option<Formula> {
    let kind = dom.attribute(node, Name::Type)?.trim_start().strip_prefix("math/")?;
    let source = dom.attribute(node, Name::Raw)?;
    let is_display = kind.contains("display");
    let tex = match kind {
        _ if kind.starts_with("tex") => source.to_owned(),
        _ if kind.starts_with("mml") => return mathml_source(source),
        _ if kind.starts_with("asciimath") => asciimath::to_tex(source),
        _ => return None,
    };
    Some((tex, is_display))
}

/// What KaTeX and MathJax show: the copy that says most, or nothing where another one says it.
fn rendered(dom: Dom<'_>, node: usize) -> Option<Found> {
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
        return Some(Found::Copy);
    }
    // Without its source, MathML for those who cannot see is the best copy; else the glyphs stay.
    let is_display = class.contains("isplay");
    if let Some(math) = dom.below(node).find(|node| dom.tag(*node) == Tag::Math) {
        let tex = mathml::annotation(dom, math).unwrap_or_else(|| mathml::to_tex(dom, math));
        return Some(Found::Formula(tex, is_display));
    }
    let source = (node..dom.end(node)).take(NEAR).find_map(|node| dom.attribute(node, Name::DataMathml))?;
    mathml_source(&entities::attribute(source)).map(|(tex, display)| Found::Formula(tex, display || is_display))
}

/// The formula of MathML that does not stand in the page's own tree.
fn mathml_source(source: &str) -> Option<Formula> {
    let mut tree = Tree::default();
    Parser::default().parse(source, &mut tree).ok()?;
    let dom = Dom { html: source, tree: &tree };
    let math = (0..dom.len()).find(|node| dom.tag(*node) == Tag::Math)?;
    let tex = mathml::annotation(dom, math).unwrap_or_else(|| mathml::to_tex(dom, math));
    Some((tex, dom.is(math, Name::Display, "block")))
}

/// A formula whose source stands in an attribute of what shows it: `data-tex`, `data-latex`, `data-mathml`.
fn in_attribute(dom: Dom<'_>, node: usize) -> Option<Formula> {
    if !dom.tree.has_sources {
        return None;
    }
    if let Some(source) = dom.attribute(node, Name::DataMathml) {
        return mathml_source(&entities::attribute(source));
    }
    let tex = entities::attribute(dom.attribute(node, Name::DataTex)?);
    let class = dom.attribute(node, Name::Class).unwrap_or_default();
    // Such attributes hold other things as well; and what holds much more text than the formula is no picture of it.
    let is_formula = tex.contains(['\\', '^', '_', '{'])
        || (!tex.is_empty() && ["math", "katex", "tex", "formula"].iter().any(|name| class.contains(name)));
    (is_formula && !tex.starts_with(['{', '[']) && dom.text(node).len() <= tex.len() * 4 + 200)
        .then(|| (tex, class.contains("display") || class.contains("block")))
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
        let tex = in_attribute(dom, node).map(|(tex, _)| tex).or_else(|| source_in_address(src));
        return tex.map(|tex| (tex, false));
    };
    let by_class = class.split_ascii_whitespace().any(|class| {
        let class = class.to_ascii_lowercase();
        matches!(class.as_str(), "latex" | "tex" | "math" | "mathtex" | "equation") || class.starts_with("mwe-math")
    });
    let by_source = !src.starts_with("data:")
        && ["latex", "/tex", "cht=tx", "mathtex", "mimetex", "texrender"].iter().any(|part| src.contains(part));
    if !by_class && !by_source && !has_command(alt) {
        return None;
    }
    let alt = entities::attribute(alt);
    let looks_like_tex = alt.contains(['\\', '^', '_', '=', '{']) || alt.trim().chars().count() <= 3;
    let is_display = class.contains("display");
    (looks_like_tex || by_class).then_some((alt, is_display))
}

/// The formula that a service draws, from its address: `…latex?%5Cfrac…`, `…cht=tx&chl=…`, `…equation?tex=…`, or a last
/// part of the path that is a command of TeX.
fn source_in_address(src: &str) -> Option<String> {
    let src = entities::attribute(src);
    if let Some((before, query)) = src.split_once('?') {
        let parameter = |name: &str| query.split('&').find_map(|part| part.strip_prefix(name)?.strip_prefix('='));
        if let Some(tex) = parameter("chl").filter(|_| query.contains("cht=tx")) {
            return decoded(tex);
        }
        if let Some(tex) = ["tex", "latex", "formula"].into_iter().find_map(parameter) {
            return decoded(tex).filter(|tex| tex.contains(['\\', '^', '_', '=']));
        }
        let is_service = ["latex", "mathtex", "mimetex", "codecogs"].iter().any(|name| before.contains(name));
        return is_service.then(|| decoded(query)).flatten();
    }
    let last = src.rsplit('/').next()?;
    let last = last.strip_suffix(".png").or_else(|| last.strip_suffix(".svg")).unwrap_or(last);
    if !last.contains("%5C") && !last.contains("%5c") {
        return None;
    }
    decoded(last).filter(|tex| has_command(tex))
}

/// Whether a text has a backslash before a letter.
fn has_command(text: &str) -> bool {
    text.match_indices('\\').any(|(at, _)| text.as_bytes().get(at + 1).is_some_and(u8::is_ascii_alphabetic))
}

/// A part of an address with its escapes undone.
fn decoded(escaped: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(escaped.len());
    let mut rest = escaped.as_bytes();
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

#[cfg(test)]
mod tests {
    use super::super::Extractor;

    fn text(html: &str) -> String {
        Extractor::new().extract(html, None).unwrap().text
    }

    #[test]
    fn formulas_are_found_in_every_notation() {
        for (what, html, expected) in [
            ("TeX in a script", "a <script type='math/tex'>x^2</script> b", "a $x^2$ b"),
            ("TeX in a script, on its own", "a <script type='math/tex; mode=display'>x^2</script>", "a\n\n$$x^2$$"),
            (
                "MathML in a script",
                "a <script type='math/mml'><math><msup><mi>x</mi><mn>2</mn></msup></math></script>",
                "a $x^2$",
            ),
            ("AsciiMath in a script", "a <script type='math/asciimath'>x/y</script>", "a $\\frac{x}{y}$"),
            ("other scripts", "a <script type='text/x'>x^2</script>b", "a b"),
            (
                "AsciiMath between backticks",
                "<script src='/mathjax.js?config=AM_CHTML'></script><p>so `x^2` and <code>y</code>",
                "so $x^2$ and y",
            ),
            ("backticks", "<p>so `x^2` is", "so `x^2` is"),
            ("delimiters", "<p>so \\(x\\) and $y$ and \\[z\\]", "so $x$ and $y$ and $$z$$"),
            (
                "KaTeX, one copy",
                "<span class=katex-display><span class=katex><span class=katex-mathml><math><semantics><mi>x</mi>\
                 <annotation encoding='application/x-tex'>x_1</annotation></semantics></math></span>\
                 <span class=katex-html>x1</span></span></span>",
                "$$x_1$$",
            ),
            (
                "MathJax 2, the source after what it shows",
                "a <span class=MathJax_Preview>p</span><span class=MathJax id=m><span>x1</span></span>\
                 <script type='math/tex'>x_1</script>",
                "a $x_1$",
            ),
            (
                "MathJax 2, MathML in an attribute",
                "a <span class=MathJax data-mathml='&lt;math&gt;&lt;msub&gt;&lt;mi&gt;x&lt;/mi&gt;&lt;mn&gt;1&lt;/mn&gt;&lt;/msub&gt;&lt;/math&gt;'>\
                 <nobr>x1</nobr></span>",
                "a $x_1$",
            ),
            (
                "MathJax 3, MathML for those who cannot see",
                "a <mjx-container display=true><mjx-math>g</mjx-math><mjx-assistive-mml><math><mi>x</mi></math></mjx-assistive-mml></mjx-container>",
                "a\n\n$$x$$",
            ),
            (
                "MathJax 3, SVG alone",
                "a <mjx-container><svg><defs></defs><g><g data-mml-node=math><g data-mml-node=msubsup><g data-mml-node=mi>\
                 <use data-c=1D465></use></g><g data-mml-node=mn><use data-c=32></use></g><g data-mml-node=TeXAtom><g data-mml-node=mi>\
                 <use data-c=1D456></use></g></g></g><g data-mml-node=mo><use data-c=3D></use></g><g data-mml-node=msqrt><g>\
                 <g data-mml-node=mi><use data-c=3B1></use></g></g><g data-mml-node=mo><use data-c=221A></use></g><rect></rect></g>\
                 </g></g></svg></mjx-container>",
                "a $x_i^2=\\sqrt{\\alpha}$",
            ),
            ("a source in an attribute", "a <span class=ztext-math data-tex='x_1'>img</span>", "a $x_1$"),
            (
                "an attribute that is something else",
                "a <span data-math=true>b</span> <div data-tex='{\"a\": 1}'>c</div>",
                "a b\n\nc",
            ),
            ("a picture by its class", "a <img class=latex alt='x_1' src=x>", "a $x_1$"),
            (
                "a picture by its address",
                "a <img src='https://x.y/svg.latex?%5Cfrac%7Ba%7D%7Bb%7D'>",
                "a $\\frac{a}{b}$",
            ),
            ("a picture by a parameter", "a <img src='https://x.y/equation?tex=a%5E2&amp;bg=fff'>", "a $a^2$"),
            (
                "a picture by its path",
                "a <img src='https://x.y/formula/%5Cfrac%7Bm%7D%7Bv%7D.png'>",
                "a $\\frac{m}{v}$",
            ),
            ("a picture of something else", "a <img alt='x_1' src=x> <img src='https://x.y/a%20b.png?tex=1'>", "a"),
            (
                "a picture beside its MathML",
                "<span><span style='display: none'><math alttext='{\\displaystyle x_1}'><mi>x</mi></math></span>\
                 <img class=mwe-math-fallback-image-inline alt='{\\displaystyle x_1}'></span>",
                "${\\displaystyle x_1}$",
            ),
            ("tags in the source", "a <script type='math/tex'>x<br/>y < z</script>", "a $xy < z$"),
        ] {
            assert_eq!(text(html), expected, "{what}");
        }
    }
}
