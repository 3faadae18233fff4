//! Parity with the C++ reference, whose predictions `golden/make.py` recorded; and what damage does.

use std::path::{Path, PathBuf};

use xxhash_rust::xxh64::xxh64;

use super::*;

pub(crate) fn golden(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fasttext/golden").join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// A text, and labels and probabilities as the reference gives them.
struct Expected {
    model: String,
    text: String,
    labels: Vec<(String, f32)>,
}

fn expected(name: &str) -> Vec<Expected> {
    let lines = String::from_utf8(golden(name)).unwrap();
    let parse = |line: &str| {
        let fields: Vec<&str> = line.split('\t').collect();
        let labels = fields[2..].chunks(2).map(|pair| (pair[0].to_owned(), pair[1].parse().unwrap())).collect();
        Expected { model: fields[0].to_owned(), text: unescape(fields[1]), labels }
    };
    lines.lines().map(parse).collect()
}

fn unescape(text: &str) -> String {
    let mut characters = text.chars();
    let mut unescaped = String::new();
    while let Some(character) = characters.next() {
        unescaped.push(match character {
            '\\' => match characters.next().unwrap() {
                't' => '\t',
                'n' => '\n',
                'v' => '\u{b}',
                'f' => '\u{c}',
                'r' => '\r',
                '0' => '\0',
                other => other,
            },
            _ => character,
        });
    }
    unescaped
}

/// The largest difference of a probability; panics where a label is another one.
fn difference(model: &Model, expected: &Expected, scratch: &mut Scratch) -> f32 {
    difference_of(model, expected, 3, scratch)
}

/// The same, of the `k` first labels.
fn difference_of(model: &Model, expected: &Expected, k: usize, scratch: &mut Scratch) -> f32 {
    let found = model.predict(&expected.text, k, scratch);
    let Expected { model: name, text, labels } = expected;
    assert_eq!(found.len(), labels.len(), "{name}: {text:?}: {found:?}");
    let mut most = 0.0_f32;
    for (prediction, (label, probability)) in found.iter().zip(labels) {
        assert_eq!(prediction.label, label, "{name}: {text:?}: {found:?}, not {labels:?}");
        most = most.max((prediction.probability - probability.min(1.0)).abs());
    }
    most
}

#[test]
fn predictions_are_the_references() {
    let mut scratch = Scratch::default();
    let rows = expected("expected.tsv");
    for model_rows in rows.chunk_by(|a, b| a.model == b.model) {
        let name = &model_rows[0].model;
        let bytes = golden(name);
        // With everything worked out when loading, with the sums of some words, and with nothing.
        for most_bytes in [64 << 20, 1000, 0] {
            let model = Model::load_within(&bytes, most_bytes).unwrap();
            for row in model_rows {
                let difference = difference(&model, row, &mut scratch);
                assert!(difference < 1e-5, "{name}, {most_bytes} bytes: {:?}: {difference}", row.text);
            }
        }
    }
    assert!(rows.chunk_by(|a, b| a.model == b.model).count() >= 14);
}

/// A file that is not part of the sources; without it, says so and gives none.
pub(crate) fn data(name: &str) -> Option<Vec<u8>> {
    let data = std::env::var_os("TROMMEL_DATA").map(PathBuf::from);
    let data = data.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data"));
    let path = data.join(name);
    let bytes = std::fs::read(&path);
    if let Err(error) = &bytes {
        eprintln!("SKIPPED: not tested without {}: {error} (set TROMMEL_DATA)", path.display());
    }
    bytes.ok()
}

pub(crate) fn lid_176() -> Option<Vec<u8>> {
    data("models/lid.176.ftz")
}

#[test]
fn languages_are_the_references() {
    let Some(bytes) = lid_176() else { return };
    let mut scratch = Scratch::default();
    for most_bytes in [64 << 20, 0] {
        let model = Model::load_within(&bytes, most_bytes).unwrap();
        assert_eq!(model.labels().count(), 176);
        assert_eq!(model.labels().next(), Some("en"));
        for row in expected("lid.176.tsv") {
            let difference = difference(&model, &row, &mut scratch);
            assert!(difference < 1e-5, "{:?}: {difference}", row.text);
        }
    }
}

/// What the reference says of 20,528 paragraphs in 444 languages; the paragraphs are not part of the sources.
#[test]
fn paragraphs_are_in_the_references_languages() {
    let (Some(bytes), Some(paragraphs)) = (lid_176(), data("lid/udhr.jsonl.zst")) else { return };
    let model = Model::load(&bytes).unwrap();
    let (lines, recorded) = (zstd::decode_all(&*paragraphs).unwrap(), golden("lid.176.udhr.tsv"));
    let (lines, recorded) = (String::from_utf8(lines).unwrap(), String::from_utf8(recorded).unwrap());
    let (mut n, mut scratch) = (0, Scratch::default());
    for (line, row) in lines.split_terminator('\n').zip(recorded.lines()) {
        let paragraph: serde_json::Value = serde_json::from_str(line).unwrap();
        let text = paragraph["text"].as_str().unwrap();
        let [hash, label, probability] = row.split('\t').collect::<Vec<_>>()[..] else { panic!("{row}") };
        assert_eq!(format!("{:08x}", xxh64(text.as_bytes(), 0) >> 32), hash, "line {n}: other text than was recorded");
        let labels = vec![(label.to_owned(), probability.parse().unwrap())];
        let expected = Expected { model: "lid.176".into(), text: text.into(), labels };
        let difference = difference_of(&model, &expected, 1, &mut scratch);
        assert!(difference < 1e-4, "{text:?}: {difference}");
        n += 1;
    }
    assert_eq!((n, recorded.lines().count(), lines.split_terminator('\n').count()), (20_528, 20_528, 20_528));
}

#[test]
fn newlines_are_spaces() {
    let model = Model::load(&golden("softmax-one.bin")).unwrap();
    let mut scratch = Scratch::default();
    let one_line = model.predict("boat harbour tree", 5, &mut scratch);
    assert_eq!(model.predict("boat\nharbour\r\ntree\n", 5, &mut scratch), one_line);
    assert_eq!(one_line.len(), 5);
    assert!((one_line.iter().map(|prediction| prediction.probability).sum::<f32>() - 1.0).abs() < 1e-3);
    assert_eq!(model.predict("boat", 0, &mut scratch), []);
    assert_eq!(model.predict("boat", usize::MAX, &mut scratch).len(), 5);
}

#[test]
fn a_word_of_megabytes_takes_no_memory() {
    for name in ["hs.bin", "hs-bigrams.ftz", "softmax-one.bin", "ns-bigrams.ftz"] {
        let model = Model::load(&golden(name)).unwrap();
        let mut scratch = Scratch::default();
        for part in ["boathouse", "трамвай駅"] {
            assert_eq!(model.predict(&part.repeat(200_000), 1, &mut scratch).len(), 1);
        }
        let Sum { rows, ngrams, .. } = &scratch.sum;
        assert!(rows.capacity() < 1 << 18 && ngrams.capacity() < 1 << 15, "{name}");
    }
}

#[test]
fn a_file_that_is_no_classifier_says_why() {
    let mut vectors = golden("softmax.bin");
    vectors[36] = 2;
    let mut newer = golden("softmax.bin");
    newer[4] = 13;
    let cut = golden("hs.bin")[..5000].to_vec();
    for (bytes, expected) in [
        (vec![], "not a fastText model"),
        (b"PK\x03\x04 and so on".to_vec(), "not a fastText model"),
        (vectors, "this kind of fastText model is not supported: it holds word vectors, not a classifier"),
        (newer, "this kind of fastText model is not supported: its version is neither 11 nor 12"),
        (cut, "the fastText model is truncated at byte 5000"),
    ] {
        assert_eq!(Model::load(&bytes).unwrap_err().to_string(), expected);
    }
}

#[test]
fn models_of_version_11_have_no_char_ngrams() {
    let mut bytes = golden("hs.bin");
    let text = "a boat in the harbour, boathouse";
    let mut scratch = Scratch::default();
    let new = Model::load(&bytes).unwrap().predict(text, 1, &mut scratch)[0].probability;
    bytes[4] = 11;
    let old = Model::load(&bytes).unwrap().predict(text, 1, &mut scratch)[0].probability;
    assert!((new - old).abs() > 1e-3, "{new} {old}");
}

/// Loads damaged bytes and predicts with what loads: must not panic. Says whether it loaded.
fn survives(bytes: &[u8]) -> bool {
    let mut scratch = Scratch::default();
    let Ok(model) = Model::load(bytes) else { return false };
    for text in ["", "a boat in the harbour", "трамвай у моста 電車の切符 naïve 😀", "boat </s> x __label__wood"]
    {
        for prediction in model.predict(text, 3, &mut scratch) {
            assert!((0.0..=1.0).contains(&prediction.probability), "{prediction:?}");
        }
    }
    true
}

#[test]
fn damaged_models_do_not_panic() {
    let names =
        ["softmax-one.bin", "hs.bin", "ova-pruned-bigrams.ftz", "hs-pruned.ftz", "softmax-out.ftz", "hs-norms.ftz"];
    let (mut loaded, mut refused) = (0, 0);
    for name in names {
        let bytes = golden(name);
        assert!(survives(&bytes));
        // The head, byte by byte; then places all over the file, by a fixed sequence.
        let mut state = 1_u64;
        let scattered = std::iter::repeat_with(|| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            usize::try_from(state >> 33).unwrap() % bytes.len()
        });
        for (number, at) in (0..110).chain(scattered.take(250)).enumerate() {
            for flip in [1 << (number % 8), 0xff] {
                let mut damaged = bytes.clone();
                damaged[at] ^= flip;
                if survives(&damaged) { loaded += 1 } else { refused += 1 }
            }
            let mut damaged = bytes.clone();
            damaged[at..(at + 16).min(bytes.len())].fill(0);
            survives(&damaged);
            assert!(!survives(&bytes[..at]), "{name} cut at {at}");
        }
    }
    assert!(loaded > 1000 && refused > 100, "{loaded} loaded, {refused} refused");
}
