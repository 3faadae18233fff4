//! The rules on all lines of a document.

use std::borrow::Cow;
use std::ops::Range;

use super::LineRule;
use super::rule::Outcome;
use crate::{Block, text};

/// What rules say of a document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cleaned {
    /// What goes, in order and without overlap.
    pub cuts: Vec<Range<usize>>,
    /// Why: a line that went, or of which a part went, each with its rule.
    pub evidence: Vec<Cut>,
    /// The rule and phrase because of which the whole document goes, if so.
    pub rejected: Option<(&'static str, String)>,
    /// Words of what goes.
    pub words_cut: usize,
}

/// One line and the rule that cut it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cut {
    /// The rule's name.
    pub rule: &'static str,
    /// Where the line stands in the text, trimmed.
    pub line: Range<usize>,
    /// [`text::hash`] of the line.
    pub hash: u64,
}

/// Asks the rules about each line. Blank lines that a cut leaves beside each other become one; lines within code and
/// formulas are not asked about.
#[must_use]
pub fn clean(text: &str, blocks: &[Block], rules: &[LineRule]) -> Cleaned {
    let mut cleaned = Cleaned::default();
    let mut verbatim = blocks.iter().filter(|block| block.kind.is_verbatim()).peekable();
    // Whether the last line that stays is blank (or there is none), and whether lines went since.
    let (mut after_blank, mut after_cut) = (true, false);
    let mut start = 0;
    for whole in text.split_inclusive('\n') {
        let range = start..start + whole.len();
        start = range.end;
        while verbatim.next_if(|block| block.range().end <= range.start).is_some() {}
        let is_verbatim = verbatim.peek().is_some_and(|block| block.range().start < range.end);
        let line = whole.trim();
        if !is_verbatim && line.is_empty() {
            if after_cut && after_blank {
                cleaned.cut(range);
            } else {
                after_blank = true;
                after_cut = false;
            }
            continue;
        }
        let at = range.start + (whole.len() - whole.trim_start().len());
        if !is_verbatim && cleaned.line(text, line, at, &range, rules) {
            after_cut = true;
            continue;
        }
        if cleaned.rejected.is_some() {
            return cleaned;
        }
        (after_blank, after_cut) = (false, false);
    }
    cleaned.trim_end(text);
    cleaned
}

impl Cleaned {
    /// One line; whether it goes as a whole.
    fn line(&mut self, text: &str, line: &str, at: usize, whole: &Range<usize>, rules: &[LineRule]) -> bool {
        let mut now = Cow::Borrowed(line);
        // Parts of `line` that stay, in order: what `now` is made of.
        let mut parts = Vec::from([Range { start: 0, end: line.len() }]);
        for rule in rules {
            match rule.judge(line, &now) {
                Outcome::Keep => continue,
                Outcome::Reject(phrase) => {
                    self.rejected = Some((rule.name(), phrase));
                    self.push(rule, line, at);
                    return false;
                }
                Outcome::Strip(cuts) => {
                    parts = without(&parts, &cuts);
                    now = Cow::Owned(parts.iter().map(|part| &line[part.clone()]).collect());
                    self.push(rule, line, at);
                    if !now.trim().is_empty() {
                        continue;
                    }
                }
                Outcome::Cut => self.push(rule, line, at),
            }
            self.cut(whole.clone());
            self.words_cut += text::count_words(line);
            return true;
        }
        let mut from = 0;
        let end = Range { start: line.len(), end: line.len() };
        for part in parts.into_iter().chain(std::iter::once(end)) {
            if from < part.start {
                self.words_cut += text::count_words(&text[at + from..at + part.start]);
                self.cut(at + from..at + part.start);
            }
            from = part.end;
        }
        false
    }

    fn push(&mut self, rule: &LineRule, line: &str, at: usize) {
        self.evidence.push(Cut { rule: rule.name(), line: at..at + line.len(), hash: text::hash(line.as_bytes()) });
    }

    fn cut(&mut self, range: Range<usize>) {
        match self.cuts.last_mut().filter(|last| last.end == range.start) {
            Some(last) => last.end = range.end,
            None => self.cuts.push(range),
        }
    }

    /// A cut that reaches the end takes the white space before it with it.
    fn trim_end(&mut self, text: &str) {
        let Some(mut last) = self.cuts.pop_if(|last| last.end == text.len()) else { return };
        loop {
            last.start = text[..last.start].trim_end().len();
            let Some(before) = self.cuts.pop_if(|before| before.end >= last.start) else { break };
            last.start = before.start.min(last.start);
        }
        self.cuts.push(last);
    }
}

/// Parts without what is cut out of the text that they make together.
fn without(parts: &[Range<usize>], cuts: &[Range<usize>]) -> Vec<Range<usize>> {
    let mut kept = Vec::with_capacity(parts.len() + cuts.len());
    let mut before = 0;
    for part in parts {
        // Where the cuts stand, counted as the part's bytes are.
        let mut start = part.start;
        for cut in cuts {
            let from = (part.start + cut.start.saturating_sub(before)).min(part.end);
            let to = (part.start + cut.end.saturating_sub(before)).min(part.end);
            if from < to {
                if start < from {
                    kept.push(start..from);
                }
                start = to;
            }
        }
        if start < part.end {
            kept.push(start..part.end);
        }
        before += part.len();
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::BlockKind;

    fn rules(json: serde_json::Value) -> Vec<LineRule> {
        serde_json::from_value(json).unwrap()
    }

    fn left(text: &str, cleaned: &Cleaned) -> String {
        let (mut kept, mut from) = (String::new(), 0);
        for cut in &cleaned.cuts {
            kept.push_str(&text[from..cut.start]);
            from = cut.end;
        }
        kept + &text[from..]
    }

    fn c4() -> Vec<LineRule> {
        rules(serde_json::json!([
            { "rule": "citations" },
            { "rule": "terminal_punctuation" },
            { "rule": "few_words", "min": 3 },
            { "rule": "phrases", "any": ["{"], "reject": true },
            { "rule": "strip", "text": "sign-in", "place": "start", "max_words": 10 },
        ]))
    }

    #[test]
    fn what_stays_reads_as_a_text() {
        for (what, text, expected) in [
            ("nothing", "", ""),
            ("nothing to cut", "One line of text.\n\nAnother line here.", "One line of text.\n\nAnother line here."),
            ("the first line", "Home\n\nOne line of text.", "One line of text."),
            ("the last line", "One line of text.\n\nHome", "One line of text."),
            (
                "between blank lines",
                "One line of text.\n\nHome\n\nAnother line here.",
                "One line of text.\n\nAnother line here.",
            ),
            ("between lines", "One line of text.\nHome\nAnother line here.", "One line of text.\nAnother line here."),
            ("parts", "One line[1] of[edit] text.", "One line of text."),
            ("two rules on a line", "sign-in One[2] more line.", " One more line."),
            ("everything", "Home\n\nShop\n", ""),
            ("a part, then the end", "One line of text.[3]\nHome", "One line of text."),
        ] {
            let cleaned = clean(text, &[], &c4());
            assert_eq!(left(text, &cleaned), expected, "{what}");
            assert!(cleaned.cuts.windows(2).all(|pair| pair[0].end < pair[1].start), "{what}: {cleaned:?}");
        }
    }

    #[test]
    fn each_cut_has_its_rule_and_line() {
        let text = "  Home \nOne line[1] of text.\nfn { not text }.";
        let cleaned = clean(text, &[], &c4());
        let told: Vec<_> = cleaned.evidence.iter().map(|cut| (cut.rule, &text[cut.line.clone()])).collect();
        assert_eq!(
            told,
            [("terminal_punctuation", "Home"), ("citations", "One line[1] of text."), ("phrases", "fn { not text }.")]
        );
        assert_eq!(cleaned.rejected, Some(("phrases", "{".to_owned())));
        assert_eq!((cleaned.words_cut, cleaned.evidence[0].hash), (2, text::hash(b"Home")));
    }

    #[test]
    fn code_and_formulas_are_left_alone() {
        let text = "Home\nfn main() {\n}\nOne line of text.";
        let block = Block { kind: BlockKind::Code, start: 5, end: 19 };
        let cleaned = clean(text, &[block], &c4());
        assert_eq!(left(text, &cleaned), "fn main() {\n}\nOne line of text.");
        assert_eq!(cleaned.rejected, None);
    }
}
