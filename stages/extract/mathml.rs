//! Presentation MathML as LaTeX.
//!
//! The TeX that a formula was made from is the best copy, and many formulas carry it. Others are converted: layout
//! becomes commands, symbols become their names where LaTeX has common ones, and the rest stays as it is.

use super::math_symbols::{styled, symbol, variant};
use super::tags::Tag;
use super::tree::{Dom, Name};
use super::{entities, writer};

/// Longest name of a symbol or a function, with its backslash.
const LONGEST_NAME: usize = 20;
/// Nodes of a formula that is converted: larger ones stay text.
const MAX_NODES: usize = 10_000;

/// The TeX source in a formula's annotation or alternative text.
pub(super) fn annotation(dom: Dom<'_>, math: usize) -> Option<String> {
    let annotated = dom.below(math).filter(|node| dom.tag(*node) == Tag::Annotation).find(|node| {
        dom.attribute(*node, Name::Encoding).is_some_and(|encoding| encoding.to_ascii_lowercase().contains("tex"))
    });
    let tex = annotated.map(|node| dom.text(node).to_owned());
    // LaTeXML writes the source here.
    let tex =
        tex.or_else(|| dom.attribute(math, Name::Alttext).map(entities::attribute).filter(|tex| tex.contains('\\')));
    tex.filter(|tex| !tex.trim().is_empty())
}

/// Converts a formula without its TeX source.
pub(super) fn to_tex(dom: Dom<'_>, math: usize) -> String {
    if dom.below(math).len() > MAX_NODES {
        return dom.text(math).split_whitespace().collect::<Vec<_>>().join(" ");
    }
    // Nodes from the last to the first: a node's parts are done when it is reached, the first one on top.
    let mut done: Vec<String> = Vec::new();
    for node in (math..dom.end(math)).rev() {
        let n_parts = dom.children(node).count();
        let from = done.len().saturating_sub(n_parts);
        done[from..].reverse();
        let tex = convert(dom, node, &done[from..]);
        done.truncate(from);
        done.push(tex);
    }
    done.pop().unwrap_or_default().trim().to_owned()
}

/// What a node is: in MathJax's SVG, an attribute says which element of MathML it shows.
fn kind(dom: Dom<'_>, node: usize) -> Tag {
    let tag = dom.tag(node);
    if tag != Tag::Unknown {
        return tag;
    }
    dom.attribute(node, Name::DataMmlNode).map_or(tag, |name| match Tag::parse(name) {
        Tag::Unknown => Tag::Mrow, // `TeXAtom`
        known => known,
    })
}

fn convert(dom: Dom<'_>, node: usize, parts: &[String]) -> String {
    // Text between elements is white space, but within tokens it is what the formula says.
    let tag = kind(dom, node);
    if tag == Tag::Text {
        return token(dom, node);
    }
    if tag == Tag::Unknown
        && let Some(code) = dom.attribute(node, Name::DataC)
    {
        let character = u32::from_str_radix(code, 16).ok().and_then(char::from_u32);
        return character.map_or(String::new(), |character| characters(character.encode_utf8(&mut [0; 4]), false));
    }
    let is_drawn = tag != dom.tag(node);
    let mut elements: Vec<&str> = dom
        .children(node)
        .zip(parts)
        .filter(|(child, part)| match dom.tag(*child) {
            Tag::Text => !part.trim().is_empty(),
            // Lines, and signs of roots.
            Tag::Unknown if is_drawn => {
                (!part.is_empty() && part.as_str() != "√")
                    || dom.attribute(*child, Name::DataMmlNode).is_some_and(|n| n != "mo")
            }
            _ => true,
        })
        .map(|(_, part)| part.as_str())
        .collect();
    if is_drawn && tag == Tag::Msubsup && elements.len() == 3 {
        elements.swap(1, 2); // drawn from top to bottom
    }
    let part = |at: usize| group(elements.get(at).copied().unwrap_or_default());
    match tag {
        Tag::Annotation | Tag::AnnotationXml | Tag::Mphantom | Tag::Mprescripts => String::new(),
        Tag::Mspace => String::from(" "),
        Tag::Semantics => elements.first().copied().unwrap_or_default().to_owned(),
        Tag::Mfrac => format!("\\frac{}{}", braced(&elements, 0), braced(&elements, 1)),
        Tag::Msqrt => format!("\\sqrt{{{}}}", join(&elements)),
        Tag::Mroot => format!("\\sqrt[{}]{}", elements.get(1).map_or("", |part| part.trim()), braced(&elements, 0)),
        Tag::Msub => format!("{}_{}", part(0), part(1)),
        Tag::Msup => format!("{}^{}", part(0), part(1)),
        Tag::Msubsup | Tag::Munderover => format!("{}_{}^{}", part(0), part(1), part(2)),
        Tag::Munder => under(&elements),
        Tag::Mover => over(&elements),
        Tag::Mfenced => {
            let fence =
                |name, default: &str| dom.attribute(node, name).map_or_else(|| default.to_owned(), entities::attribute);
            let separators = fence(Name::Separators, ",");
            let separator = separators.trim().chars().next().map_or(String::new(), String::from);
            let (open, close) = (fence(Name::Open, "("), fence(Name::Close, ")"));
            let delimiter = |fence: &str| match fence.trim() {
                "" => String::from("."),
                "{" => String::from("\\{"),
                "}" => String::from("\\}"),
                other => other.to_owned(),
            };
            format!("\\left{}{}\\right{}", delimiter(&open), elements.join(&separator), delimiter(&close))
        }
        Tag::Mmultiscripts => multiscripts(dom, node, parts),
        Tag::Menclose => match dom.attribute(node, Name::Notation).unwrap_or_default().trim() {
            notation if notation.contains("strike") => format!("\\cancel{{{}}}", join(&elements)),
            "radical" => format!("\\sqrt{{{}}}", join(&elements)),
            "top" => format!("\\overline{{{}}}", join(&elements)),
            "bottom" => format!("\\underline{{{}}}", join(&elements)),
            "box" | "roundedbox" => format!("\\boxed{{{}}}", join(&elements)),
            _ => join(&elements),
        },
        Tag::Mtable => format!("\\begin{{matrix}}{}\\end{{matrix}}", elements.join(" \\\\ ")),
        Tag::Mtr => elements.join(" & "),
        Tag::Mtext | Tag::Ms => {
            let text = join(&elements);
            if text.trim().is_empty() { String::from(" ") } else { format!("\\text{{{text}}}") }
        }
        Tag::Mi | Tag::Mo | Tag::Mn => {
            let name = join(&elements);
            let variant = dom.attribute(node, Name::Mathvariant).and_then(variant);
            match (name.trim(), variant) {
                ("", _) => String::new(),
                (
                    name @ ("sin" | "cos" | "tan" | "cot" | "sec" | "csc" | "sinh" | "cosh" | "tanh" | "arcsin"
                    | "arccos" | "arctan" | "exp" | "log" | "ln" | "lim" | "max" | "min" | "sup" | "inf"
                    | "det" | "dim" | "ker" | "gcd" | "arg" | "deg" | "Pr"),
                    _,
                ) => format!("\\{name} "),
                (name, Some(variant)) if !name.contains('\\') => format!("\\{variant}{{{name}}}"),
                (name, None) if tag != Tag::Mn && name.chars().count() > 1 && name.chars().all(char::is_alphabetic) => {
                    format!("\\mathrm{{{name}}}")
                }
                (name, _) => name.to_owned(),
            }
        }
        Tag::Math | Tag::Mrow | Tag::Mstyle | Tag::Mpadded => fenced(&elements),
        _ => join(&elements),
    }
}

/// Scripts on both sides: pairs below and above, those before the base after `mprescripts`.
fn multiscripts(dom: Dom<'_>, node: usize, parts: &[String]) -> String {
    let (mut base, mut before, mut after) = ("", String::new(), String::new());
    let (mut n_scripts, mut is_before) = (None, false);
    for (child, part) in dom.children(node).zip(parts).filter(|(child, _)| kind(dom, *child) != Tag::Text) {
        match (kind(dom, child), n_scripts) {
            (Tag::Mprescripts, _) => (is_before, n_scripts) = (true, Some(0_usize)),
            (_, None) => (base, n_scripts) = (part.as_str(), Some(0)),
            (_, Some(n)) => {
                if !part.trim().is_empty() {
                    let out = if is_before { &mut before } else { &mut after };
                    out.push(if n % 2 == 0 { '_' } else { '^' });
                    out.push_str(&group(part));
                }
                n_scripts = Some(n + 1);
            }
        }
    }
    let before = if before.is_empty() { before } else { format!("{{}}{before}") };
    format!("{before}{}{after}", group(base))
}

/// Parts in a row, tables in brackets with the name that LaTeX has for both.
fn fenced(parts: &[&str]) -> String {
    let is_table = |part: &str| part.starts_with("\\begin{matrix}") && part.ends_with("\\end{matrix}");
    let [before @ .., open, table, close] = parts else {
        return match parts {
            ["\\{", table] if is_table(table) => renamed(table, "cases"),
            _ => join(parts),
        };
    };
    let name = match (open.trim(), close.trim()) {
        ("(", ")") => "pmatrix",
        ("[", "]") => "bmatrix",
        ("|", "|") => "vmatrix",
        ("\\|", "\\|") => "Vmatrix",
        ("\\{", "\\}") => "Bmatrix",
        _ if table.trim() == "\\{" && is_table(close) => {
            return join(&[join(before).as_str(), open, renamed(close, "cases").as_str()]);
        }
        _ => return join(parts),
    };
    if !is_table(table) {
        return join(parts);
    }
    join(&[join(before).as_str(), renamed(table, name).as_str()])
}

/// A table as another environment.
fn renamed(table: &str, name: &str) -> String {
    let inner = table.strip_prefix("\\begin{matrix}").and_then(|table| table.strip_suffix("\\end{matrix}"));
    format!("\\begin{{{name}}}{}\\end{{{name}}}", inner.unwrap_or(table))
}

/// What stands below its base.
fn under(elements: &[&str]) -> String {
    let part = |at: usize| group(elements.get(at).copied().unwrap_or_default());
    match elements.get(1).map(|under| under.trim()) {
        Some("_" | "¯" | "\u{332}" | "\\_") => format!("\\underline{}", braced(elements, 0)),
        Some("⏟") => format!("\\underbrace{}", braced(elements, 0)),
        _ if is_large(elements) => format!("{}_{}", part(0), part(1)),
        _ => format!("\\underset{}{}", braced(elements, 1), braced(elements, 0)),
    }
}

/// What stands above its base: an accent, or a limit.
fn over(elements: &[&str]) -> String {
    let part = |at: usize| group(elements.get(at).copied().unwrap_or_default());
    match elements.get(1).map(|over| over.trim()) {
        Some("¯" | "‾" | "\u{304}" | "_" | "―") => format!("\\overline{}", braced(elements, 0)),
        Some("^" | "ˆ" | "\u{302}") => format!("\\hat{}", braced(elements, 0)),
        Some("~" | "˜" | "\u{303}" | "\\sim") => format!("\\tilde{}", braced(elements, 0)),
        Some("\\to" | "⃗" | "\\rightarrow") => format!("\\vec{}", braced(elements, 0)),
        Some("˙" | "." | "\u{307}") => format!("\\dot{}", braced(elements, 0)),
        Some("⏞") => format!("\\overbrace{}", braced(elements, 0)),
        _ if is_large(elements) => format!("{}^{}", part(0), part(1)),
        _ => format!("\\overset{}{}", braced(elements, 1), braced(elements, 0)),
    }
}

/// Whether limits are set above and below this symbol.
fn is_large(elements: &[&str]) -> bool {
    elements.first().is_some_and(|base| {
        matches!(
            base.trim(),
            "\\sum"
                | "\\prod"
                | "\\int"
                | "\\lim"
                | "\\max"
                | "\\min"
                | "\\sup"
                | "\\inf"
                | "\\bigcup"
                | "\\bigcap"
                | "\\coprod"
                | "\\oint"
                | "lim"
                | "max"
                | "min"
        )
    })
}

fn braced(elements: &[&str], at: usize) -> String {
    format!("{{{}}}", elements.get(at).map_or("", |part| part.trim()))
}

/// A part as one symbol: in braces unless it is one.
fn group(part: &str) -> String {
    let part = part.trim();
    let is_command = part.strip_prefix('\\').is_some_and(|name| name.bytes().all(|byte| byte.is_ascii_alphabetic()));
    if part.chars().count() == 1 || is_command { part.to_owned() } else { format!("{{{part}}}") }
}

/// Parts in a row; a command needs a space before a letter.
fn join(parts: &[&str]) -> String {
    let mut out = String::new();
    for part in parts {
        let is_letter = part.starts_with(|c: char| c.is_ascii_alphabetic());
        if is_letter && ends_in_command(&out) {
            out.push(' ');
        }
        out.push_str(part);
    }
    out
}

fn ends_in_command(tex: &str) -> bool {
    // No name among the symbols is longer: what comes before need not be read.
    let tex = &tex[tex.floor_char_boundary(tex.len().saturating_sub(LONGEST_NAME))..];
    let name = tex.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    name.len() < tex.len() && name.ends_with('\\')
}

/// The text of a token, with names for symbols.
fn token(dom: Dom<'_>, node: usize) -> String {
    characters(dom.text(node), matches!(kind(dom, dom.parent(node)), Tag::Mtext | Tag::Ms))
}

/// Words with one space between them, with names for symbols unless they are text.
fn characters(text: &str, is_text: bool) -> String {
    let mut out = String::new();
    for word in text.split(writer::is_collapsible).filter(|word| !word.is_empty()) {
        if !out.is_empty() {
            out.push(' ');
        }
        for character in word.chars() {
            if is_text {
                out.push(character);
                continue;
            }
            if let Some((command, letter)) = styled(character) {
                if let (true, Some(name)) = (command.is_empty(), symbol(letter)) {
                    out.push_str(name);
                } else if command.is_empty() {
                    push_letter(&mut out, letter);
                } else {
                    out.extend(["\\", command, "{", letter.encode_utf8(&mut [0; 4]), "}"]);
                }
                continue;
            }
            match symbol(character) {
                Some(name) => out.push_str(name),
                None => push_letter(&mut out, character),
            }
        }
    }
    out
}

/// Adds a character; a letter needs a space after a command.
fn push_letter(out: &mut String, character: char) {
    if character.is_ascii_alphabetic() && ends_in_command(out) {
        out.push(' ');
    }
    out.push(character);
}

#[cfg(test)]
mod tests {
    use super::super::parser::Parser;
    use super::super::tree::Tree;
    use super::*;

    fn tex(html: &str) -> String {
        let html = format!("<math>{html}</math>");
        let mut tree = Tree::default();
        Parser::default().parse(&html, &mut tree).unwrap();
        let dom = Dom { html: &html, tree: &tree };
        let math = (0..dom.len()).find(|node| dom.tag(*node) == Tag::Math).unwrap();
        annotation(dom, math).unwrap_or_else(|| to_tex(dom, math))
    }

    #[test]
    fn formulas_become_latex() {
        for (what, html, expected) in [
            ("nothing", "", ""),
            ("a row", "<mi>a</mi> <mo>+</mo> <mn>12</mn>", "a+12"),
            ("a fraction", "<mfrac><mi>a</mi><mrow><mi>b</mi><mi>c</mi></mrow></mfrac>", "\\frac{a}{bc}"),
            ("scripts", "<msubsup><mi>x</mi><mi>i</mi><mn>10</mn></msubsup>", "x_i^{10}"),
            ("roots", "<msqrt><mi>x</mi></msqrt><mroot><mi>y</mi><mn>3</mn></mroot>", "\\sqrt{x}\\sqrt[3]{y}"),
            (
                "sums",
                "<munderover><mo>∑</mo><mrow><mi>i</mi><mo>=</mo><mn>1</mn></mrow><mi>n</mi></munderover><mi>i</mi>",
                "\\sum_{i=1}^ni",
            ),
            ("symbols need room", "<mi>α</mi><mi>x</mi><mo>≤</mo><mi>β</mi>", "\\alpha x\\leq\\beta"),
            ("functions", "<mi>sin</mi><mi>x</mi><mi>Re</mi>", "\\sin x\\mathrm{Re}"),
            ("text", "<mtext>if  so</mtext>", "\\text{if so}"),
            ("fences", "<mfenced open='[' close='}'><mi>a</mi><mi>b</mi></mfenced>", "\\left[a,b\\right\\}"),
            (
                "tables",
                "<mtable><mtr><mtd><mi>a</mi></mtd><mtd><mi>b</mi></mtd></mtr><mtr><mtd><mi>c</mi></mtd></mtr></mtable>",
                "\\begin{matrix}a & b \\\\ c\\end{matrix}",
            ),
            ("accents", "<mover><mi>x</mi><mo>^</mo></mover>", "\\hat{x}"),
            (
                "the source wins",
                "<semantics><mi>a</mi><annotation encoding='application/x-tex'>\\alpha</annotation></semantics>",
                "\\alpha",
            ),
            (
                "bold and other alphabets",
                "<mi mathvariant='bold'>x</mi><mi mathvariant='double-struck'>R</mi><mi>𝒜</mi><mi>𝑦</mi>",
                "\\mathbf{x}\\mathbb{R}\\mathcal{A}y",
            ),
            (
                "what cannot be seen",
                "<mi>f</mi><mo>\u{2061}</mo><mi>x</mi><mo>\u{2062}</mo><mphantom><mi>y</mi></mphantom>",
                "fx",
            ),
            ("operators by name", "<mo>max</mo><mi>x</mi><munder><mo>lim</mo><mi>n</mi></munder>", "\\max x\\lim_n"),
            (
                "scripts on both sides",
                "<mmultiscripts><mi>X</mi><mi>a</mi><mi>b</mi><mprescripts/><mi>c</mi><none/></mmultiscripts>",
                "{}_cX_a^b",
            ),
            ("enclosed", "<menclose notation='updiagonalstrike'><mi>x</mi></menclose>", "\\cancel{x}"),
            (
                "a matrix in brackets",
                "<mi>A</mi><mo>=</mo><mrow><mo>[</mo><mtable><mtr><mtd><mn>1</mn></mtd><mtd><mn>2</mn></mtd></mtr></mtable><mo>]</mo></mrow>",
                "A=\\begin{bmatrix}1 & 2\\end{bmatrix}",
            ),
            (
                "cases",
                "<mrow><mo>{</mo><mtable><mtr><mtd><mi>a</mi></mtd></mtr><mtr><mtd><mi>b</mi></mtd></mtr></mtable></mrow>",
                "\\begin{cases}a \\\\ b\\end{cases}",
            ),
            ("over", "<mover><mi>x</mi><mo>¯</mo></mover><mover><mi>v</mi><mo>→</mo></mover>", "\\overline{x}\\vec{v}"),
            ("no other annotation", "<semantics><mi>a</mi><annotation encoding='x'>b</annotation></semantics>", "a"),
        ] {
            assert_eq!(tex(html), expected, "{what}");
        }
    }
}
