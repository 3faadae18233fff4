//! Personal details of fixed form: found by an anchor, believed after a check.
//!
//! A detector looks for the few bytes that every such detail has (an `@`, a run of digits, `://`), and verifies what
//! stands around: domains, checksums, ranges, lengths. Kinds that are digits alone stay out of code and formulas,
//! where any number can look like one. Personal names and street addresses are out of scope: they have no fixed form.

mod card;
mod crypto;
mod cue;
mod email;
#[cfg(test)]
mod gold;
mod iban;
mod ip;
mod issuers;
mod mac;
mod national_id;
mod numbers;
mod phone;
mod phone_words;
mod region;
mod secret;
mod ssn;
mod url;

use crate::Block;

/// A kind of personal detail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A name and password within a URL.
    UrlCredentials,
    /// A key or token.
    Secret,
    /// An e-mail address, but for those of example domains.
    Email,
    /// A public IPv4 or IPv6 address.
    Ip,
    /// A bank account number (IBAN).
    Iban,
    /// A payment card number.
    CreditCard,
    /// A US social security number.
    UsSsn,
    /// A number that a state gives to a person, other than the US social security number.
    NationalId,
    /// An address of a cryptocurrency.
    Crypto,
    /// The address of a network card.
    Mac,
    /// A telephone number.
    Phone,
}

impl Kind {
    /// Every kind; where two see the same bytes, the earlier one counts.
    pub const ALL: [Self; 11] = [
        Self::UrlCredentials,
        Self::Secret,
        Self::Email,
        Self::Ip,
        Self::Iban,
        Self::CreditCard,
        Self::UsSsn,
        Self::NationalId,
        Self::Crypto,
        Self::Mac,
        Self::Phone,
    ];

    /// Its name in recipes and placeholders.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::UrlCredentials => "url_credentials",
            Self::Secret => "secret",
            Self::Email => "email",
            Self::Ip => "ip",
            Self::Iban => "iban",
            Self::CreditCard => "credit_card",
            Self::UsSsn => "us_ssn",
            Self::NationalId => "national_id",
            Self::Crypto => "crypto",
            Self::Mac => "mac",
            Self::Phone => "phone",
        }
    }

    /// The kind of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Whether it is made of digits, so that numbers in code and formulas can look like it.
    const fn is_digits(self) -> bool {
        matches!(self, Self::CreditCard | Self::UsSsn | Self::NationalId | Self::Phone)
    }
}

/// A detail found in a text: its bytes and kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// One past the last.
    pub end: usize,
    /// What it is.
    pub kind: Kind,
}

/// What is known of the text besides its characters.
#[derive(Clone, Copy, Debug, Default)]
pub struct Context<'a> {
    /// Its language label.
    pub language: Option<&'a str>,
    /// The top-level domain that it comes from.
    pub tld: Option<&'a str>,
    /// Its blocks.
    pub blocks: &'a [Block],
}

/// Finds details of the kinds that it was made for.
#[derive(Clone, Debug)]
pub struct Detector {
    kinds: Vec<Kind>,
}

impl Detector {
    /// A detector of these kinds.
    #[must_use]
    pub fn new(kinds: &[Kind]) -> Self {
        Self { kinds: kinds.to_vec() }
    }

    /// Adds the details of a text to `spans`: sorted, without overlaps.
    pub fn spans(&self, text: &str, context: &Context<'_>, spans: &mut Vec<Span>) {
        let (mut found, groups) = (Vec::new(), numbers::groups(text.as_bytes()));
        for kind in &self.kinds {
            let mut add = |start: usize, end: usize| found.push(Span { start, end, kind: *kind });
            match kind {
                Kind::UrlCredentials => url::find(text, &mut add),
                Kind::Secret => secret::find(text, &mut add),
                Kind::Email => email::find(text, &mut add),
                Kind::Ip => ip::find(text, &mut add),
                Kind::Iban => iban::find(text, &groups, &mut add),
                Kind::CreditCard => card::find(text, &groups, &mut add),
                Kind::UsSsn => ssn::find(text, &groups, &mut add),
                Kind::NationalId => national_id::find(text, &groups, &mut add),
                Kind::Crypto => crypto::find(text, &groups, &mut add),
                Kind::Mac => mac::find(text, &mut add),
                Kind::Phone => phone::find(text, &groups, context, &mut add),
            }
        }
        found.retain(|span| !span.kind.is_digits() || !in_verbatim(context.blocks, span));
        // The earlier kind first: what it covers, the later ones may not.
        found.sort_by_key(|span| (span.kind, span.start));
        let mut taken: std::collections::BTreeMap<usize, usize> = std::collections::BTreeMap::new();
        found.retain(|span| {
            let before = taken.range(..span.end).next_back();
            let is_free = before.is_none_or(|(_, end)| *end <= span.start);
            if is_free {
                taken.insert(span.start, span.end);
            }
            is_free
        });
        found.sort_unstable();
        spans.extend(found);
    }
}

/// Whether the span lies in a code or math block.
fn in_verbatim(blocks: &[Block], span: &Span) -> bool {
    let after = blocks.partition_point(|block| block.range().end <= span.start);
    blocks.get(after).is_some_and(|block| block.kind.is_verbatim() && block.range().start < span.end)
}

/// The text with a placeholder in place of each span; blocks follow the text.
#[must_use]
pub fn replace<'a>(text: &str, spans: &[Span], placeholder: impl Fn(Kind) -> &'a str, blocks: &mut [Block]) -> String {
    let mut replaced = String::with_capacity(text.len());
    // Where each span ended, and where that is now.
    let mut moves: Vec<(usize, usize)> = Vec::with_capacity(spans.len());
    let mut start = 0;
    for span in spans {
        replaced.push_str(&text[start..span.start]);
        replaced.push_str(placeholder(span.kind));
        start = span.end;
        moves.push((span.end, replaced.len()));
    }
    replaced.push_str(&text[start..]);
    if spans.is_empty() {
        return replaced;
    }
    let moved = |position: u32| {
        let position = position as usize;
        let before = moves.partition_point(|(end, _)| *end <= position);
        let (old, new) = before.checked_sub(1).map_or((0, 0), |last| moves[last]);
        // A block that ends within a span ends with its placeholder.
        let place = match spans.get(before) {
            Some(span) if span.start < position => moves[before].1,
            _ => new + position - old,
        };
        u32::try_from(place).unwrap_or(u32::MAX)
    };
    for block in blocks {
        *block = Block { start: moved(block.start), end: moved(block.end), ..*block };
    }
    replaced
}

/// Whether a byte may be part of a word or number, so that what begins or ends beside it is not whole.
const fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

/// Whether nothing of a word stands right before `start` and at `end`.
fn stands_alone(text: &[u8], start: usize, end: usize) -> bool {
    let before = start.checked_sub(1).is_some_and(|place| is_word(text[place]));
    let after = text.get(end).is_some_and(|byte| is_word(*byte));
    !before && !after
}

/// The Luhn checksum of digits.
fn luhn(digits: impl DoubleEndedIterator<Item = u8>) -> bool {
    let sum: u32 = digits
        .rev()
        .enumerate()
        .map(|(place, digit)| {
            let doubled = u32::from(digit) * if place % 2 == 1 { 2 } else { 1 };
            if doubled > 9 { doubled - 9 } else { doubled }
        })
        .sum();
    sum.is_multiple_of(10)
}

/// Checks one kind against a table of cases: the text, and the pieces that are found.
#[cfg(test)]
fn check(kind: Kind, cases: &[(&str, &[&str])]) {
    for (text, expected) in cases {
        let mut spans = Vec::new();
        Detector::new(&[kind]).spans(text, &Context::default(), &mut spans);
        let found: Vec<&str> = spans.iter().map(|span| &text[span.start..span.end]).collect();
        assert_eq!(found, *expected, "{text:?}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::BlockKind;

    fn all(text: &str, blocks: &[Block]) -> Vec<(String, &'static str)> {
        let mut spans = Vec::new();
        Detector::new(&Kind::ALL).spans(text, &Context { blocks, ..Context::default() }, &mut spans);
        spans.iter().map(|span| (text[span.start..span.end].to_owned(), span.kind.name())).collect()
    }

    #[test]
    fn the_earlier_kind_counts() {
        let text = "see https://me:secret@host.net/ or call +1 212 555 0187";
        let found = all(text, &[]);
        assert_eq!(found[0].1, "url_credentials");
        assert_eq!(found[1], ("+1 212 555 0187".to_owned(), "phone"));
        assert_eq!(found.len(), 2, "no e-mail address within the credentials");
    }

    #[test]
    fn digits_in_code_are_numbers() {
        let text = "call +1 212 555 0187\n\nid = +1 212 555 0187";
        let code = Block { kind: BlockKind::Code, start: 22, end: 42 };
        assert_eq!(all(text, &[code]).len(), 1);
        assert_eq!(all(text, &[]).len(), 2);
    }

    #[test]
    fn blocks_follow_the_text() {
        let text = "mail a.b@host.net now\n\nnext";
        let mut blocks =
            [Block { kind: BlockKind::Prose, start: 0, end: 21 }, Block { kind: BlockKind::Prose, start: 23, end: 27 }];
        let mut spans = Vec::new();
        Detector::new(&Kind::ALL).spans(text, &Context::default(), &mut spans);
        let replaced = replace(text, &spans, |_| "<email>", &mut blocks);
        assert_eq!(replaced, "mail <email> now\n\nnext");
        let pieces: Vec<&str> = blocks.iter().map(|block| &replaced[block.range()]).collect();
        assert_eq!(pieces, ["mail <email> now", "next"]);
    }

    #[test]
    fn long_runs_end() {
        for piece in ["@", "a@a@", "1", "1-", ":", "://", "::", "DE", "a@b."] {
            let text = piece.repeat(200_000 / piece.len());
            all(&text, &[]);
        }
    }
}
