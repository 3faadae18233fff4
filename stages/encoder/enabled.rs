//! A model with its tokenizer, asked about many texts at once.

use std::fmt;
use std::path::Path;

use candle_core::{Device, safetensors};
use serde_json::Value;
use tokenizers::{Tokenizer, TruncationParams};

use super::FILES;
use super::model::Transformer;
use crate::names::nearest;

/// Texts of like length that go through the model together.
const TOGETHER: usize = 16;
/// Bytes of a text for each token that is seen: what lies behind is cut off before it is made into tokens.
const BYTES_A_TOKEN: usize = 16;

/// A loaded encoder.
pub(crate) struct Encoder {
    tokenizer: Tokenizer,
    model: Transformer,
    /// Names of what it answers, in their order.
    labels: Vec<String>,
    max_tokens: usize,
}

impl fmt::Debug for Encoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Encoder")
            .field("labels", &self.labels)
            .field("max_tokens", &self.max_tokens)
            .finish_non_exhaustive()
    }
}

impl Encoder {
    /// The model in a folder.
    ///
    /// # Errors
    /// A message when a file is missing, damaged, or of a model that is not read.
    pub(crate) fn load(folder: &Path, max_tokens: usize) -> Result<Self, String> {
        let [config, tensors, tokenizer] = FILES.map(|name| folder.join(name));
        let bytes = std::fs::read(&config).map_err(|error| format!("{}: {error}", config.display()))?;
        let config: Value = serde_json::from_slice(&bytes).map_err(|error| format!("config.json: {error}"))?;
        let all = safetensors::load(&tensors, &Device::Cpu).map_err(|error| format!("model.safetensors: {error}"))?;
        let model = Transformer::new(&all, &config).map_err(|error| error.to_string())?;
        let max_tokens = max_tokens.min(model.longest());
        let mut tokenizer = Tokenizer::from_file(&tokenizer).map_err(|error| format!("tokenizer.json: {error}"))?;
        let truncation = TruncationParams { max_length: max_tokens, ..TruncationParams::default() };
        tokenizer.with_truncation(Some(truncation)).map_err(|error| format!("tokenizer.json: {error}"))?;
        tokenizer.with_padding(None);
        let name = |place: usize| config["id2label"][place.to_string()].as_str().map_or(place.to_string(), Into::into);
        let labels = (0..model.n_labels()).map(name).collect();
        Ok(Self { tokenizer, model, labels, max_tokens })
    }

    /// The place of a label; without a name, of the last one.
    ///
    /// # Errors
    /// A message when there is no such label.
    pub(crate) fn label(&self, name: Option<&str>) -> Result<usize, String> {
        let Some(name) = name else { return Ok(self.labels.len().saturating_sub(1)) };
        let place = self.labels.iter().position(|label| label == name);
        let known = || self.labels.iter().map(String::as_str);
        place.ok_or_else(|| format!("it has no label `{name}`{}", nearest(name, known())))
    }

    /// The score of each text: the label's probability, or the model's one number. Texts of like length go together.
    ///
    /// # Errors
    /// A message when the model fails, which no text should bring about.
    pub(crate) fn scores(&self, texts: &[&str], label: usize) -> Result<Vec<f32>, String> {
        let tokens = texts.iter().map(|text| {
            let seen = &text[..text.floor_char_boundary(self.max_tokens * BYTES_A_TOKEN)];
            let ids = self.tokenizer.encode(seen, true).map_err(|error| error.to_string())?.get_ids().to_vec();
            // Tokenizers that frame nothing make nothing of an empty text.
            Ok(if ids.is_empty() { vec![self.model.padding()] } else { ids })
        });
        let tokens: Vec<Vec<u32>> = tokens.collect::<Result<_, String>>()?;
        let mut order: Vec<usize> = (0..texts.len()).collect();
        order.sort_by_key(|place| (tokens[*place].len(), *place));
        let mut scores = vec![0.0; texts.len()];
        for places in order.chunks(TOGETHER) {
            let rows: Vec<&[u32]> = places.iter().map(|place| tokens[*place].as_slice()).collect();
            let logits = self.model.logits(&rows).map_err(|error| error.to_string())?;
            for (place, logits) in places.iter().zip(logits) {
                scores[*place] = score(&logits, label);
            }
        }
        Ok(scores)
    }
}

/// A probability among several labels; one number is itself.
fn score(logits: &[f32], label: usize) -> f32 {
    if let [one] = logits {
        return *one;
    }
    let most = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let sum: f32 = logits.iter().map(|logit| (logit - most).exp()).sum();
    logits.get(label).map_or(0.0, |logit| (logit - most).exp() / sum)
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use serde::Deserialize;

    use super::*;

    /// What `PyTorch` said of a text that was asked alone (`golden/make.py`).
    #[derive(Deserialize)]
    struct Recorded {
        text: String,
        ids: Vec<u32>,
        logits: Vec<f32>,
    }

    fn folder(name: &str) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("encoder/golden").join(name)
    }

    fn recorded(name: &str) -> Vec<Recorded> {
        let text = std::fs::read_to_string(folder(name).join("expected.jsonl")).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    #[test]
    fn tokens_and_logits_are_those_of_pytorch() {
        for name in ["bert", "distilbert", "roberta"] {
            let (encoder, recorded) = (Encoder::load(&folder(name), 512).unwrap(), recorded(name));
            assert_eq!(encoder.max_tokens, 64, "{name}: no more than it has positions for");
            let ids = recorded
                .iter()
                .map(|row| encoder.tokenizer.encode(row.text.as_str(), true).unwrap().get_ids().to_vec());
            assert_eq!(
                ids.collect::<Vec<_>>(),
                recorded.iter().map(|row| row.ids.clone()).collect::<Vec<_>>(),
                "{name}"
            );
            // All in one batch, padded, and each alone.
            let rows: Vec<&[u32]> = recorded.iter().map(|row| row.ids.as_slice()).collect();
            let together = encoder.model.logits(&rows).unwrap();
            let alone: Vec<_> = rows.iter().flat_map(|row| encoder.model.logits(&[row]).unwrap()).collect();
            for (row, found) in recorded.iter().chain(&recorded).zip(together.iter().chain(&alone)) {
                assert_eq!(found.len(), row.logits.len());
                for (found, expected) in found.iter().zip(&row.logits) {
                    assert!((found - expected).abs() < 1e-4, "{name}, {}: {found} {expected}", row.text);
                }
            }
        }
    }

    #[test]
    fn a_score_is_a_probability_or_the_one_number() {
        let texts: Vec<String> = recorded("bert").into_iter().map(|row| row.text).collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let bert = Encoder::load(&folder("bert"), 512).unwrap();
        let by_label = ["LABEL_0", "LABEL_1", "LABEL_2"].map(|name| bert.label(Some(name)).unwrap());
        assert_eq!((by_label, bert.label(None).unwrap()), ([0, 1, 2], 2));
        assert!(bert.label(Some("LABEL_3")).unwrap_err().contains("did you mean"));
        let scores = by_label.map(|label| bert.scores(&texts, label).unwrap());
        for place in 0..texts.len() {
            let sum: f32 = scores.iter().map(|scores| scores[place]).sum();
            assert!((sum - 1.0).abs() < 1e-5, "{sum}");
        }
        // Neither order nor company matters to a text.
        let backwards: Vec<&str> = texts.iter().rev().copied().collect();
        let mut again = bert.scores(&backwards, 0).unwrap();
        again.reverse();
        assert!(again.iter().zip(&scores[0]).all(|(one, two)| (one - two).abs() < 1e-5));
        let roberta = Encoder::load(&folder("roberta"), 512).unwrap();
        let scores = roberta.scores(&texts, 0).unwrap();
        assert!(scores.iter().zip(recorded("roberta")).all(|(score, row)| (score - row.logits[0]).abs() < 1e-4));
        assert_eq!(roberta.scores(&[], 0), Ok(Vec::new()));
        assert!(roberta.scores(&["", &"a".repeat(1_000_000)], 0).unwrap().iter().all(|score| score.is_finite()));
    }

    #[test]
    fn what_is_no_such_model_is_told() {
        let damaged = |name: &str, change: fn(Vec<u8>) -> Vec<u8>| {
            let copy = tempfile::tempdir().unwrap();
            for file in FILES {
                let bytes = std::fs::read(folder("bert").join(file)).unwrap();
                std::fs::write(copy.path().join(file), if file == name { change(bytes) } else { bytes }).unwrap();
            }
            Encoder::load(copy.path(), 512).unwrap_err()
        };
        for (file, change, expected) in [
            ("config.json", (|_| b"{}".to_vec()) as fn(Vec<u8>) -> Vec<u8>, "model_type"),
            ("config.json", |_| b"no".to_vec(), "config.json"),
            (
                "config.json",
                |_| br#"{"model_type": "bert", "num_hidden_layers": 9, "num_attention_heads": 3}"#.to_vec(),
                "layer.2",
            ),
            (
                "config.json",
                |_| br#"{"model_type": "bert", "num_hidden_layers": 2, "num_attention_heads": 7}"#.to_vec(),
                "heads",
            ),
            ("model.safetensors", |bytes| bytes[..bytes.len() / 2].to_vec(), "model.safetensors"),
            ("tokenizer.json", |_| b"{}".to_vec(), "tokenizer.json"),
        ] {
            let told = damaged(file, change);
            assert!(told.contains(expected), "{file}: {told}");
        }
        assert!(Encoder::load(Path::new("nowhere"), 512).unwrap_err().contains("nowhere/config.json"));
    }
}
