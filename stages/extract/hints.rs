//! What the words in an element's class and id say of its content.
//!
//! The words are the field's common names for the parts of a page (navigation, sharing, comments, …), not those of any
//! one site. Classes are cut into words at hyphens, underscores, digits and capitals.

/// What a class or an id may say; a set of bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Hints(u16);

impl Hints {
    /// Navigation, sharing, advertisement, consent, teasers: not part of the content.
    pub(super) const NOISE: Self = Self(1);
    /// Comments of readers.
    pub(super) const COMMENTS: Self = Self(2);
    /// Facts about the page: dates, authors, tags.
    pub(super) const META: Self = Self(4);
    /// The content.
    pub(super) const CONTENT: Self = Self(8);
    /// A forum's thread or message.
    pub(super) const FORUM: Self = Self(16);
    /// Numbers of source lines.
    pub(super) const GUTTER: Self = Self(32);
    /// Cannot be seen.
    pub(super) const HIDDEN: Self = Self(64);
    /// The header of the site or of the article.
    pub(super) const HEADER: Self = Self(128);

    /// Consent to cookies and the like, and sign-up forms: never content, however long.
    pub(super) const CONSENT: Self = Self(256);

    /// Whether all bits of `other` are set.
    pub(super) const fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Both.
    pub(super) const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// Whether the words of an address say that the page is a discussion: its comments and messages are the content.
pub(super) fn is_discussion(url: &str) -> bool {
    let url = url.split_once("://").map_or(url, |(_, rest)| rest);
    let url = url.split('#').next().unwrap_or_default();
    // Whole parts of host and path: a headline in a path may hold any word.
    url.split(['/', '.', '?', '&', '=']).any(|part| DISCUSSIONS.iter().any(|known| part.eq_ignore_ascii_case(known)))
}

/// Words of addresses of forums, by the names that forum software gives its pages.
const DISCUSSIONS: &[&str] = &[
    "answers",
    "board",
    "boards",
    "comments",
    "community",
    "discuss",
    "discussion",
    "discussions",
    "forum",
    "forums",
    "question",
    "questions",
    "showthread",
    "thread",
    "threads",
    "topic",
    "topics",
    "viewtopic",
];

/// How a word has to match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Match {
    /// The whole word.
    Whole,
    /// The word's start: run-together names are common (`relatedposts`).
    Start,
}

use Match::{Start, Whole};

/// The words, in byte order.
const WORDS: &[(&str, Match, Hints)] = &[
    ("ad", Whole, Hints::NOISE),
    ("ads", Whole, Hints::NOISE),
    ("adsense", Start, Hints::NOISE),
    ("advert", Start, Hints::NOISE),
    ("article", Start, Hints::CONTENT),
    ("author", Start, Hints::META),
    ("backlinks", Start, Hints::NOISE),
    ("banner", Start, Hints::NOISE),
    ("bio", Whole, Hints::META),
    ("body", Start, Hints::CONTENT),
    ("breadcrumb", Start, Hints::NOISE),
    ("bylin", Start, Hints::META),
    ("captcha", Start, Hints::CONSENT),
    ("catlinks", Start, Hints::NOISE),
    ("comment", Start, Hints::COMMENTS),
    ("consent", Start, Hints::CONSENT),
    ("content", Start, Hints::CONTENT),
    ("cookie", Start, Hints::CONSENT),
    ("copyright", Start, Hints::NOISE),
    ("dateline", Start, Hints::META),
    ("discuss", Start, Hints::COMMENTS),
    ("disqus", Start, Hints::COMMENTS),
    ("donat", Start, Hints::NOISE),
    ("dropdown", Start, Hints::NOISE),
    ("editsection", Start, Hints::NOISE),
    ("entry", Start, Hints::CONTENT),
    ("fb", Whole, Hints::NOISE),
    ("footer", Start, Hints::NOISE),
    ("forum", Start, Hints::FORUM),
    ("gdpr", Start, Hints::CONSENT),
    ("gutter", Start, Hints::GUTTER),
    ("header", Start, Hints::HEADER),
    ("hidden", Whole, Hints::HIDDEN),
    ("infoline", Start, Hints::META),
    ("linenos", Start, Hints::GUTTER),
    ("lineno", Start, Hints::GUTTER),
    ("linenumber", Start, Hints::GUTTER),
    ("login", Start, Hints::NOISE),
    ("masthead", Start, Hints::NOISE),
    ("menu", Start, Hints::NOISE),
    ("meta", Whole, Hints::META),
    ("metadata", Start, Hints::META),
    ("modal", Start, Hints::NOISE),
    ("nav", Start, Hints::NOISE),
    ("newsletter", Start, Hints::NOISE),
    ("noprint", Start, Hints::NOISE),
    ("offscreen", Start, Hints::HIDDEN),
    ("onetrust", Start, Hints::CONSENT),
    ("outbrain", Start, Hints::NOISE),
    ("overlay", Start, Hints::NOISE),
    ("pager", Start, Hints::NOISE),
    ("paginat", Start, Hints::NOISE),
    ("pingback", Start, Hints::COMMENTS),
    ("popular", Start, Hints::NOISE),
    ("popup", Start, Hints::NOISE),
    ("post", Whole, Hints::CONTENT),
    ("postmeta", Start, Hints::META),
    ("print", Whole, Hints::NOISE),
    ("promo", Start, Hints::NOISE),
    ("rating", Start, Hints::NOISE),
    ("recommend", Start, Hints::NOISE),
    ("related", Start, Hints::NOISE),
    ("replies", Start, Hints::COMMENTS),
    ("respond", Whole, Hints::COMMENTS),
    ("rss", Whole, Hints::NOISE),
    ("share", Whole, Hints::NOISE),
    ("sharebar", Start, Hints::NOISE),
    ("sharedaddy", Start, Hints::NOISE),
    ("sharing", Start, Hints::NOISE),
    ("shoutbox", Start, Hints::NOISE),
    ("sidebar", Start, Hints::NOISE),
    ("signup", Start, Hints::NOISE),
    ("skip", Whole, Hints::NOISE),
    ("social", Start, Hints::NOISE),
    ("sponsor", Start, Hints::NOISE),
    ("story", Start, Hints::CONTENT),
    ("subnav", Start, Hints::NOISE),
    ("subscri", Start, Hints::NOISE),
    ("taboola", Start, Hints::NOISE),
    ("tags", Whole, Hints::META),
    ("text", Whole, Hints::CONTENT),
    ("thread", Start, Hints::FORUM),
    ("timestamp", Start, Hints::META),
    ("toolbar", Start, Hints::NOISE),
    ("tooltip", Start, Hints::NOISE),
    ("trackback", Start, Hints::COMMENTS),
    ("trending", Start, Hints::NOISE),
    ("twitter", Whole, Hints::NOISE),
];

/// Where the words of each letter start, and the end.
const STARTS: [usize; 27] = {
    let mut starts = [0; 27];
    let (mut letter, mut at) = (0, 0);
    while letter < 26 {
        starts[letter] = at;
        while at < WORDS.len() && WORDS[at].0.as_bytes()[0] as usize == b'a' as usize + letter {
            at += 1;
        }
        letter += 1;
    }
    starts[26] = at;
    starts
};

/// Endings of run-together names.
const ENDINGS: &[(&str, Hints)] = &[
    ("banner", Hints::NOISE),
    ("comments", Hints::COMMENTS),
    ("content", Hints::CONTENT),
    ("footer", Hints::NOISE),
    ("menu", Hints::NOISE),
    ("navbar", Hints::NOISE),
    ("navigation", Hints::NOISE),
    ("sidebar", Hints::NOISE),
];

/// Words longer than this are cut.
const LONGEST: usize = 24;

/// The words of a class list or an id, in lower case.
pub(super) fn words(names: &str, mut each: impl FnMut(&[u8])) {
    let bytes = names.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        if !bytes[at].is_ascii_alphabetic() {
            at += 1;
            continue;
        }
        let start = at;
        at += 1;
        // A capital starts a word unless it follows another one (`relatedPosts`, but `RELATED`).
        while at < bytes.len()
            && bytes[at].is_ascii_alphabetic()
            && !(bytes[at].is_ascii_uppercase() && bytes[at - 1].is_ascii_lowercase())
        {
            at += 1;
        }
        let mut lower = [0; LONGEST];
        let length = (at - start).min(LONGEST);
        lower[..length].copy_from_slice(&bytes[start..start + length]);
        lower[..length].make_ascii_lowercase();
        each(&lower[..length]);
    }
}

/// What a word of a class list or an id says; `word` is in lower case.
pub(super) fn of(word: &[u8]) -> Hints {
    let letter = usize::from(word[0].saturating_sub(b'a')).min(25);
    let mut hints = Hints::default();
    for (known, how, hint) in &WORDS[STARTS[letter]..STARTS[letter + 1]] {
        // Most words of a letter differ in the second one: no need to compare them whole.
        let may_be = word.len() >= known.len() && word[1] == known.as_bytes()[1];
        if may_be && word.starts_with(known.as_bytes()) && (*how == Start || word.len() == known.len()) {
            hints = hints.with(*hint);
        }
    }
    if hints == Hints::default()
        && let [.., _, _, _, _, _, before, last] = word
    {
        for (ending, hint) in ENDINGS {
            if ending.as_bytes().ends_with(&[*before, *last]) && word.ends_with(ending.as_bytes()) {
                hints = hints.with(*hint);
            }
        }
    }
    hints
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_classes_give_hints() {
        assert_eq!(STARTS[26], WORDS.len());
        assert!(WORDS.is_sorted_by(|a, b| a.0.as_bytes()[0] <= b.0.as_bytes()[0]));
        for (names, expected) in [
            ("", Hints::default()),
            ("col-md-6 shadow", Hints::default()),
            ("relatedPosts", Hints::NOISE),
            ("post__related-items", Hints::NOISE.with(Hints::CONTENT)),
            ("shareholder", Hints::default()),
            ("ad-slot", Hints::NOISE),
            ("adobe", Hints::default()),
            ("mainsidebar", Hints::NOISE),
            ("COMMENTS", Hints::COMMENTS),
            ("entry-content", Hints::CONTENT),
        ] {
            let mut hints = Hints::default();
            words(names, |word| hints = hints.with(of(word)));
            assert_eq!(hints, expected, "{names}");
        }
    }
}
