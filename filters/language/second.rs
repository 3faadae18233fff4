//! The second language of a text: parts of it are identified by themselves.

use std::collections::BTreeMap;
use std::ops::Range;

use memchr::memchr;

use super::script::Letters;
use super::{BUFFERS, Buffers, Identified, codes, judged};
use crate::Block;
use crate::fasttext::Model;
use crate::text::{n_chars, ratio};

/// Characters of a segment, at least. Whole lines are joined up to here.
const SHORTEST: usize = 50;

/// Characters of a line's piece, at most: longer lines are cut after a word. A sentence or two, which models are mostly sure
/// of.
const LONGEST: usize = 150;

/// Of longer texts, stretches alone are cut into segments, so that a long text costs no more than others.
const STRETCHES: usize = 16;
const STRETCH_BYTES: usize = 1 << 10;

/// Segments that are looked at, spread evenly over the text.
const MOST: usize = 30;

/// Segments that are looked at first. Most texts show by these that they are in one language.
const FIRST: usize = 4;

/// All segments are looked at where the model finds another language of the whole text that likely.
const LIKELY: f32 = 0.005;

/// A segment counts from this confidence on.
const LEAST_CONFIDENCE: f32 = 0.5;

/// A text's second language.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Second {
    /// Its label, such as `eng_Latn`: of most characters in segments of other languages than the text's.
    pub label: Option<String>,
    /// The share of these characters in all segments of which the model is sure, 0 to 1; `None` for a text of one segment,
    /// and where the model is sure of none.
    pub share: Option<f64>,
}

/// The second language of a text, by the model that said what the first is.
///
/// Running text is cut into segments: lines that are joined to 50 characters or more, and pieces of 150 of longer ones. The
/// model is asked about 4 of them, and about 30 where one of these is in another language, or where it gives the whole text
/// another one with a probability of 0.005. Segments of a confidence of 0.5 and more count, each with its characters.
#[must_use]
pub fn identify_second(model: &Model, text: &str, blocks: &[Block], first: &Identified) -> Second {
    let segments = segments(text, &stretches(text, judged::outside_verbatim(text, blocks)));
    let n = segments.len().min(MOST);
    let Some(own) = first.language().filter(|_| n > 1) else { return Second::default() };
    BUFFERS.with_borrow_mut(|Buffers { sample, scratch }| {
        let mut tally = Tally::default();
        let mut look = |at: usize, tally: &mut Tally| {
            sample.clear();
            judged::push_prose(&text[segments[at * segments.len() / n].clone()], sample);
            let Some(found) = model.predict(sample, 1, scratch).pop() else { return };
            let Some(language) = codes::language(found.label, || codes::are_two_letters(model.labels())) else {
                return;
            };
            if found.probability >= LEAST_CONFIDENCE {
                let script = || Letters::of(sample).script(&language, codes::script(found.label));
                tally.add(own, &language, n_chars(sample), script);
            }
        };
        // In the middle of each of so many equal parts.
        let is_first = |at: &usize| n <= FIRST || (0..FIRST).any(|part| n * (2 * part + 1) / (2 * FIRST) == *at);
        (0..n).filter(is_first).for_each(|at| look(at, &mut tally));
        if !tally.others.is_empty() || tally.own == 0 || first.runner_up >= LIKELY {
            (0..n).filter(|at| !is_first(at)).for_each(|at| look(at, &mut tally));
        }
        tally.second()
    })
}

/// Characters by language.
#[derive(Default)]
struct Tally {
    own: usize,
    /// By language: its label where it was met first, and characters.
    others: BTreeMap<String, (String, usize)>,
}

impl Tally {
    fn add(&mut self, own: &str, language: &str, n_chars: usize, script: impl FnOnce() -> &'static str) {
        if language == own {
            self.own += n_chars;
            return;
        }
        let other = self.others.entry(language.to_owned());
        other.or_insert_with(|| (format!("{language}_{}", script()), 0)).1 += n_chars;
    }

    fn second(self) -> Second {
        let all = self.own + self.others.values().map(|(_, n_chars)| n_chars).sum::<usize>();
        // Of equal ones the first by name.
        let most = self.others.into_values().rev().max_by_key(|(_, n_chars)| *n_chars);
        let share = ratio(most.as_ref().map_or(0, |(_, n_chars)| *n_chars), all);
        Second { label: most.map(|(label, _)| label), share }
    }
}

/// The ranges, or of long ones stretches, spread evenly over them, that begin with a line or word.
fn stretches(text: &str, ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    let total: usize = ranges.iter().map(ExactSizeIterator::len).sum();
    if total <= STRETCHES * STRETCH_BYTES {
        return ranges;
    }
    let (mut stretches, mut passed) = (Vec::with_capacity(STRETCHES), 0);
    for range in ranges {
        let part = &text[range.clone()];
        while let Some(at) = (stretches.len() * total / STRETCHES).checked_sub(passed).filter(|at| *at < part.len()) {
            let start = if at == 0 { 0 } else { judged::beginning(part, at) };
            let end = part.floor_char_boundary((start + STRETCH_BYTES).min(part.len()));
            stretches.push(range.start + start..range.start + end);
        }
        passed += part.len();
    }
    stretches
}

/// Segments of these ranges; none reaches from one range into another.
fn segments(text: &str, ranges: &[Range<usize>]) -> Vec<Range<usize>> {
    let mut segments = Vec::new();
    for range in ranges {
        let mut start = range.start;
        while start < range.end {
            let (mut end, mut n_chars) = (start, 0);
            while n_chars < SHORTEST && end < range.end {
                let piece = piece(&text[end..range.end]);
                n_chars += piece.chars().count();
                end += piece.len();
            }
            segments.push(start..end);
            start = end;
        }
    }
    segments
}

/// The first line with its line feed, or as much of it as a segment may have.
fn piece(text: &str) -> &str {
    let near = &text[..text.floor_char_boundary(text.len().min(4 * LONGEST))];
    let line = memchr(b'\n', near.as_bytes()).map_or(near, |newline| &near[..=newline]);
    if line.len() <= LONGEST {
        return line;
    }
    match line.char_indices().nth(LONGEST) {
        Some((longest, _)) => &line[..judged::boundary_before(line, longest)],
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;
    use crate::BlockKind;
    use crate::fasttext::tests::data;
    use crate::language::identify;
    use crate::text::hash;

    fn model() -> Model {
        Model::load(crate::models::find("language").unwrap().bytes).unwrap()
    }

    fn second(model: &Model, text: &str, blocks: &[Block]) -> Second {
        identify_second(model, text, blocks, &identify(model, text, blocks))
    }

    /// How a text in two languages is laid out.
    #[derive(Clone, Copy, Debug)]
    enum Layout {
        /// The second language stands in one piece.
        OnePiece,
        /// Each sentence is in one or the other.
        Mixed,
    }

    /// Makes texts in two languages of sentences.
    struct Planter {
        sentences: BTreeMap<String, Vec<String>>,
        /// The last draw.
        state: u64,
    }

    impl Planter {
        fn draw(&mut self, below: usize) -> usize {
            self.state = hash(&self.state.to_le_bytes());
            usize::try_from(self.state % below as u64).unwrap()
        }

        fn language(&mut self) -> String {
            let at = self.draw(self.sentences.len());
            self.sentences.keys().nth(at).unwrap().clone()
        }

        /// A text of `n` sentences, of which so many percent are in the second language; and the characters of both.
        fn text(&mut self, languages: [&str; 2], n: usize, percent: usize, layout: Layout) -> (String, [usize; 2]) {
            let n_second = (n * percent).div_ceil(100);
            let (from, mut left) = (self.draw(n - n_second + 1), n_second);
            let (mut text, mut n_chars, mut before) = (String::new(), [0, 0], 0);
            for at in 0..n {
                let is_second = match layout {
                    Layout::OnePiece => (from..from + n_second).contains(&at),
                    Layout::Mixed => self.draw(n - at) < left,
                };
                left -= usize::from(is_second);
                let which = usize::from(is_second);
                // Paragraphs of one sentence and of several, each in one language.
                if at > 0 {
                    text.push(if which == before && self.draw(3) == 0 { ' ' } else { '\n' });
                }
                before = which;
                let place = self.draw(self.sentences[languages[which]].len());
                let sentence = &self.sentences[languages[which]][place];
                n_chars[which] += sentence.chars().count();
                text.push_str(sentence);
            }
            (text, n_chars)
        }

        /// The share of texts of which the second language is found, with its share within 0.1: of those of which the
        /// model is sure enough for the recipes. Where there is none, none of a share above 0.1.
        fn found(&mut self, model: &Model, percent: usize, layout: Layout, texts: usize) -> f64 {
            let (mut n_right, mut n_sure) = (0, 0);
            for _ in 0..texts {
                let (one, n) = (self.language(), 8 + self.draw(60));
                let mut other = self.language();
                while other == one {
                    other = self.language();
                }
                let (text, n_chars) = self.text([&one, &other], n, percent, layout);
                let first = identify(model, &text, &[]);
                if first.confidence < LEAST_CONFIDENCE {
                    continue;
                }
                let found = identify_second(model, &text, &[], &first);
                // Where half is in either language, either may be the second.
                let label = found.label.as_deref().and_then(|label| label.split('_').next());
                let (is_named, n_second) = match label {
                    Some(label) if label == other && first.language() == Some(&one) => (true, n_chars[1]),
                    Some(label) if label == one && first.language() == Some(&other) => (true, n_chars[0]),
                    _ => (percent == 0, 0),
                };
                let share = ratio(n_second, n_chars[0] + n_chars[1]).unwrap();
                n_sure += 1;
                n_right += usize::from(is_named && found.share.is_some_and(|found| (found - share).abs() <= 0.1));
            }
            ratio(n_right, n_sure).unwrap()
        }

        /// The mean of this over shares up to 40%; each goes to standard error, and that of 10%, which may be passed
        /// over.
        fn mean(&mut self, model: &Model, texts: usize) -> f64 {
            let (mut sum, mut n) = (0.0, 0.0);
            for layout in [Layout::OnePiece, Layout::Mixed] {
                for percent in [0, 10, 20, 30, 40] {
                    let found = self.found(model, percent, layout, texts);
                    eprintln!("{layout:?}, {percent}%: {found:.3}");
                    if percent != 10 {
                        (sum, n) = (sum + found, n + 1.0);
                    }
                }
            }
            sum / n
        }
    }

    #[test]
    fn planted_languages_are_found_with_their_share() {
        let mut sentences: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for line in include_str!("planted.txt").lines() {
            let (language, sentence) = line.split_once('\t').unwrap();
            sentences.entry(language.to_owned()).or_default().push(sentence.to_owned());
        }
        let mean = Planter { sentences, state: 1 }.mean(&model(), 100);
        assert!(mean >= 0.9, "{mean}");
    }

    /// Languages that the model knows badly (F1 under 0.85 of these very sentences: see its card).
    const HARD: &[&str] = &[
        "amh", "bos", "cat", "eng", "hrv", "ind", "lug", "msa", "nno", "nob", "orm", "som", "srp", "tir", "tsn", "xho",
        "yor", "zul",
    ];

    #[test]
    fn planted_news_sentences_are_found_with_their_share() {
        let Some(bytes) = data("lid/lingua.jsonl.zst") else { return };
        let mut text = String::new();
        zstd::Decoder::new(&bytes[..]).unwrap().read_to_string(&mut text).unwrap();
        let mut sentences: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for line in text.split('\n').filter(|line| !line.is_empty()) {
            let row: serde_json::Value = serde_json::from_str(line).unwrap();
            let field = |name: &str| row[name].as_str().unwrap().to_owned();
            sentences.entry(field("iso639_3")).or_default().push(field("text"));
        }
        sentences.retain(|language, _| !HARD.contains(&language.as_str()));
        assert!(sentences.len() > 50);
        let mean = Planter { sentences, state: 1 }.mean(&model(), 200);
        assert!(mean >= 0.9, "{mean}");
    }

    #[test]
    fn short_texts_and_code_have_no_second_language() {
        let model = model();
        let (english, german) =
            ("The ferry leaves at nine, so bring a coat. ", "Am Sonntag backen wir mit den Kindern ein großes Brot. ");
        let text = english.repeat(20) + &german.repeat(20);
        let german_from = u32::try_from(english.len() * 20).unwrap();
        let code = [Block { kind: BlockKind::Code, start: german_from, end: u32::try_from(text.len()).unwrap() }];
        assert_eq!(second(&model, &text, &[]).label.as_deref(), Some("deu_Latn"));
        assert_eq!(second(&model, &text, &code), Second { label: None, share: Some(0.0) });
        for text in ["", english, "12 345 — 67 %", &"12 345 — 67 %\n".repeat(100), &"\n".repeat(1000)] {
            assert_eq!(second(&model, text, &[]), Second::default(), "{text:?}");
        }
    }

    #[test]
    fn long_texts_are_looked_at_in_stretches() {
        let line = "a line of text, and another\n";
        let text = line.repeat(10_000);
        let half = text.len() / 2 / line.len() * line.len();
        let whole = std::iter::once(0..text.len()).collect();
        for ranges in [whole, vec![0..half, half + line.len()..text.len()], vec![5..9, 100..text.len()]] {
            let found = stretches(&text, ranges.clone());
            assert_eq!(found.len(), STRETCHES);
            assert!(found.iter().map(ExactSizeIterator::len).sum::<usize>() > (STRETCHES - 2) * STRETCH_BYTES);
            assert!(found.windows(2).all(|pair| pair[0].end <= pair[1].start));
            for stretch in &found[1..] {
                let text = &text[stretch.clone()];
                assert!(text.len() <= STRETCH_BYTES && (text.is_empty() || text.starts_with("a line")), "{stretch:?}");
                assert!(ranges.iter().any(|range| range.start <= stretch.start && stretch.end <= range.end));
            }
        }
        assert_eq!(stretches(&text, vec![0..1000, 2000..3000]), [0..1000, 2000..3000]);
        let (english, german) =
            ("The ferry leaves at nine, so bring a coat.\n", "Am Sonntag backen wir mit den Kindern ein Brot.\n");
        let text = english.repeat(20_000) + &german.repeat(10_000);
        let found = second(&model(), &text, &[]);
        assert_eq!(found.label.as_deref(), Some("deu_Latn"));
        assert!(found.share.is_some_and(|share| (0.25..0.45).contains(&share)), "{found:?}");
    }

    #[test]
    fn segments_cover_the_text() {
        let words = "word ".repeat(500);
        let lines = "a line of text\n".repeat(40);
        for text in [&words, &lines, &"字".repeat(2000), &format!("{words}\n\n{lines}"), "", "short"] {
            let found = segments(text, std::slice::from_ref(&(0..text.len())));
            assert_eq!(found.iter().map(|segment| &text[segment.clone()]).collect::<String>(), *text);
            let all_but_last = found.split_last().map_or(&[][..], |(_, before)| before);
            let n_chars = |segment: &Range<usize>| text[segment.clone()].chars().count();
            assert!(all_but_last.iter().all(|segment| (SHORTEST..SHORTEST + LONGEST).contains(&n_chars(segment))));
        }
    }
}
