//! Any bytes: pages made to be slow, mutations of small pages, and pages beyond the budgets.

use std::ops::Range;
use std::path::Path;

use super::extractor::{ExtractError, Extractor, Page};
use super::invariants::broken;
use super::{nasty, parser};

/// Mutations in an ordinary run: seconds, in a build for debugging. `TROMMEL_FUZZ` asks for another number.
const N_MUTATIONS: usize = 4_000;

/// What mutations put in.
const PIECES: &[&str] = &[
    "<",
    ">",
    "</",
    "<p>",
    "<div class='a ad'>",
    "</div>",
    "<table>",
    "<tr>",
    "<td>",
    "</td>",
    "</table>",
    "<caption>",
    "<ul>",
    "<ol start=9>",
    "<li>",
    "</ul>",
    "<pre>",
    "<code>",
    "</pre>",
    "<a href=x>",
    "</a>",
    "<math>",
    "<mfrac>",
    "<mtext>",
    "</math>",
    "<svg>",
    "<desc>",
    "</svg>",
    "&amp;",
    "&#",
    "&lt",
    "\"",
    "'",
    "=",
    " ",
    "\n",
    "\r",
    "é",
    "漢",
    "。",
    "<!--",
    "-->",
    "<![CDATA[",
    "]]>",
    "<script type='math/tex'>",
    "<script type=application/ld+json>",
    "{\"articleBody\":\"",
    "</script>",
    "$",
    "$$",
    "\\(",
    "\\)",
    "[tex]",
    "\0",
    "word, and more words. ",
    "<br>",
    "<h2>",
    "<blockquote>",
    "<img alt='a b c' class=tex>",
    "<noscript>",
    "<template>",
    "<select>",
    "<option>",
    "<title>",
    "<textarea>",
    "<form>",
    "</form>",
    "<frameset>",
    "\u{feff}",
    "<dl><dt>",
    "<dd>",
    "<ruby>",
    "<rt>",
    "<b hidden>",
    "<span class=katex>",
    "class=comment ",
    "<plaintext>",
    "<button>",
    "<meta charset=gbk>",
    "```",
    "# ",
];

/// A fixed generator: tests repeat.
struct Random(u64);

impl Random {
    /// A number below `n`; 0 where there is none.
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap().checked_rem(n).unwrap_or(0)
    }

    /// A range of at most `most` of `length` bytes.
    fn range(&mut self, length: usize, most: usize) -> Range<usize> {
        let start = self.below(length + 1);
        start..start + self.below((length - start).min(most) + 1)
    }

    /// Changes a page a little.
    fn mutate(&mut self, page: &mut Vec<u8>, seeds: &[Vec<u8>]) {
        let part = self.range(page.len(), 64);
        match self.below(8) {
            0 => drop(page.drain(part)),
            1 => page.truncate(part.start),
            2 => page.iter_mut().skip(part.start).take(1).for_each(|byte| *byte ^= 1 << self.below(8)),
            3 => {
                let other = u8::try_from(self.below(256)).unwrap();
                page.iter_mut().skip(part.start).take(1).for_each(|byte| *byte = other);
            }
            4 => {
                let again = page[part.clone()].repeat(1 + self.below(20));
                page.splice(part.end..part.end, again);
            }
            5 => {
                let seed = &seeds[self.below(seeds.len())];
                let other = seed[self.range(seed.len(), 200)].to_vec();
                page.splice(part, other);
            }
            _ => {
                let piece = PIECES[self.below(PIECES.len())].bytes();
                page.splice(part.start..part.start, piece);
            }
        }
        page.truncate(1 << 14);
    }
}

/// Extracts and looks at what holds of every page.
fn check(html: &str, extractor: &mut Extractor) -> Result<Page, ExtractError> {
    let page = extractor.extract(html, Some("https://example.com/forum/1"))?;
    let blocks = page.blocks.iter().map(|block| block.start as usize..block.end as usize);
    if let Some(broken) = broken(html.len(), &page.text, blocks) {
        panic!("{broken}\n{html:?}");
    }
    Ok(page)
}

fn seeds() -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/seeds/extract");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    files.iter().map(|file| std::fs::read(file).unwrap()).collect()
}

#[test]
fn mutations_of_small_pages_are_read() {
    let seeds = seeds();
    assert!(seeds.len() >= 20);
    let n = std::env::var("TROMMEL_FUZZ").map_or(N_MUTATIONS, |n| n.parse().expect("TROMMEL_FUZZ is a number"));
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let mut extractor = Extractor::new();
    let mut page = Vec::new();
    for at in 0..n {
        // Each seed as it is, then mutations upon mutations.
        if at < seeds.len() || random.below(24) == 0 {
            page.clone_from(&seeds[at % seeds.len()]);
        } else {
            random.mutate(&mut page, &seeds);
        }
        let html = crate::read::decode(&page, None, None);
        let found = check(&html, &mut extractor).unwrap();
        if at % 16 == 0 {
            let again = check(&html, &mut Extractor::new()).unwrap();
            assert_eq!(found, again, "what was read before changes nothing");
        }
    }
}

#[test]
fn pages_made_to_be_slow_are_read() {
    let mut extractor = Extractor::new();
    for (name, html) in nasty::pages(400_000) {
        if let Err(error) = check(&html, &mut extractor) {
            panic!("{name}: {error}");
        }
    }
}

#[test]
fn pages_beyond_a_budget_fail_and_say_so() {
    let mut extractor = Extractor::new();
    let breaks = |n: usize| "<br>".repeat(n) + "a";
    // The root and the text are nodes as well.
    assert_eq!(check(&breaks(parser::MAX_NODES - 2), &mut extractor).unwrap().text, "a");
    let error = check(&breaks(parser::MAX_NODES - 1), &mut extractor).unwrap_err();
    assert_eq!((error.kind(), error.to_string().as_str()), ("too_many_nodes", "more than 1000000 nodes"));
    // A failure leaves nothing behind.
    assert_eq!(check("<p>b", &mut extractor).unwrap().text, "b");
}
