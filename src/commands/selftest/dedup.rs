//! `trommel selftest dedup`: over a corpus made on the spot, whose truth is known.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::Path;

use anyhow::{Context, Result};
use clap::Parser;
use serde_json::{Value, json};
use stages::dedup::MinHash;

use super::super::dedup;
use crate::cli::{Cli, Command, SelftestArgs};

/// Words of a made text, and its shingles of five of them.
const WORDS: u32 = 200;
const SHINGLES: u32 = WORDS - 4;

/// Similarities at which pairs are planted, in percent.
const LEVELS: [u32; 11] = [50, 55, 60, 65, 70, 75, 80, 85, 90, 95, 99];

/// What a share may differ from its expectation, in standard deviations: 99.9% of honest draws do not.
const DEVIATIONS: f64 = 3.29;

/// Plants pairs, deduplicates them and counts; whether all was as it should be.
pub(super) fn run(args: &SelftestArgs) -> Result<(String, bool)> {
    let folder = std::env::temp_dir().join(format!("trommel-selftest-{}", std::process::id()));
    std::fs::create_dir_all(&folder).with_context(|| format!("create {}", folder.display()))?;
    let told = dedup_in(args, &folder);
    std::fs::remove_dir_all(&folder).with_context(|| format!("remove {}", folder.display()))?;
    told
}

/// Two planted documents and how alike they are: `replaced` of the second one's words are not the first one's.
struct Pair {
    replaced: u32,
    names: [String; 2],
}

impl Pair {
    /// The last words were replaced: so many shingles are lost, and as many are new.
    fn jaccard(&self) -> f64 {
        f64::from(SHINGLES - self.replaced) / f64::from(SHINGLES + self.replaced)
    }
}

fn dedup_in(args: &SelftestArgs, folder: &Path) -> Result<(String, bool)> {
    let [corpus, out, list, candidates] =
        ["corpus.jsonl", "out", "removed.jsonl", "pairs.jsonl"].map(|name| folder.join(name));
    let pairs = plant(&corpus, args.docs, args.seed)?;
    let shown = |path: &Path| path.display().to_string();
    let threads = args.resources.threads.map_or_else(Vec::new, |n| vec!["--threads".to_owned(), n.to_string()]);
    let paths = [shown(&corpus), "--out".into(), shown(&out), "--jsonl".into(), shown(&list)];
    let more = ["--candidates".into(), shown(&candidates), "--levels".into(), "document".into()];
    let command = ["trommel".into(), "dedup".into()].into_iter().chain(paths).chain(more).chain(threads);
    let Command::Dedup(arguments) = Cli::try_parse_from(command)?.command else { return Ok((String::new(), false)) };
    dedup::deduplicate(&arguments)?;

    let proposed: BTreeSet<[String; 2]> = lines(&candidates)?.iter().map(|row| sorted(&row["a"], &row["b"])).collect();
    let removed: BTreeMap<String, String> =
        lines(&list)?.iter().map(|row| (plain(&row["id"]), plain(&row["duplicate_of"]))).collect();
    let partner: BTreeMap<[String; 2], u32> = pairs.iter().map(|pair| (pair.names.clone(), pair.replaced)).collect();
    let minhash = MinHash::default();
    // Writing to a string cannot fail, here and below.
    let mut text = format!("{} documents, {}\n", args.docs, minhash.s_curve());
    let _ = writeln!(
        text,
        "{:>8} {:>7} {:>9} {:>10} {:>6} {:>8}",
        "jaccard", "pairs", "proposed", "expected", "z", "removed"
    );
    let mut passed = true;
    for at_level in pairs.chunk_by(|a, b| a.replaced == b.replaced) {
        let jaccard = at_level[0].jaccard();
        let found = at_level.iter().filter(|pair| proposed.contains(&pair.names));
        let (n, found) = (at_level.len(), found.count());
        let gone = at_level.iter().filter(|pair| pair.names.iter().any(|name| removed.contains_key(name))).count();
        let probability = minhash.probability(jaccard);
        #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
        let (n_pairs, n_found) = (n as f64, found as f64);
        let deviation = (n_pairs * probability * (1.0 - probability)).sqrt();
        let z = (n_found - n_pairs * probability) / deviation.max(0.5);
        // Who is proposed goes if it is alike enough, and not otherwise.
        let right = if jaccard >= 0.8 { gone == found } else { gone == 0 };
        let good = right && z.abs() <= DEVIATIONS;
        passed &= good;
        let mark = if good { "" } else { "  <- wrong" };
        let _ = writeln!(
            text,
            "{jaccard:>8.4} {n:>7} {found:>9} {:>10.1} {z:>+6.2} {gone:>8}{mark}",
            n_pairs * probability
        );
    }
    let unsupported = removed
        .iter()
        .filter(|(id, kept)| {
            let known = partner.get(&sorted(&json!(id), &json!(kept)));
            removed.contains_key(*kept)
                || known.is_none_or(|replaced| 5 * (SHINGLES - replaced) < 4 * (SHINGLES + replaced))
        })
        .count();
    passed &= unsupported == 0;
    let _ = writeln!(
        text,
        "removed {}, of them without a kept document at 0.8 and more: {unsupported}\n{}",
        removed.len(),
        if passed { "passed" } else { "FAILED" }
    );
    Ok((text, passed))
}

/// Writes pairs at each level in a third of the documents each, and texts alone; words are of letters, since numbers
/// are all alike after normalising.
fn plant(path: &Path, documents: u32, seed: u64) -> Result<Vec<Pair>> {
    let mut state = seed;
    let mut words = |count: u32| {
        let mut text = String::new();
        for _ in 0..count {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let mut rest = state >> 20;
            for _ in 0..6 {
                text.push(char::from(b'a' + u8::try_from(rest % 26).unwrap_or(0)));
                rest /= 26;
            }
            text.push(' ');
        }
        text
    };
    let mut file = BufWriter::new(File::create(path).with_context(|| format!("create {}", path.display()))?);
    let mut written = 0;
    let mut write = |text: &str| -> Result<String> {
        // Names that do not tell who belongs together.
        let name = format!("{:08x}", 0x9e37_79b1_u32.wrapping_mul(written));
        written += 1;
        writeln!(file, "{}", json!({ "id": name, "text": text }))?;
        Ok(name)
    };
    let each = documents / 3 / u32::try_from(LEVELS.len()).unwrap_or(1);
    let mut pairs = Vec::new();
    for level in LEVELS {
        // J = (S − k) / (S + k), to the nearest whole k.
        let replaced = (2 * SHINGLES * (100 - level) / (100 + level)).div_ceil(2);
        for _ in 0..each {
            let (common, ends) = (words(WORDS - replaced), [words(replaced), words(replaced)]);
            let [a, b] = [write(&format!("{common}{}", ends[0]))?, write(&format!("{common}{}", ends[1]))?];
            pairs.push(Pair { replaced, names: sorted(&json!(a), &json!(b)) });
        }
    }
    for _ in 0..documents.saturating_sub(2 * each * u32::try_from(LEVELS.len()).unwrap_or(1)) {
        write(&words(WORDS))?;
    }
    file.flush()?;
    Ok(pairs)
}

fn lines(path: &Path) -> Result<Vec<Value>> {
    let file = File::open(path).with_context(|| format!("open {}", path.display()))?;
    BufReader::new(file).lines().map(|line| Ok(serde_json::from_str(&line?)?)).collect()
}

fn plain(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn sorted(a: &Value, b: &Value) -> [String; 2] {
    let mut pair = [plain(a), plain(b)];
    pair.sort();
    pair
}
