//! Presentation MathML as LaTeX.
//!
//! The TeX that a formula was made from is the best copy, and many formulas carry it. Others are converted: layout
//! becomes commands, symbols become their names where LaTeX has common ones, and the rest stays as it is.

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

fn convert(dom: Dom<'_>, node: usize, parts: &[String]) -> String {
    // Text between elements is white space, but within tokens it is what the formula says.
    let tag = dom.tag(node);
    if tag == Tag::Text {
        return token(dom, node);
    }
    let elements: Vec<&str> = dom
        .children(node)
        .zip(parts)
        .filter(|(child, part)| dom.tag(*child) != Tag::Text || !part.trim().is_empty())
        .map(|(_, part)| part.as_str())
        .collect();
    let part = |at: usize| group(elements.get(at).copied().unwrap_or_default());
    match tag {
        Tag::Annotation | Tag::AnnotationXml | Tag::Mphantom => String::new(),
        Tag::Mspace => String::from(" "),
        Tag::Semantics => elements.first().copied().unwrap_or_default().to_owned(),
        Tag::Mfrac => format!("\\frac{}{}", braced(&elements, 0), braced(&elements, 1)),
        Tag::Msqrt => format!("\\sqrt{{{}}}", join(&elements)),
        Tag::Mroot => format!("\\sqrt[{}]{}", elements.get(1).map_or("", |part| part.trim()), braced(&elements, 0)),
        Tag::Msub => format!("{}_{}", part(0), part(1)),
        Tag::Msup => format!("{}^{}", part(0), part(1)),
        Tag::Msubsup | Tag::Munderover => format!("{}_{}^{}", part(0), part(1), part(2)),
        Tag::Munder => match elements.get(1).map(|under| under.trim()) {
            Some("_" | "¯" | "\u{332}" | "\\_") => format!("\\underline{}", braced(&elements, 0)),
            Some("⏟") => format!("\\underbrace{}", braced(&elements, 0)),
            _ if is_large(&elements) => format!("{}_{}", part(0), part(1)),
            _ => format!("\\underset{}{}", braced(&elements, 1), braced(&elements, 0)),
        },
        Tag::Mover => match elements.get(1).map(|over| over.trim()) {
            Some("¯" | "‾" | "\u{304}" | "_" | "―") => format!("\\overline{}", braced(&elements, 0)),
            Some("^" | "ˆ" | "\u{302}") => format!("\\hat{}", braced(&elements, 0)),
            Some("~" | "˜" | "\u{303}" | "\\sim") => format!("\\tilde{}", braced(&elements, 0)),
            Some("\\to" | "⃗" | "\\rightarrow") => format!("\\vec{}", braced(&elements, 0)),
            Some("˙" | "." | "\u{307}") => format!("\\dot{}", braced(&elements, 0)),
            Some("⏞") => format!("\\overbrace{}", braced(&elements, 0)),
            _ if is_large(&elements) => format!("{}^{}", part(0), part(1)),
            _ => format!("\\overset{}{}", braced(&elements, 1), braced(&elements, 0)),
        },
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
        Tag::Mtable => format!("\\begin{{matrix}}{}\\end{{matrix}}", elements.join(" \\\\ ")),
        Tag::Mtr => elements.join(" & "),
        Tag::Mtext | Tag::Ms => {
            let text = join(&elements);
            if text.trim().is_empty() { String::from(" ") } else { format!("\\text{{{text}}}") }
        }
        Tag::Mi => {
            let name = join(&elements);
            let name = name.trim();
            match name {
                "sin" | "cos" | "tan" | "cot" | "sec" | "csc" | "sinh" | "cosh" | "tanh" | "arcsin" | "arccos"
                | "arctan" | "exp" | "log" | "ln" | "lim" | "max" | "min" | "sup" | "inf" | "det" | "dim" | "ker"
                | "gcd" | "arg" | "deg" | "Pr" => format!("\\{name} "),
                _ if name.chars().count() > 1 && name.chars().all(char::is_alphabetic) => format!("\\mathrm{{{name}}}"),
                _ => join(&elements),
            }
        }
        _ => join(&elements),
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
    let is_text = matches!(dom.tag(dom.parent(node)), Tag::Mtext | Tag::Ms);
    let mut out = String::new();
    for word in dom.text(node).split(writer::is_collapsible).filter(|word| !word.is_empty()) {
        if !out.is_empty() {
            out.push(' ');
        }
        for character in word.chars() {
            let name = if is_text { None } else { symbol(character) };
            if name.is_none() && character.is_ascii_alphabetic() && ends_in_command(&out) {
                out.push(' ');
            }
            match name {
                Some(name) => out.push_str(name),
                None => out.push(character),
            }
        }
    }
    out
}

/// The LaTeX of a symbol; an empty one for what cannot be seen.
#[expect(clippy::too_many_lines, reason = "a table")]
fn symbol(character: char) -> Option<&'static str> {
    const SYMBOLS: &[(char, &str)] = &[
        ('#', "\\#"),
        ('%', "\\%"),
        ('&', "\\&"),
        ('{', "\\{"),
        ('}', "\\}"),
        ('±', "\\pm"),
        ('·', "\\cdot"),
        ('×', "\\times"),
        ('÷', "\\div"),
        ('Γ', "\\Gamma"),
        ('Δ', "\\Delta"),
        ('Θ', "\\Theta"),
        ('Λ', "\\Lambda"),
        ('Ξ', "\\Xi"),
        ('Π', "\\Pi"),
        ('Σ', "\\Sigma"),
        ('Φ', "\\Phi"),
        ('Ψ', "\\Psi"),
        ('Ω', "\\Omega"),
        ('α', "\\alpha"),
        ('β', "\\beta"),
        ('γ', "\\gamma"),
        ('δ', "\\delta"),
        ('ε', "\\varepsilon"),
        ('ζ', "\\zeta"),
        ('η', "\\eta"),
        ('θ', "\\theta"),
        ('ι', "\\iota"),
        ('κ', "\\kappa"),
        ('λ', "\\lambda"),
        ('μ', "\\mu"),
        ('ν', "\\nu"),
        ('ξ', "\\xi"),
        ('π', "\\pi"),
        ('ρ', "\\rho"),
        ('σ', "\\sigma"),
        ('τ', "\\tau"),
        ('υ', "\\upsilon"),
        ('φ', "\\varphi"),
        ('χ', "\\chi"),
        ('ψ', "\\psi"),
        ('ω', "\\omega"),
        ('ϕ', "\\phi"),
        ('ϵ', "\\epsilon"),
        ('…', "\\ldots"),
        ('′', "'"),
        ('\u{2061}', ""),
        ('\u{2062}', ""),
        ('\u{2063}', ""),
        ('\u{2064}', ""),
        ('ℓ', "\\ell"),
        ('ℝ', "\\mathbb{R}"),
        ('ℕ', "\\mathbb{N}"),
        ('ℤ', "\\mathbb{Z}"),
        ('ℚ', "\\mathbb{Q}"),
        ('ℂ', "\\mathbb{C}"),
        ('←', "\\leftarrow"),
        ('→', "\\to"),
        ('↔', "\\leftrightarrow"),
        ('↦', "\\mapsto"),
        ('⇐', "\\Leftarrow"),
        ('⇒', "\\Rightarrow"),
        ('⇔', "\\Leftrightarrow"),
        ('∀', "\\forall"),
        ('∂', "\\partial"),
        ('∃', "\\exists"),
        ('∅', "\\emptyset"),
        ('∇', "\\nabla"),
        ('∈', "\\in"),
        ('∉', "\\notin"),
        ('∏', "\\prod"),
        ('∑', "\\sum"),
        ('−', "-"),
        ('∗', "*"),
        ('∘', "\\circ"),
        ('∝', "\\propto"),
        ('∞', "\\infty"),
        ('∣', "|"),
        ('∥', "\\|"),
        ('∧', "\\wedge"),
        ('∨', "\\vee"),
        ('∩', "\\cap"),
        ('∪', "\\cup"),
        ('∫', "\\int"),
        ('∮', "\\oint"),
        ('∼', "\\sim"),
        ('≃', "\\simeq"),
        ('≅', "\\cong"),
        ('≈', "\\approx"),
        ('≠', "\\neq"),
        ('≡', "\\equiv"),
        ('≤', "\\leq"),
        ('≥', "\\geq"),
        ('≪', "\\ll"),
        ('≫', "\\gg"),
        ('⊂', "\\subset"),
        ('⊃', "\\supset"),
        ('⊆', "\\subseteq"),
        ('⊇', "\\supseteq"),
        ('⊕', "\\oplus"),
        ('⊗', "\\otimes"),
        ('⊥', "\\perp"),
        ('⋂', "\\bigcap"),
        ('⋃', "\\bigcup"),
        ('⋅', "\\cdot"),
        ('⋮', "\\vdots"),
        ('⋯', "\\cdots"),
        ('⋱', "\\ddots"),
        ('⌈', "\\lceil"),
        ('⌉', "\\rceil"),
        ('⌊', "\\lfloor"),
        ('⌋', "\\rfloor"),
        ('⟨', "\\langle"),
        ('⟩', "\\rangle"),
        ('⩽', "\\leq"),
        ('⩾', "\\geq"),
    ];
    SYMBOLS.binary_search_by_key(&character, |(known, _)| *known).ok().map(|at| SYMBOLS[at].1)
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
            ("no other annotation", "<semantics><mi>a</mi><annotation encoding='x'>b</annotation></semantics>", "a"),
        ] {
            assert_eq!(tex(html), expected, "{what}");
        }
    }
}
