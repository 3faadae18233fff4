//! AsciiMath as LaTeX: what the script of that name and MathJax show for `` `sum_(i=1)^n i^3` ``.
//!
//! The grammar is the published one: symbols, brackets, commands of one and two arguments, scripts and fractions. What
//! is no symbol stays as it is, so that any text gives some LaTeX.

use std::sync::LazyLock;

/// Brackets within brackets: what is deeper stays as it is.
const MAX_DEPTH: usize = 32;

/// A formula as LaTeX.
pub(super) fn to_tex(source: &str) -> String {
    let mut parser = Parser { rest: source.trim(), depth: 0 };
    let mut out = String::new();
    while !parser.rest.is_empty() {
        let part = parser.expression(None);
        if part.is_empty() {
            // A bracket that closes nothing.
            let length = parser.rest.chars().next().map_or(0, char::len_utf8);
            let (head, rest) = parser.rest.split_at(length);
            push(&mut out, head);
            parser.rest = rest;
        } else {
            push(&mut out, &part);
        }
        parser.skip_space();
    }
    out
}

/// What a piece of the source is.
#[derive(Clone, Debug, PartialEq)]
enum Token {
    /// A symbol, a number, a letter, as LaTeX.
    Atom(String),
    /// A command of one argument, by its LaTeX.
    Unary(&'static str),
    /// A command of two arguments.
    Binary(&'static str),
    /// Brackets, as LaTeX; empty for those that do not show.
    Open(&'static str),
    Close(&'static str),
    /// `_`, `^`, `/`.
    Operator(char),
}

struct Parser<'a> {
    rest: &'a str,
    depth: usize,
}

impl Parser<'_> {
    fn skip_space(&mut self) {
        self.rest = self.rest.trim_start();
    }

    /// The next piece and what comes after it.
    fn peek(&self) -> Option<(Token, usize)> {
        let rest = self.rest;
        let first = rest.chars().next()?;
        if let Some(inner) = rest.strip_prefix('"')
            && let Some(length) = inner.find('"')
        {
            return Some((Token::Atom(format!("\\text{{{}}}", &inner[..length])), length + 2));
        }
        if first.is_ascii_digit() {
            let mut length = rest.bytes().take_while(u8::is_ascii_digit).count();
            if rest[length..].starts_with('.') {
                let decimals = rest[length + 1..].bytes().take_while(u8::is_ascii_digit).count();
                length += if decimals > 0 { decimals + 1 } else { 0 };
            }
            return Some((Token::Atom(rest[..length].to_owned()), length));
        }
        if matches!(first, '_' | '^' | '/')
            && !rest.starts_with("^^")
            && !rest.starts_with("//")
            && !rest.starts_with("_|_")
        {
            return Some((Token::Operator(first), 1));
        }
        // Names are letters, or up to three signs; `ox`, `O/` and the like are both.
        let n_letters = rest.bytes().take(LONGEST_NAME).take_while(u8::is_ascii_alphabetic).count();
        let longest = n_letters.max(LONGEST_SIGN).min(rest.len());
        for length in (1..=longest).rev() {
            if let Some(token) = rest.get(..length).and_then(token) {
                return Some((token, length));
            }
        }
        Some((Token::Atom(first.to_string()), first.len_utf8()))
    }

    fn advance(&mut self, length: usize) {
        self.rest = &self.rest[length..];
        self.skip_space();
    }

    /// Parts up to a closing bracket, which is left; with `stop`, up to that character too.
    fn expression(&mut self, stop: Option<char>) -> String {
        let mut out = String::new();
        self.skip_space();
        while let Some((token, length)) = self.peek() {
            if matches!(token, Token::Close(_)) || (stop.is_some() && self.rest.chars().next() == stop) {
                break;
            }
            if let Token::Operator(operator) = token {
                // One without anything before it.
                self.advance(length);
                out.push(operator);
                continue;
            }
            let (first, is_bracketed) = self.scripted();
            if let Some((Token::Operator('/'), length)) = self.peek() {
                self.advance(length);
                let (second, is_second_bracketed) = self.scripted();
                let inner = |part: &str, is_bracketed| {
                    if is_bracketed { unbracketed(part).to_owned() } else { part.to_owned() }
                };
                push(
                    &mut out,
                    &format!("\\frac{{{}}}{{{}}}", inner(&first, is_bracketed), inner(&second, is_second_bracketed)),
                );
            } else {
                push(&mut out, &first);
            }
        }
        out
    }

    /// A simple part with its scripts, and whether it is in brackets and has none.
    fn scripted(&mut self) -> (String, bool) {
        let (mut out, mut is_bracketed) = self.simple();
        for operator in ['_', '^'] {
            if let Some((Token::Operator(found), length)) = self.peek()
                && found == operator
            {
                self.advance(length);
                let (script, is_script_bracketed) = self.simple();
                let script = if is_script_bracketed { unbracketed(&script) } else { &script };
                out.push(operator);
                out.push_str(&group(script));
                is_bracketed = false;
            }
        }
        (out, is_bracketed)
    }

    /// A symbol, a command with its arguments, or what stands in brackets (and that it does).
    fn simple(&mut self) -> (String, bool) {
        let Some((token, length)) = self.peek() else { return (String::new(), false) };
        match token {
            Token::Atom(tex) => {
                self.advance(length);
                (tex, false)
            }
            Token::Operator(_) | Token::Close(_) => (String::new(), false),
            Token::Unary("\\text") => {
                self.advance(length);
                (self.text(), false)
            }
            Token::Unary(command) => {
                self.advance(length);
                let argument = self.argument();
                let tex = match command {
                    "\\abs" => format!("\\left|{argument}\\right|"),
                    "\\norm" => format!("\\left\\|{argument}\\right\\|"),
                    "\\floor" => format!("\\left\\lfloor {argument}\\right\\rfloor"),
                    "\\ceil" => format!("\\left\\lceil {argument}\\right\\rceil"),
                    _ => format!("{command}{{{argument}}}"),
                };
                (tex, false)
            }
            Token::Binary(command) => {
                self.advance(length);
                let (first, second) = (self.argument(), self.argument());
                let tex = match command {
                    "\\root" => format!("\\sqrt[{first}]{{{second}}}"),
                    _ => format!("{command}{{{first}}}{{{second}}}"),
                };
                (tex, false)
            }
            Token::Open(open) => {
                if self.depth == MAX_DEPTH {
                    self.advance(length);
                    return (open.to_owned(), false);
                }
                if let Some(matrix) = self.matrix(open, length) {
                    return (matrix, false);
                }
                self.advance(length);
                self.depth += 1;
                let inner = self.expression(None);
                self.depth -= 1;
                let close = match self.peek() {
                    Some((Token::Close(close), length)) => {
                        self.advance(length);
                        close
                    }
                    _ => "",
                };
                let shown = |bracket: &'static str| if bracket.is_empty() { "." } else { bracket };
                (format!("\\left{}{inner}\\right{}", shown(open), shown(close)), true)
            }
        }
    }

    /// An argument, without its brackets.
    fn argument(&mut self) -> String {
        if self.depth == MAX_DEPTH {
            return String::new();
        }
        self.depth += 1;
        let (argument, is_bracketed) = self.simple();
        self.depth -= 1;
        if is_bracketed { unbracketed(&argument).to_owned() } else { argument }
    }

    /// The words in the brackets that follow `text`.
    fn text(&mut self) -> String {
        let inner = self.rest.strip_prefix(['(', '{', '[']).unwrap_or_default();
        let Some(length) = inner.find([')', '}', ']']) else { return String::from("\\text{}") };
        let tex = format!("\\text{{{}}}", &inner[..length]);
        self.advance(length + 2);
        tex
    }

    /// Rows in brackets within brackets: `[[a,b],[c,d]]`. Nothing is read unless all of them are as long.
    fn matrix(&mut self, open: &'static str, length: usize) -> Option<String> {
        let saved = self.rest;
        let matrix = self.rows(open, length);
        if matrix.is_none() {
            self.rest = saved;
        }
        matrix
    }

    fn rows(&mut self, open: &'static str, length: usize) -> Option<String> {
        let start = self.rest[length..].trim_start();
        if self.depth > 2 || !start.starts_with(['(', '[']) {
            return None;
        }
        self.advance(length);
        let mut rows: Vec<Vec<String>> = Vec::new();
        loop {
            let (Token::Open(_), length) = self.peek()? else { return None };
            self.advance(length);
            self.depth += 3;
            let mut row = Vec::new();
            loop {
                row.push(self.expression(Some(',')));
                match self.rest.strip_prefix(',') {
                    Some(rest) => self.rest = rest.trim_start(),
                    None => break,
                }
            }
            self.depth -= 3;
            let (Token::Close(_), length) = self.peek()? else { return None };
            self.advance(length);
            if rows.first().is_some_and(|first| first.len() != row.len()) {
                return None;
            }
            rows.push(row);
            let Some(rest) = self.rest.strip_prefix(',') else { break };
            self.rest = rest.trim_start();
        }
        let (Token::Close(close), length) = self.peek()? else { return None };
        if rows.len() < 2 {
            return None;
        }
        self.advance(length);
        let rows: Vec<String> = rows.into_iter().map(|row| row.join(" & ")).collect();
        let shown = |bracket: &'static str| if bracket.is_empty() { "." } else { bracket };
        Some(format!(
            "\\left{}\\begin{{matrix}}{}\\end{{matrix}}\\right{}",
            shown(open),
            rows.join(" \\\\ "),
            shown(close)
        ))
    }
}

/// What stands between `\left` and `\right` with their brackets.
fn unbracketed(tex: &str) -> &str {
    let inner = tex.strip_prefix("\\left").and_then(|tex| tex.rfind("\\right").map(|end| &tex[..end]));
    let Some(inner) = inner else { return tex };
    let bracket = if let Some(command) = inner.strip_prefix('\\') {
        1 + command.bytes().take_while(u8::is_ascii_alphabetic).count().max(1)
    } else {
        inner.chars().next().map_or(0, char::len_utf8)
    };
    inner.get(bracket..).unwrap_or_default()
}

/// A script in braces, unless it is one symbol.
fn group(tex: &str) -> String {
    let is_command = tex.strip_prefix('\\').is_some_and(|name| name.bytes().all(|byte| byte.is_ascii_alphabetic()));
    if tex.chars().count() == 1 || is_command { tex.to_owned() } else { format!("{{{tex}}}") }
}

/// Adds a part; a command needs a space before a letter.
fn push(out: &mut String, part: &str) {
    let name = out.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    if part.starts_with(|c: char| c.is_ascii_alphabetic()) && name.len() < out.len() && name.ends_with('\\') {
        out.push(' ');
    }
    out.push_str(part);
}

/// Longest name in the table.
const LONGEST_NAME: usize = 18;
/// Longest name with signs in the table.
const LONGEST_SIGN: usize = 3;
/// The LaTeX of each symbol, without its backslash.
static ATOMS: LazyLock<Vec<(&str, &str)>> = LazyLock::new(|| {
    let mut atoms: Vec<_> = SAME.split('|').map(|name| (name, name)).chain(OTHER.iter().copied()).collect();
    atoms.sort_unstable();
    atoms
});

/// The piece of that name.
fn token(name: &str) -> Option<Token> {
    Some(match name {
        "(" => Token::Open("("),
        "[" => Token::Open("["),
        "{" => Token::Open("\\{"),
        "(:" | "<<" | "langle" => Token::Open("\\langle "),
        "{:" => Token::Open(""),
        ")" => Token::Close(")"),
        "]" => Token::Close("]"),
        "}" => Token::Close("\\}"),
        ":)" | ">>" | "rangle" => Token::Close("\\rangle "),
        ":}" => Token::Close(""),
        "sqrt" => Token::Unary("\\sqrt"),
        "text" | "mbox" => Token::Unary("\\text"),
        "abs" => Token::Unary("\\abs"),
        "norm" => Token::Unary("\\norm"),
        "floor" => Token::Unary("\\floor"),
        "ceil" => Token::Unary("\\ceil"),
        "hat" => Token::Unary("\\hat"),
        "bar" | "overline" => Token::Unary("\\overline"),
        "vec" => Token::Unary("\\vec"),
        "tilde" => Token::Unary("\\tilde"),
        "dot" => Token::Unary("\\dot"),
        "ddot" => Token::Unary("\\ddot"),
        "ul" | "underline" => Token::Unary("\\underline"),
        "ubrace" | "underbrace" => Token::Unary("\\underbrace"),
        "obrace" | "overbrace" => Token::Unary("\\overbrace"),
        "cancel" => Token::Unary("\\cancel"),
        "bb" | "mathbf" => Token::Unary("\\mathbf"),
        "bbb" | "mathbb" => Token::Unary("\\mathbb"),
        "cc" | "mathcal" => Token::Unary("\\mathcal"),
        "tt" | "mathtt" => Token::Unary("\\mathtt"),
        "fr" | "mathfrak" => Token::Unary("\\mathfrak"),
        "sf" | "mathsf" => Token::Unary("\\mathsf"),
        "frac" => Token::Binary("\\frac"),
        "root" => Token::Binary("\\root"),
        "stackrel" | "overset" => Token::Binary("\\overset"),
        "underset" => Token::Binary("\\underset"),
        _ => {
            let at = ATOMS.binary_search_by_key(&name, |(known, _)| known).ok()?;
            Token::Atom(format!("\\{}", ATOMS[at].1))
        }
    })
}

/// Names that LaTeX has as well.
const SAME: &str = "alpha|beta|gamma|Gamma|delta|Delta|epsilon|varepsilon|zeta|eta|theta|Theta|vartheta|iota|kappa|\
        lambda|Lambda|mu|nu|xi|Xi|pi|Pi|rho|sigma|Sigma|tau|upsilon|phi|Phi|varphi|chi|psi|Psi|omega|Omega|cdot|ast|star|\
        times|div|setminus|ltimes|rtimes|bowtie|circ|oplus|otimes|odot|sum|prod|wedge|bigwedge|vee|bigvee|cap|bigcap|cup|\
        bigcup|ne|lt|gt|le|leq|ge|geq|prec|succ|in|notin|subset|supset|subseteq|supseteq|equiv|cong|approx|propto|neg|\
        implies|iff|forall|exists|bot|top|vdash|models|int|oint|partial|nabla|pm|mp|emptyset|infty|aleph|therefore|because|\
        ldots|cdots|vdots|ddots|quad|angle|triangle|diamond|square|uparrow|downarrow|rightarrow|to|leftarrow|\
        leftrightarrow|Rightarrow|Leftarrow|Leftrightarrow|mapsto|sin|cos|tan|sec|csc|cot|arcsin|arccos|arctan|sinh|cosh|\
        tanh|exp|log|ln|det|dim|gcd|lim|max|min|sup|inf|ker|arg|deg";
/// Others.
const OTHER: &[(&str, &str)] = &[
    ("**", "ast"),
    ("***", "star"),
    ("//", "/"),
    ("\\\\", "setminus"),
    ("xx", "times"),
    ("-:", "div"),
    ("@", "circ"),
    ("o+", "oplus"),
    ("ox", "otimes"),
    ("o.", "odot"),
    ("^^", "wedge"),
    ("^^^", "bigwedge"),
    ("vv", "vee"),
    ("vvv", "bigvee"),
    ("nn", "cap"),
    ("nnn", "bigcap"),
    ("uu", "cup"),
    ("uuu", "bigcup"),
    ("!=", "ne"),
    ("<=", "le"),
    (">=", "ge"),
    ("-<", "prec"),
    (">-", "succ"),
    ("!in", "notin"),
    ("sub", "subset"),
    ("sube", "subseteq"),
    ("supe", "supseteq"),
    ("-=", "equiv"),
    ("~=", "cong"),
    ("~~", "approx"),
    ("prop", "propto"),
    ("not", "neg"),
    ("=>", "Rightarrow"),
    ("<=>", "Leftrightarrow"),
    ("AA", "forall"),
    ("EE", "exists"),
    ("_|_", "bot"),
    ("TT", "top"),
    ("|--", "vdash"),
    ("|==", "models"),
    ("del", "partial"),
    ("grad", "nabla"),
    ("+-", "pm"),
    ("O/", "emptyset"),
    ("oo", "infty"),
    (":.", "therefore"),
    (":'", "because"),
    ("...", "ldots"),
    ("uarr", "uparrow"),
    ("darr", "downarrow"),
    ("rarr", "rightarrow"),
    ("->", "to"),
    ("|->", "mapsto"),
    ("larr", "leftarrow"),
    ("harr", "leftrightarrow"),
    ("rArr", "Rightarrow"),
    ("lArr", "Leftarrow"),
    ("hArr", "Leftrightarrow"),
    ("CC", "mathbb{C}"),
    ("NN", "mathbb{N}"),
    ("QQ", "mathbb{Q}"),
    ("RR", "mathbb{R}"),
    ("ZZ", "mathbb{Z}"),
    ("#", "#"),
    ("%", "%"),
    ("&", "&"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_become_latex() {
        for (source, expected) in [
            ("", ""),
            ("x", "x"),
            ("x^2 + 1", "x^2+1"),
            ("sum_(i=1)^n i^3=((n(n+1))/2)^2", "\\sum_{i=1}^ni^3=\\left(\\frac{n\\left(n+1\\right)}{2}\\right)^2"),
            ("a/b", "\\frac{a}{b}"),
            ("(a+b)/(c)", "\\frac{a+b}{c}"),
            ("sqrt x", "\\sqrt{x}"),
            ("sqrt(x+1)", "\\sqrt{x+1}"),
            ("root(3)(x)", "\\sqrt[3]{x}"),
            ("x_i^10", "x_i^{10}"),
            ("alpha x <= oo", "\\alpha x\\le\\infty"),
            ("3.14 xx 2", "3.14\\times2"),
            ("\"if \" x", "\\text{if }x"),
            ("text(and) y", "\\text{and}y"),
            ("abs(x)", "\\left|x\\right|"),
            ("hat x", "\\hat{x}"),
            ("[[a,b],[c,d]]", "\\left[\\begin{matrix}a & b \\\\ c & d\\end{matrix}\\right]"),
            ("[[a,b],[c]]", "\\left[\\left[a,b\\right],\\left[c\\right]\\right]"),
            ("{x | x in RR}", "\\left\\{x|x\\in\\mathbb{R}\\right\\}"),
            ("f:A->B", "f:A\\to B"),
            ("(a", "\\left(a\\right."),
            ("a)", "a)"),
            ("^2", "^2"),
            ("é/2", "\\frac{é}{2}"),
        ] {
            assert_eq!(to_tex(source), expected, "{source}");
        }
    }

    #[test]
    fn any_text_ends() {
        for text in ["(".repeat(4000), "[[".repeat(2000), "sqrt".repeat(1000), "a/".repeat(2000), "^_/".repeat(1000)] {
            assert!(!to_tex(&text).is_empty());
        }
    }
}
