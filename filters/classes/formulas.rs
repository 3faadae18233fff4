//! Mathematics in texts that came without blocks, such as LaTeX sources.

use crate::text::ratio;

/// Commands that lay out a document and say nothing of its subject. XML articles repeat a preamble of these for every
/// formula.
const LAYOUT: &[&str] = &[
    "begin",
    "bf",
    "caption",
    "centering",
    "definecolor",
    "documentclass",
    "emph",
    "end",
    "footnote",
    "href",
    "hspace",
    "includegraphics",
    "input",
    "item",
    "large",
    "linewidth",
    "newcommand",
    "newline",
    "newpage",
    "noindent",
    "oddsidemargin",
    "pagestyle",
    "par",
    "setlength",
    "small",
    "textbf",
    "textit",
    "texttt",
    "textwidth",
    "title",
    "url",
    "usepackage",
    "vspace",
];

/// Commands of TeX per byte: a backslash and at least two letters, so that `\n` of other languages does not count.
/// Formulas, citations and cross-references count, layout does not.
#[must_use]
pub fn tex(text: &str) -> f64 {
    let bytes = text.as_bytes();
    let commands = memchr::memchr_iter(b'\\', bytes).filter(|&at| {
        let rest = &bytes[at + 1..];
        let length = rest.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
        length >= 2 && std::str::from_utf8(&rest[..length]).is_ok_and(|name| LAYOUT.binary_search(&name).is_err())
    });
    ratio(commands.count(), bytes.len()).unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_of_formulas_count() {
        for (what, text, commands) in [
            ("escapes do not count", "A path: C:\\d, a string: \"one\\n\"", 0),
            ("formulas", "Let $\\alpha = \\frac{1}{2}$.", 2),
            ("layout", "\\usepackage{amsmath}\n\\begin{document}", 0),
            ("nothing", "", 0),
        ] {
            let expected = ratio(commands, text.len()).unwrap_or(0.0);
            assert!((tex(text) - expected).abs() < 1e-12, "{what}: {}", tex(text));
        }
        assert!(LAYOUT.is_sorted());
    }
}
