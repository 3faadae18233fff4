//! Statements and proofs, as papers, lecture notes and forums write them.

use super::draw::Draw;

/// A text of definitions, theorems and proofs: LaTeX source, LaTeX within a page, or signs of plain text.
pub(super) fn text(draw: &mut Draw) -> String {
    let style = draw.pick(&[Style::Source, Style::Page, Style::Page, Style::Plain]);
    let mut text = String::new();
    if style == Style::Source && draw.one_in(3) {
        text.push_str(draw.pick(&[
            "\\documentclass{amsart}\n\\usepackage{amsmath}\n\\begin{document}\n",
            "\\section{Preliminaries}\n",
            "\\section{Proof of the main result}\n",
        ]));
    }
    let first = draw.between(1, 40);
    for number in first..first + draw.between(1, 4) {
        let (statement, proof) = draw.pick(CLAIMS);
        let letters = Letters::draw(draw);
        let (statement, proof) = (letters.fill(statement, style), letters.fill(proof, style));
        let remark = letters.fill(draw.pick(REMARKS), style);
        let name = draw.pick(&["Theorem", "Lemma", "Proposition", "Corollary", "Claim", "Exercise", "Problem"]);
        let piece = match style {
            Style::Source => {
                let environment = name.to_lowercase();
                format!(
                    "\\begin{{{environment}}}\\label{{{environment}:{number}}}\n{statement}\n\\end{{{environment}}}\n\\begin{{proof}}\n{proof}\n\\end{{proof}}\n{remark}\n"
                )
            }
            _ => format!(
                "{name} {number}. {statement}\n{} {proof} {}\n{remark}\n",
                draw.pick(&["Proof.", "Solution.", "Proof:", "Answer:"]),
                draw.pick(&["∎", "QED", "□", ""])
            ),
        };
        text.push_str(&piece);
        text.push('\n');
    }
    text
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    /// The source of a paper.
    Source,
    /// A page whose formulas are LaTeX.
    Page,
    /// Words and keyboard signs.
    Plain,
}

/// What stands for the capital letters of a claim.
struct Letters {
    number: char,
    point: char,
    function: char,
    set: char,
    constant: i64,
}

impl Letters {
    fn draw(draw: &mut Draw) -> Self {
        Self {
            number: draw.pick(&['n', 'm', 'k', 'N', 'p']),
            point: draw.pick(&['x', 'y', 't', 'z']),
            function: draw.pick(&['f', 'g', 'h', 'u', 'T']),
            set: draw.pick(&['X', 'A', 'S', 'V', 'G', 'M', 'E']),
            constant: draw.between(2, 19),
        }
    }

    /// Puts the letters in, and writes formulas as the style does.
    fn fill(&self, claim: &str, style: Style) -> String {
        let text = claim
            .replace("@n", &self.number.to_string())
            .replace("@x", &self.point.to_string())
            .replace("@f", &self.function.to_string())
            .replace("@S", &self.set.to_string())
            .replace("@c", &self.constant.to_string());
        if style != Style::Plain {
            return text;
        }
        PLAIN.iter().fold(text, |text, (tex, plain)| text.replace(tex, plain))
    }
}

/// Commands and what people type for them, in the order of their replacement.
const PLAIN: &[(&str, &str)] = &[
    ("\\[", "\n"),
    ("\\]", "\n"),
    ("$", ""),
    ("\\mathbb{R}", "R"),
    ("\\mathbb{Z}", "Z"),
    ("\\mathbb{N}", "N"),
    ("\\frac", ""),
    ("}{", ")/("),
    ("\\ldots", "..."),
    ("\\leq", "<="),
    ("\\le", "<="),
    ("\\geq", ">="),
    ("\\ge", ">="),
    ("\\neq", "!="),
    ("\\in", "in"),
    ("\\to", "->"),
    ("\\infty", "infinity"),
    ("\\cdot", "*"),
    ("\\sqrt", "sqrt"),
    ("\\varepsilon", "epsilon"),
    ("\\mid", "|"),
    ("\\equiv", "="),
    ("\\cup", "U"),
    ("\\subset", "is a subset of"),
    ("\\quad", " "),
    ("\\|", "||"),
    ("\\", ""),
    ("{", "("),
    ("}", ")"),
];

/// Sentences that follow a proof.
const REMARKS: &[&str] = &[
    "",
    "The converse does not hold: take $@f(@x) = |@x|$ at $@x = 0$.",
    "The constant $@c$ is not optimal; it can be replaced by any number larger than $1$.",
    "It follows that the sequence $(a_@n)$ is bounded, hence has a convergent subsequence.",
    "We write $\\|@f\\|$ for the norm of $@f$ in the space of continuous functions on $@S$.",
    "For @n = @c the statement can be checked by hand.",
    "Note that we have used that $@S$ is not empty.",
];

/// Statements and their proofs; `@n`, `@x`, `@f`, `@S` and `@c` stand for letters and a number.
const CLAIMS: &[(&str, &str)] = &[
    (
        "For every integer $@n$, the number $@n^2 + @n$ is even.",
        "We have $@n^2 + @n = @n(@n + 1)$, a product of two consecutive integers. One of them is even, and so is the product.",
    ),
    (
        "For all $@n \\geq 1$, \\[ 1 + 2 + \\ldots + @n = \\frac{@n(@n+1)}{2}. \\]",
        "By induction. For $@n = 1$ both sides are $1$. Suppose the formula holds for $@n$. Adding $@n + 1$ on both sides gives \\[ \\frac{@n(@n+1)}{2} + (@n+1) = \\frac{(@n+1)(@n+2)}{2}, \\] which is the claim for $@n + 1$.",
    ),
    (
        "The number $\\sqrt{2}$ is irrational.",
        "Suppose $\\sqrt{2} = \\frac{a}{b}$ with integers $a, b$ that have no common divisor. Then $a^2 = 2b^2$, so $a$ is even, say $a = 2c$. Hence $b^2 = 2c^2$, and $b$ is even too, a contradiction.",
    ),
    (
        "There are infinitely many primes.",
        "Assume that $p_1, \\ldots, p_@n$ are all of them, and let $N = p_1 \\cdot \\ldots \\cdot p_@n + 1$. No $p_i$ divides $N$, since each leaves the remainder $1$. But $N > 1$ has a prime divisor, which is a contradiction.",
    ),
    (
        "Let $@f : [a, b] \\to \\mathbb{R}$ be continuous. Then $@f$ is bounded.",
        "Suppose not. Then for each $@n \\in \\mathbb{N}$ there is $x_@n \\in [a, b]$ with $|@f(x_@n)| \\geq @n$. By compactness some subsequence converges to a point $x \\in [a, b]$, and continuity gives $@f(x_{@n_k}) \\to @f(x)$, which contradicts $|@f(x_{@n_k})| \\to \\infty$.",
    ),
    (
        "For all real $a, b \\geq 0$ we have $\\sqrt{ab} \\leq \\frac{a + b}{2}$, with equality if and only if $a = b$.",
        "Since $(\\sqrt{a} - \\sqrt{b})^2 \\geq 0$, we get $a - 2\\sqrt{ab} + b \\geq 0$, that is, $2\\sqrt{ab} \\leq a + b$.",
    ),
    (
        "Let $@S$ be a group in which $@x^2 = e$ for all $@x$. Then $@S$ is abelian.",
        "Let $a, b \\in @S$. Then $abab = e$. Multiplying by $a$ on the left and by $b$ on the right, and using $a^2 = b^2 = e$, we obtain $ba = ab$.",
    ),
    (
        "Let $@f(@x) = @x^2 \\sin(1/@x)$ for $@x \\neq 0$ and $@f(0) = 0$. Show that $@f$ is differentiable at $0$.",
        "The difference quotient is $\\frac{@f(@x) - @f(0)}{@x} = @x \\sin(1/@x)$, and $|@x \\sin(1/@x)| \\leq |@x| \\to 0$. Hence $@f'(0) = 0$.",
    ),
    (
        "If $@n \\equiv 1 \\mod @c$, then $@n^k \\equiv 1 \\mod @c$ for all $k \\in \\mathbb{N}$.",
        "Write $@n = 1 + @cm$ with $m \\in \\mathbb{Z}$. Every term of the binomial expansion of $(1 + @cm)^k$ but the first is divisible by $@c$.",
    ),
    (
        "Let $@S \\subset \\mathbb{R}$ be non-empty and bounded above, and let $s = \\sup @S$. For every $\\varepsilon > 0$ there is $@x \\in @S$ with $s - \\varepsilon < @x \\leq s$.",
        "Otherwise $s - \\varepsilon$ would be an upper bound of $@S$ smaller than the least one.",
    ),
    (
        "Let $@f$ be a solution of $@f'' + @f = 0$ with $@f(0) = @f'(0) = 0$. Then $@f = 0$.",
        "The energy $E = \\frac{1}{2}(@f'^2 + @f^2)$ satisfies $E' = @f'(@f'' + @f) = 0$, so $E$ is constant, and $E(0) = 0$.",
    ),
    (
        "Suppose that $\\sum a_@n$ converges. Then $a_@n \\to 0$.",
        "Let $s_@n$ be the partial sums, and $s$ their limit. Then $a_@n = s_@n - s_{@n-1} \\to s - s = 0$.",
    ),
    (
        "Let $@f$ be holomorphic in the disc $|z| < @c$ and $|@f| \\leq M$ there. Then \\[ |@f'(0)| \\leq \\frac{M}{@c}. \\]",
        "By Cauchy's formula, $@f'(0) = \\frac{1}{2\\pi i} \\int_{|z| = r} \\frac{@f(z)}{z^2} \\, dz$ for every $r < @c$. The integrand is at most $M/r^2$, and the circle has length $2\\pi r$. Let $r \\to @c$.",
    ),
    (
        "A connected graph with $@n$ vertices and $@n - 1$ edges is a tree.",
        "If it had a cycle, an edge of the cycle could be removed and the graph would stay connected, with $@n - 2$ edges. But a connected graph on $@n$ vertices has at least $@n - 1$.",
    ),
    (
        "Let $A$ be a real symmetric matrix. Eigenvectors of $A$ that belong to different eigenvalues are orthogonal.",
        "Let $Av = \\lambda v$ and $Aw = \\mu w$ with $\\lambda \\neq \\mu$. Then $\\lambda (v \\cdot w) = Av \\cdot w = v \\cdot Aw = \\mu (v \\cdot w)$, hence $v \\cdot w = 0$.",
    ),
    (
        "Let $u \\in H^1_0(\\Omega)$. Then $\\|u\\|_{L^2} \\leq C \\|\\nabla u\\|_{L^2}$, where $C$ depends on $\\Omega$ alone.",
        "By density it suffices to consider $u \\in C_c^\\infty(\\Omega)$. Integrating $\\partial_1 u$ along lines and using the Cauchy--Schwarz inequality, \\[ \\int_\\Omega |u|^2 \\leq d^2 \\int_\\Omega |\\partial_1 u|^2, \\] where $d$ is the diameter.",
    ),
];
