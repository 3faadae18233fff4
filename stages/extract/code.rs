//! What shows code, and what of `pre` is none.
//!
//! Code stands in `pre`, but also in `code` alone, in elements that a script of an editor or highlighter made, and in
//! elements whose style keeps white space.

use super::code_lines::{is_line_class, is_space, previous_sibling};
use super::gutter;
use super::tags::Tag;
use super::tree::{Dom, Name};

/// Bytes from which text in `pre` may be prose.
const SHORTEST_PROSE: usize = 200;
/// Bytes of a line of code that stands in a block of its own.
const LONGEST_LINE: usize = 1000;
/// Nodes at the start of `pre` that are looked at for signs of code.
const NEAR: usize = 8;
/// Nodes at the start of `code` that are looked at for the end of a line.
const FAR: usize = 32;

/// Whether a block other than `pre` shows code, its lines in elements of their own or its white space kept.
pub(super) fn is_shown_by(dom: Dom<'_>, node: usize) -> bool {
    if dom.end(node) - node < 2 || !matches!(dom.tag(node), Tag::Div | Tag::P | Tag::Ol | Tag::Td | Tag::Section) {
        return false;
    }
    (dom.has_attributes(node)
        && (is_editor(dom, node)
            || is_named_code(dom, node)
            || dom.attribute(node, Name::Style).is_some_and(|style| is_code_style(style) && has_lines(dom, node))))
        || (dom.tag(node) != Tag::P && are_lines(dom, node))
}

/// Class names of what editors and highlighters make of code without `pre`: the part that holds the lines.
pub(super) fn is_editor(dom: Dom<'_>, node: usize) -> bool {
    let class = dom.attribute(node, Name::Class).unwrap_or_default();
    class.split_ascii_whitespace().any(|class| {
        matches!(
            class,
            "CodeMirror-code"
                | "cm-content"
                | "view-lines"
                | "ace_text-layer"
                | "syntaxhighlighter"
                | "dp-highlighter"
                | "dp-c"
                | "react-code-lines"
                | "hljs-ln"
                | "crayon-pre"
                | "wp-block-code"
                | "prettyprint"
        )
    })
}

/// Whether a class says that an element is code, it has lines, and nothing in it makes it more than that.
fn is_named_code(dom: Dom<'_>, node: usize) -> bool {
    let class = dom.attribute(node, Name::Class).unwrap_or_default();
    class.split_ascii_whitespace().any(|class| {
        matches!(
            class,
            "code"
                | "codeblock"
                | "code-block"
                | "code_block"
                | "sourcecode"
                | "source-code"
                | "code-snippet"
                | "codesnippet"
                | "programlisting"
                | "verbatim"
                | "preformatted"
        )
    }) && {
        let mut has_breaks = false;
        for part in dom.below(node) {
            match dom.tag(part) {
                Tag::Br => has_breaks = true,
                Tag::Text | Tag::Span | Tag::B | Tag::I | Tag::Em | Tag::Strong | Tag::Font | Tag::A => {}
                _ => return false,
            }
        }
        has_breaks || dom.text(node).trim().contains('\n')
    }
}

/// Whether an element that shows code goes on where the last one ended: nothing stands between them, and one of them is
/// a `code` element, of which highlighters make one for each command and its result.
pub(super) fn continues(dom: Dom<'_>, last: usize, node: usize) -> bool {
    let is_part = |node: usize| matches!(dom.tag(node), Tag::Pre | Tag::Code);
    let end = dom.end(last);
    is_part(last)
        && is_part(node)
        && (dom.tag(last) == Tag::Code || dom.tag(node) == Tag::Code)
        && dom.parent(last) == dom.parent(node)
        && (end == node || (is_space(dom, end) && dom.end(end) == node))
}

/// Whether a style keeps white space as code does: `pre` alone, or another value with letters of equal width.
fn is_code_style(style: &str) -> bool {
    let mut keeps = false;
    let mut is_mono = false;
    for (property, value) in style.split(';').filter_map(|rule| rule.split_once(':')) {
        let value = value.trim();
        match property.trim() {
            "white-space" if value == "pre" => return true,
            "white-space" => keeps |= value.starts_with("pre") || value == "break-spaces",
            "font-family" => {
                is_mono |=
                    ["mono", "Mono", "Courier", "courier", "Consolas", "Menlo"].iter().any(|n| value.contains(n));
            }
            _ => {}
        }
    }
    keeps && is_mono
}

/// Whether an element holds more than one line of text.
fn has_lines(dom: Dom<'_>, node: usize) -> bool {
    dom.text(node).trim().contains('\n')
        || dom.below(node).filter(|node| dom.tag(*node) == Tag::Br || dom.tag(*node).is_block()).nth(1).is_some()
}

/// How the elements in a block show that they are lines of code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Line {
    /// Each holds `code` elements and nothing else.
    Codes,
    /// The class says so, and parts of the lines have classes as well.
    Class,
    /// The style keeps white space.
    Style,
    /// Each is a `pre` of one line.
    Pre,
    /// Each is an item of a list that GeSHi makes.
    Item,
}

/// Whether a block holds lines of code, each in an element of its own, and nothing else.
fn are_lines(dom: Dom<'_>, node: usize) -> bool {
    let mut kind = None;
    let (mut n_lines, mut n_marked) = (0, 0);
    for child in dom.children(node).filter(|child| !is_space(dom, *child)) {
        let is_blank = || dom.tag(child) == Tag::Br || (dom.tag(child).is_block() && dom.text(child).trim().is_empty());
        if kind.is_some() && is_blank() {
            continue;
        }
        let Some(line) = line(dom, child) else { return false };
        if kind.is_some_and(|kind| kind != line) {
            return false;
        }
        kind = Some(line);
        n_lines += 1;
        n_marked += usize::from(
            line != Line::Class
                || dom.children(child).any(|part| dom.tag(part) == Tag::Span && dom.has_attributes(part)),
        );
    }
    let least = if kind == Some(Line::Pre) { 3 } else { 2 };
    n_lines >= least && n_marked > 0
}

fn line(dom: Dom<'_>, node: usize) -> Option<Line> {
    match dom.tag(node) {
        Tag::Pre => (!dom.text(node).trim().contains('\n')).then_some(Line::Pre),
        Tag::Li => {
            let is_item = dom.has_class(node, "li1") || dom.has_class(node, "li2");
            is_item.then_some(Line::Item)
        }
        Tag::Div | Tag::P => {
            if dom.attribute(node, Name::Class).is_some_and(is_line_class) {
                let has_code = dom.children(node).any(|part| dom.tag(part) == Tag::Code);
                return Some(if has_code { Line::Codes } else { Line::Class });
            }
            let first = dom.children(node).find(|child| !is_space(dom, *child))?;
            if matches!(dom.tag(first), Tag::Code | Tag::Span) && holds_codes(dom, node) {
                return Some(Line::Codes);
            }
            (dom.text(node).len() <= LONGEST_LINE && is_styled_line(dom, node)).then_some(Line::Style)
        }
        _ => None,
    }
}

/// Whether all text of an element stands in `code` elements, but for the number of a line.
fn holds_codes(dom: Dom<'_>, node: usize) -> bool {
    let mut code_end = node;
    let mut part = node + 1;
    while part < dom.end(node) {
        match dom.tag(part) {
            _ if part < code_end => {}
            Tag::Code => code_end = dom.end(part),
            Tag::Span if dom.parent(part) == node && gutter::is_numbers(dom, part) => part = dom.end(part) - 1,
            Tag::Span | Tag::Br => {}
            _ if is_space(dom, part) => {}
            _ => return false,
        }
        part += 1;
    }
    code_end > node
}

/// Whether a `code` element outside of `pre` is a block: it stands alone, and has lines or is highlighted.
pub(super) fn is_block(dom: Dom<'_>, node: usize) -> bool {
    let has_lines = dom.text(node).trim().contains('\n')
        || dom.below(node).take(FAR).any(|part| dom.tag(part) == Tag::Br)
        || dom.has_class(node, "block");
    let is_highlighted =
        || dom.has_attributes(node) && dom.children(node).filter(|child| dom.tag(*child) == Tag::Span).nth(1).is_some();
    (has_lines || is_highlighted()) && is_alone(dom, node)
}

/// Whether an element, or the one that holds all of its text, has a style for code.
fn is_styled_line(dom: Dom<'_>, node: usize) -> bool {
    let mut at = node;
    for _ in 0..3 {
        if dom.attribute(at, Name::Style).is_some_and(is_code_style) {
            return dom.text(at).trim().len() == dom.text(node).trim().len();
        }
        match dom.children(at).find(|child| !is_space(dom, *child)) {
            Some(first) if matches!(dom.tag(first), Tag::Div | Tag::Span) => at = first,
            _ => return false,
        }
    }
    false
}

/// Whether a block is one of several lines with a style for code, which other things may stand between.
pub(super) fn is_styled_run(dom: Dom<'_>, node: usize) -> bool {
    if dom.tag(node) != Tag::Div || dom.text(node).len() > LONGEST_LINE || !is_styled_line(dom, node) {
        return false;
    }
    let is_like = |at: usize| dom.tag(at) == Tag::Div && is_styled_line(dom, at);
    let before = previous_sibling(dom, node);
    let before = before.filter(|before| !is_space(dom, *before)).or_else(|| previous_sibling(dom, before?));
    let end = dom.end(dom.parent(node));
    let after = Some(dom.end(node)).filter(|after| *after < end);
    let after =
        after.map(|after| if is_space(dom, after) { dom.end(after) } else { after }).filter(|after| *after < end);
    before.is_some_and(is_like) || after.is_some_and(is_like)
}

fn has_breaks(dom: Dom<'_>, node: usize) -> bool {
    dom.children(node).any(|child| dom.tag(child) == Tag::Br)
}

/// Whether nothing stands beside an element in its block.
fn is_alone(dom: Dom<'_>, node: usize) -> bool {
    let parent = dom.parent(node);
    if !dom.tag(parent).is_block() {
        return false;
    }
    // Blocks may stand around it, and other code made by the same highlighter.
    let is_apart = |neighbour: Option<usize>| {
        neighbour.is_none_or(|neighbour| {
            dom.tag(neighbour).is_block()
                || (dom.tag(neighbour) != Tag::Br && dom.text(neighbour).is_empty())
                || (dom.tag(neighbour) == Tag::Br && has_breaks(dom, node))
                || (dom.tag(neighbour) == Tag::Code && (dom.has_class(node, "block") || dom.has_class(node, "hljs")))
        })
    };
    let mut before = previous_sibling(dom, node);
    if let Some(space) = before.filter(|before| is_space(dom, *before)) {
        before = previous_sibling(dom, space);
    }
    let mut after = dom.end(node);
    if after < dom.end(parent) && is_space(dom, after) {
        after = dom.end(after);
    }
    is_apart(before) && is_apart((after < dom.end(parent)).then_some(after))
}

/// Whether a `pre` holds prose that is set in lines: letters, mails, poems. Few signs but those of sentences, no
/// columns, no indentation.
pub(super) fn is_prose(dom: Dom<'_>, pre: usize) -> bool {
    let text = dom.text(pre);
    if text.len() < SHORTEST_PROSE
        || dom.has_attributes(pre) && dom.attribute(pre, Name::Class).is_some_and(|class| class.contains("code"))
        || dom.below(pre).take(NEAR).any(|node| matches!(dom.tag(node), Tag::Code | Tag::Samp | Tag::Kbd | Tag::Span))
    {
        return false;
    }
    let (mut n_lines, mut n_set, mut n_words, mut n_ends, mut n_signs, mut n_chars) = (0, 0, 0, 0, 0, 0);
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        n_lines += 1;
        let line = line.trim_end();
        n_set += usize::from(line.starts_with(['\t', ' ']) || line.trim_start().contains("   ") || line.contains('\t'));
        for word in line.split_whitespace() {
            n_words += 1;
            n_ends += usize::from(word.ends_with(['.', '?', '!']) && word.len() > 2);
            for character in word.chars() {
                n_chars += 1;
                let is_common = character.is_alphanumeric()
                    || matches!(character, '.' | ',' | ';' | ':' | '?' | '!' | '\'' | '"' | '-' | '(' | ')')
                    || !character.is_ascii();
                n_signs += usize::from(!is_common);
            }
        }
    }
    n_words >= n_lines * 6 && n_set * 4 <= n_lines && n_ends >= 2 && n_ends * 25 >= n_words && n_signs * 50 <= n_chars
}

#[cfg(test)]
mod tests {
    use filters::BlockKind;

    use super::super::Extractor;

    /// The blocks of code in a page, each after the one before.
    fn code(html: &str) -> Vec<String> {
        let page = Extractor::new().extract(html, None).unwrap();
        let code = page.blocks.iter().filter(|block| block.kind == BlockKind::Code);
        code.map(|block| page.text[block.range()].to_owned()).collect()
    }

    #[test]
    #[expect(clippy::too_many_lines, reason = "a table")]
    fn code_is_verbatim_whatever_shows_it() {
        // All of them show this, or its first and last line.
        const ALL: &str = "if x:\n    y\n\nz";
        for (what, html) in [
            ("pre", "<pre>\nif x:\n    y\n\nz\n</pre>"),
            ("no-break spaces", "<pre>if x:\n&nbsp;&nbsp;&nbsp;&nbsp;y\n\nz</pre>"),
            ("code in pre, with tokens", "<pre><code><b>if</b> x:\n    <i>y</i>\n\nz\n</code></pre>"),
            ("breaks", "<pre>if x:<br>    y<br><br>z</pre>"),
            ("code alone", "<p><code>if x:\n    y\n\nz</code></p>"),
            ("code alone, with breaks in another element", "<p><code><b>if x:<br>    y<br><br>z</b></code></p>"),
            ("commands and results", "<div><code class=block>if x:\n    y\n\n</code>\n<pre>z</pre></div>"),
            ("indented as the page is", "<pre>\n\tif x:\n\t    y\n\n\tz</pre>"),
            ("a class, and line feeds", "<div class=verbatim>if x:\n    y\n\nz\n</div>"),
            (
                "code alone, with breaks that end lines of the page too",
                "<p><code>if x:<br>\n &nbsp; &nbsp;  y<br>\n<br>\nz<br>\n</code></p>",
            ),
            ("code between blocks", "<div><p>a</p><code>if x:\n    y\n\nz</code><p>b</p></div>"),
            ("a style", "<div style='white-space: pre'>if x:\n    y\n\nz</div>"),
            (
                "a style with letters of equal width",
                "<p style='font-family: Menlo, monospace; white-space: pre-wrap'>if x:<br>    y<br><br>z</p>",
            ),
            ("a class, and breaks", "<div class='code x'><b>if</b> x:<br>\n&nbsp;&nbsp;&nbsp; y<br>\n<br>\nz</div>"),
            (
                "lines with a style each",
                "<div><div style='white-space:pre'>if x:</div><div style='white-space:pre'>    y</div>\
                 <div style='white-space:pre'></div><div style='white-space:pre'>z</div></div>",
            ),
            (
                "lines with a style within them, and a result between",
                "<div><div><div class=a><span style='white-space: pre'>if x:</span></div></div>\n\
                 <div><div class=a><span style='white-space: pre'>    y</span></div></div>\n\
                 <div><div class=a><span style='white-space: pre'>\n</span></div></div>\
                 <div><div class=a><span style='white-space: pre'>z</span></div></div><div>3</div></div>",
            ),
            (
                "a row for each line, its number beside it",
                "<pre><div><div>1</div><div>if x:</div></div><div><div>2</div><div>    y</div></div>\
                 <div><div>3</div><div></div></div><div><div>4</div><div>z</div></div></pre>",
            ),
            (
                "Shiki",
                "<pre class=shiki><code><span class=line><span>if</span> x:</span>\n<span class=line>    y</span>\n\
                 <span class=line></span>\n<span class=line>z</span></code></pre>",
            ),
            (
                "lines without line feeds",
                "<pre><code><span data-line=''>if x:</span><span data-line=''>    y</span><span data-line=''></span>\
                 <span data-line=''>z</span></code></pre>",
            ),
            (
                "Hexo",
                "<figure class=highlight><table><tr><td class=gutter><pre><span class=line>1</span><br>\
                 <span class=line>2</span><br><span class=line>3</span><br><span class=line>4</span><br></pre></td>\
                 <td class=code><pre><span class=line>if x:</span><br><span class=line>    y</span><br>\
                 <span class=line></span><br><span class=line>z</span><br></pre></td></tr></table></figure>",
            ),
            (
                "Pygments, numbers before each line",
                "<pre><span class='linenos'>1</span>if x:\n<span class='linenos'>2</span>    y\n\
                 <span class='linenos'>3</span>\n<span class='linenos'>4</span>z\n</pre>",
            ),
            (
                "Chroma, a column of numbers without a class that is known",
                "<div><table><tr><td class=lntd><pre><code><span class=lnt>1\n</span><span class=lnt>2\n</span>\
                 <span class=lnt>3\n</span><span class=lnt>4\n</span></code></pre></td><td class=lntd><pre><code>if x:\n    y\n\n\
                 z\n</code></pre></td></tr></table></div>",
            ),
            (
                "Chroma, numbers before each line",
                "<pre><code><span class=line><span class=ln>1</span><span class=cl>if x:\n</span></span><span class=line>\
                 <span class=ln>2</span><span class=cl>    y\n</span></span><span class=line><span class=ln>3</span>\
                 <span class=cl>\n</span></span><span class=line><span class=ln>4</span><span class=cl>z\n</span></span></code></pre>",
            ),
            (
                "Rouge",
                "<pre><code><table class=rouge-table><tbody><tr><td class='rouge-gutter gl'><pre class=lineno>1\n2\n3\n4\n</pre>\
                 </td><td class=rouge-code><pre>if x:\n    y\n\nz\n</pre></td></tr></tbody></table></code></pre>",
            ),
            (
                "a column of numbers beside the code",
                "<div class=flex><div>1<br>2<br>3<br>4</div><pre>if x:\n    y\n\nz</pre></div>",
            ),
            (
                "numbers in code beside the code",
                "<pre><code style='float:left'><span>1\n</span><span>2\n</span><span>3\n</span><span>4\n</span></code>\
                 <code>if x:\n    y\n\nz</code></pre>",
            ),
            (
                "highlight.js with numbers",
                "<pre><code><table class=hljs-ln><tbody><tr><td class='hljs-ln-line hljs-ln-numbers' data-line-number=1>1</td>\
                 <td class='hljs-ln-line'>if x:</td></tr><tr><td class='hljs-ln-line hljs-ln-numbers' data-line-number=2>2</td>\
                 <td class='hljs-ln-line'>    y</td></tr><tr><td class='hljs-ln-line hljs-ln-numbers'>3</td><td></td></tr>\
                 <tr><td class='hljs-ln-line hljs-ln-numbers'>4</td><td>z</td></tr></tbody></table></code></pre>",
            ),
            (
                "a table of numbered lines",
                "<table>\n<tr>\n<td class=line-num>1</td>\n<td class=line-code>if x:</td>\n</tr>\
                 <tr><td class=line-num>2</td><td class=line-code>    y</td></tr>\
                 <tr><td class=line-num>3</td><td class=line-code></td></tr>\
                 <tr><td class=line-num>4</td><td class=line-code>z</td></tr></table>",
            ),
            (
                "numbers in an attribute",
                "<table><tr><td data-line-number=1></td><td><code>if x:\n</code></td></tr>\
                 <tr><td data-line-number=2></td><td><code>    y\n</code></td></tr>\
                 <tr><td data-line-number=3></td><td><code>\n</code></td></tr>\
                 <tr><td data-line-number=4></td><td><code>z</code></td></tr></table>",
            ),
            (
                "SyntaxHighlighter",
                "<div class=syntaxhighlighter><div class=toolbar><a>?</a></div><table><tbody><tr><td class=gutter>\
                 <div class='line n1'>1</div><div class='line n2'>2</div><div class='line n3'>3</div><div class='line n4'>4</div></td>\
                 <td class=code><div class=container><div class=line><code>if</code> <code>x:</code></div><div class=line>\
                 <code class=spaces>&nbsp;&nbsp;&nbsp;&nbsp;</code><code>y</code></div><div class=line>&nbsp;</div>\
                 <div class=line><code>z</code></div></div></td></tr></tbody></table></div>",
            ),
            (
                "SyntaxHighlighter 2",
                "<div class=syntaxhighlighter><div class='line alt1'><table><tr><td class=number><code>01</code></td>\
                 <td class=content><code class=keyword>if</code> <code>x:</code></td></tr></table></div>\
                 <div class='line alt2'><table><tr><td class=number><code>02</code></td><td class=content>\
                 <code class=spaces>&nbsp;&nbsp;&nbsp;&nbsp;</code><span style='margin-left: 0'><code>y</code></span></td></tr>\
                 </table></div><div class='line alt1'><table><tr><td class=number><code>03</code></td><td class=content>\
                 &nbsp;</td></tr></table></div><div class='line alt2'><table><tr><td class=number><code>04</code></td>\
                 <td class=content><code>z</code></td></tr></table></div></div>",
            ),
            (
                "lines of code elements within another",
                "<div><div><span><code>if</code> <code>x:</code></span></div>\n<div><code>&nbsp;&nbsp;&nbsp;&nbsp;</code><span>\
                 <code>y</code></span></div>\n<div><span>&nbsp;</span></div>\n<div><span><code>z</code></span></div></div>",
            ),
            (
                "lines of code elements",
                "<div><div><code>if x:</code></div><div><code>&nbsp;&nbsp;&nbsp;&nbsp;</code><code>y</code></div>\
                 <div>&nbsp;</div><div><code>z</code></div></div>",
            ),
            (
                "GeSHi",
                "<ol><li class=li1><div class=de1>if x:</div></li><li class=li1><div class=de1>    y</div></li>\
                 <li class=li1><div class=de1>&nbsp;</div></li><li class=li2><div class=de2>z</div></li></ol>",
            ),
            (
                "prettify",
                "<pre class=prettyprint><ol class=linenums><li class=L0><span>if x:</span></li><li class=L1><span>    y</span></li>\
                 <li class=L2></li><li class=L3><span>z</span></li></ol></pre>",
            ),
            (
                "CodeMirror",
                "<div class=CodeMirror-code><div><div class=CodeMirror-gutter-wrapper><div class=CodeMirror-linenumber>1</div></div>\
                 <pre class=CodeMirror-line><span>if x:</span></pre></div><div><pre class=CodeMirror-line>    y</pre></div>\
                 <div><pre class=CodeMirror-line><span>\u{200b}</span></pre></div><div><pre class=CodeMirror-line>z</pre></div></div>",
            ),
            ("a pre for each line", "<div><pre>if x:</pre><pre>    y</pre><pre></pre><pre>z</pre></div>"),
            (
                "Doxygen, a space after each number",
                "<div class=fragment><div class=line><span class=lineno>    1</span>&#160;<span class=keyword>if</span> x:</div>\
                 <div class=line><span class=lineno>    2</span>&#160;    y</div>\
                 <div class=line><span class=lineno>    3</span>&#160;</div>\
                 <div class=line><span class=lineno>    4</span>&#160;z</div></div>",
            ),
            (
                "Expressive Code, with a button and prompts",
                "<pre><code><div class=ec-line><div class=gutter><div class=ln>1</div></div><div class=code>if x:</div></div>\
                 <div class=ec-line><div class=code>    y</div></div><div class=ec-line><div class=code>\n</div></div>\
                 <div class=ec-line><div class=code><span style='user-select:none'>$ </span>z</div></div></code>\
                 <button>Copy</button></pre>",
            ),
            (
                "a label and a button before",
                "<div class=head><span>python</span> <span>Copy code</span></div><pre>if x:\n    y\n\nz</pre>",
            ),
        ] {
            assert_eq!(code(html), [ALL], "{what}");
        }
    }

    #[test]
    fn what_only_looks_like_code_is_none() {
        for (what, html) in [
            ("a word", "<p>Use <code>ls</code> here.</p>"),
            ("a word alone", "<p><code>ls</code></p>"),
            ("code beside text", "<p>a <code>ls\n-l</code></p>"),
            ("a poem in lines", "<div><div class=line>Roses are red</div><div class=line>Violets are blue</div></div>"),
            ("ranks", "<table><tr><td>1<td>Ada<tr><td>2<td>Bob<tr><td>3<td>Cy</table>"),
            ("ranks with a class", "<table><tr><td class=number>1<td>Ada<tr><td class=number>2<td>Bob</table>"),
            ("prose that keeps white space", "<p style='white-space: pre-wrap'>A line.\nAnother.</p>"),
            ("a code to enter", "<p class=code>\nSAVE10\n</p>"),
            ("links to code", "<div><div><a><code>a</code></a></div><div><a><code>b</code></a></div></div>"),
            ("a class around more", "<div class=code>a<br>b<p>c</p></div>"),
            ("a list of code", "<ul><li><code>a</code><li><code>b</code></ul>"),
        ] {
            assert_eq!(code(html), [""; 0], "{what}");
        }
    }

    #[test]
    fn prose_in_pre_is_prose() {
        let letter = "Dear all,\n\nThe ferry leaves at nine on Monday, and the deck is cold.\nBring a coat and a hat, and be there early.\n\n\
                      We will be back before dark. There is tea on board. Whoever wants\nto stay on the island may do so, of course.\n\nYours, Ada Lovelace, of the ferry company";
        let page = Extractor::new().extract(&format!("<pre>{letter}</pre>"), None).unwrap();
        assert_eq!(page.text, letter);
        assert!(page.blocks.iter().all(|block| block.kind == BlockKind::Prose) && page.blocks.len() == 4);
        let table = "a very long name of it   1.0  yes\n".repeat(12);
        assert_eq!(code(&format!("<pre>{table}</pre>")).len(), 1);
    }

    #[test]
    fn nasty_code_is_read_in_linear_time() {
        let n = 20_000;
        for (what, html) in [
            ("lines in lines", format!("<pre>{}", "<div>".repeat(10 * n))),
            ("blocks in blocks", "<div><div class=line><span class=a>1".repeat(n)),
            ("code among white space", format!("<div>{}{}", " ".repeat(50 * n), "<code>a\nb</code>".repeat(n))),
            ("code after code", format!("<div>{}", "<code>a\nb</code> ".repeat(n))),
            ("rows", format!("<table>{}", "<tr><td class=num>1<td class=code>a".repeat(n))),
            ("tables of numbers", "<table><tr><td>1<td><pre>".repeat(n)),
            ("gutters", "<div><div>1<br>2</div><pre>a\nb</pre></div>".repeat(n)),
            ("gutters in gutters", "<div>1 <pre>".repeat(n)),
            ("styles in styles", "<div style='white-space:pre'>".repeat(n)),
            ("lines without text", format!("<pre>{}", "<span class=line></span>".repeat(n))),
            ("backticks", format!("<script src=asciimath></script>{}", "`a(`[[".repeat(n))),
            ("classes in classes", format!("{}a\nb", "<div class=code>".repeat(n))),
            ("numbers in numbers", format!("<div><div>{}a<code>b</code>", "<span>1 ".repeat(n))),
            ("white space before rows", format!("<pre>{}<div>a</div>{}", " ".repeat(50 * n), "<div>b</div>".repeat(n))),
            ("markers", "**a [b](http [[".repeat(n)),
            ("sources", "<span data-tex='^'>a<span data-mathml='<math><mi>x'>".repeat(n)),
        ] {
            let started = std::time::Instant::now();
            Extractor::new().extract(&html, None).unwrap();
            // Far above what it takes; quadratic time would take minutes.
            assert!(started.elapsed() < std::time::Duration::from_secs(10), "{what}: {:?}", started.elapsed());
        }
    }
}
