//! Deduplication's parts at scale: `cargo bench --bench dedup [-- TEXTS.jsonl]`.
//!
//! Signatures are made of the texts given (JSON lines with `text`; without, of made-up English), joined and cut to about
//! 5.5 KB. The steps over keys run on made-up keys at a quarter and at the whole of 5M documents of 14 bands (one
//! cluster of 200,000), 100M lines and 20M URLs, on one thread, with the buckets that `--memory 512MiB` gives. CPU time
//! and peak memory are the system's, per part; making the keys is within it.
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::cast_precision_loss,
    reason = "a bench prints and may stop"
)]

use std::hint::black_box;
use std::path::PathBuf;

use stages::bucket::{BucketWriter, Record, bits_for, bucket_of};
use stages::dedup::document::{Band, gather, join};
use stages::dedup::line::{self, LineCount};
use stages::dedup::unique::{self, Keyed};
use stages::dedup::{MinHash, Scratch, Signer};
use stages::task::Layout;

/// Bytes of a bucket on one thread at `--memory 512MiB`, and of what a scatter holds.
const BUCKET: u64 = (512 << 20) / 4;
const SCATTER: usize = 16 << 20;

fn main() {
    let texts = std::env::args().skip(1).find(|argument| !argument.starts_with("--"));
    println!("{:<34} {:>12} {:>8} {:>14} {:>9}", "part", "n", "CPU s", "per core-s", "peak MiB");
    signatures(texts.as_deref());
    for scale in [4, 1] {
        bands(5_000_000 / scale, 200_000 / scale);
    }
    for scale in [4, 1] {
        lines(100_000_000 / scale);
    }
    for scale in [4, 1] {
        urls(20_000_000 / scale);
    }
}

/// Runs a part and prints its line.
fn measure(part: &str, n: u64, work: impl FnOnce()) {
    // The peak is counted from here on.
    let _ = std::fs::write("/proc/self/clear_refs", "5");
    let before = cpu_seconds();
    work();
    let seconds = cpu_seconds() - before;
    println!("{part:<34} {n:>12} {seconds:>8.2} {:>14.0} {:>9}", n as f64 / seconds, peak_mebibytes());
}

/// User and system time of this process, from the system's clock ticks of a hundredth of a second.
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<f64>().ok()).unwrap_or(0.0);
    (ticks(11) + ticks(12)) / 100.0
}

fn peak_mebibytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    peak.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok()).unwrap_or(0) / 1024
}

fn signatures(path: Option<&str>) {
    let texts = texts(path);
    let bytes: usize = texts.iter().map(String::len).sum();
    let signer = Signer::new(MinHash::default());
    let mut scratch = Scratch::default();
    let part = format!("signatures of {:.1} KB", bytes as f64 / texts.len() as f64 / 1000.0);
    let rounds = (200_000 / texts.len()).max(1);
    measure(&part, (rounds * texts.len()) as u64, || {
        for text in (0..rounds).flat_map(|_| &texts) {
            black_box(signer.sign(text, &mut scratch));
        }
    });
}

fn texts(path: Option<&str>) -> Vec<String> {
    let mut whole = String::new();
    if let Some(path) = path {
        for line in std::fs::read_to_string(path).unwrap().lines() {
            let line: serde_json::Value = serde_json::from_str(line).unwrap();
            whole.push_str(line["text"].as_str().unwrap_or_default());
            whole.push('\n');
        }
    } else {
        let words =
            ["the", "harbour", "people", "wait", "morning", "lighthouse", "of", "and", "river,", "Children", "sing."];
        let mut state = 1;
        while whole.len() < 20 << 20 {
            whole.push_str(words[usize::try_from(mixed(&mut state) % 11).unwrap()]);
            whole.push(' ');
        }
    }
    let mut texts = vec![String::new()];
    for word in whole.split_inclusive(char::is_whitespace) {
        if texts.last().is_some_and(|text| text.len() >= 5_500) {
            texts.push(String::new());
        }
        texts.last_mut().unwrap().push_str(word);
    }
    texts.truncate(20_000);
    texts
}

/// The next number of a sequence that looks random (`SplitMix64`).
fn mixed(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    hash(*state)
}

const fn hash(number: u64) -> u64 {
    let z = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Sends records to buckets, as one shard would; gives the file and its buckets.
fn scatter<R: Record>(
    layout: &Layout,
    records: u64,
    key: impl Fn(&R) -> u64,
    mut each: impl FnMut(&mut dyn FnMut(R)),
) -> (Vec<PathBuf>, u32) {
    let bits = bits_for(records * R::WIDTH as u64, BUCKET);
    let mut writer = BucketWriter::new(layout, "work/scatter", SCATTER).unwrap();
    each(&mut |record| writer.push(bucket_of(key(&record), bits), record).unwrap());
    writer.finish().unwrap();
    (vec![layout.path("work/scatter")], 1 << bits)
}

/// Bands to groups to components. A third of the documents are in clusters of two to ten, one cluster is giant, and two
/// of a cluster share a band more often than not.
fn bands(documents: u32, giant: u32) {
    let folder = tempfile::tempdir().unwrap();
    let layout = Layout::new(folder.path());
    let (mut links, mut components, mut joined) = (0_u64, 0_u64, 0_u64);
    measure("bands → pairs → clusters", u64::from(documents), || {
        let (files, buckets) = scatter(
            &layout,
            u64::from(documents) * 14,
            |band: &Band| band.key,
            |push| {
                let (mut cluster, mut left) = (0, giant);
                for document in 0..documents {
                    if left == 0 {
                        cluster = document;
                        let draw = hash(u64::from(document) ^ 0x51);
                        left = if draw.is_multiple_of(15) { 2 + u32::try_from(draw >> 40).unwrap() % 9 } else { 1 };
                    }
                    left -= 1;
                    for band in 0..14_u64 {
                        let own = hash(u64::from(document) << 8 | band);
                        let shared = hash(u64::from(cluster) << 8 | band);
                        push(Band { key: if own % 10 < 6 { shared } else { own }, document });
                    }
                }
            },
        );
        let mut writer = BucketWriter::new(&layout, "work/links", SCATTER).unwrap();
        let mut members = BucketWriter::new(&layout, "work/members", SCATTER).unwrap();
        for bucket in 0..buckets {
            let (link, member) = (|link| writer.push(0, link), |member| members.push(0, member));
            gather(&files, bucket, 2 * BUCKET, documents, link, member).unwrap();
        }
        links = writer.finish().unwrap().rows;
        members.finish().unwrap();
        let mut forest = join(documents, &[layout.path("work/links")]).unwrap();
        forest
            .each_joined(|document, root| {
                joined += 1;
                components += u64::from(document == root);
                Ok(())
            })
            .unwrap();
    });
    println!("  {links} links, {joined} documents in {components} clusters");
}

/// Lines counted: a hundred thousand frequent ones are a quarter of all.
fn lines(lines: u64) {
    let folder = tempfile::tempdir().unwrap();
    let layout = Layout::new(folder.path());
    let mut frequent = 0_u64;
    measure("lines counted", lines, || {
        let (files, buckets) = scatter(
            &layout,
            lines,
            |line: &LineCount| line.key,
            |push| {
                let mut state = 7;
                for number in 0..lines {
                    let draw = mixed(&mut state);
                    let key = if draw.is_multiple_of(4) { hash(draw >> 20 & 0x1_ffff) } else { draw };
                    push(LineCount { key, shard: 0, row: u32::try_from(number / 40).unwrap(), count: 1 });
                }
            },
        );
        for bucket in 0..buckets {
            line::gather(&files, bucket, 6, |_, _| {
                frequent += 1;
                Ok(())
            })
            .unwrap();
        }
    });
    println!("  {frequent} lines more than 6 times");
}

/// URLs of which half are captured twice and more.
fn urls(urls: u64) {
    let folder = tempfile::tempdir().unwrap();
    let layout = Layout::new(folder.path());
    let mut removed = 0_u64;
    measure("URLs, latest capture", urls, || {
        let (files, buckets) = scatter(
            &layout,
            urls,
            |document: &Keyed| u64::try_from(document.key >> 64).unwrap(),
            |push| {
                let mut state = 9;
                for number in 0..urls {
                    let draw = mixed(&mut state);
                    let key = u128::from(hash(draw % (urls * 2 / 3))) << 64 | u128::from(draw % (urls * 2 / 3));
                    let row = u32::try_from(number).unwrap();
                    push(Keyed { key, age: 1, recency: draw, shortness: 0, id: u128::from(draw), shard: 0, row });
                }
            },
        );
        for bucket in 0..buckets {
            unique::gather(&files, bucket, 2 * BUCKET, |best, _, copy| {
                removed += u64::from(best != copy);
                Ok(())
            })
            .unwrap();
        }
    });
    println!("  {removed} removed");
}
