//! The model that says how likely a block belongs to the content: gradient-boosted trees over [`super::columns`].
//!
//! The trees are symmetric: all nodes of one level ask the same question, so that a tree is a few comparisons of whole
//! columns and one look into its leaves. The file is JSON, a tree a line; `trommel train extraction` writes it, and
//! `model.md` says from what.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use serde::{Deserialize, Serialize};

use super::columns::Columns;
use super::words::Weights;

/// The model that ships.
static EMBEDDED: LazyLock<Arc<Model>> = LazyLock::new(|| {
    let model = serde_json::from_str(include_str!("model.json")).ok().and_then(|file| Model::new(&file));
    Arc::new(model.expect("a test reads the model that is compiled in"))
});

/// A model as it is stored.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct ModelFile {
    /// Names of the columns that the trees ask for.
    pub columns: Vec<String>,
    /// Log-odds before any tree.
    pub bias: f32,
    /// The trees.
    pub trees: Vec<Tree>,
    /// Weights of words of texts, in hundredths.
    pub text_words: BTreeMap<String, i16>,
    /// Weights of words of classes and ids, in hundredths.
    pub class_words: BTreeMap<String, i16>,
}

/// One symmetric tree.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Tree {
    /// For each level: index into [`ModelFile::columns`], and the bound above which the answer is yes.
    pub splits: Vec<(usize, f32)>,
    /// Log-odds of each leaf; the first level's answer is the lowest bit.
    pub leaves: Vec<f32>,
}

/// A model at work.
#[derive(Debug, Default)]
pub(super) struct Model {
    bias: f32,
    trees: Vec<Tree>,
    /// Of words of texts.
    pub(super) text_words: Weights,
    /// Of words of classes and ids.
    pub(super) class_words: Weights,
}

impl Model {
    /// The model that ships.
    pub(super) fn embedded() -> Arc<Self> {
        Arc::clone(&EMBEDDED)
    }

    /// Reads a stored model; `None` when it asks for columns that there are not, or its trees are not whole.
    pub(super) fn new(file: &ModelFile) -> Option<Self> {
        let names = super::columns::names();
        let columns: Option<Vec<usize>> =
            file.columns.iter().map(|wanted| names.iter().position(|name| name == wanted)).collect();
        let columns = columns?;
        let trees = file.trees.iter().map(|tree| {
            let splits: Option<Vec<_>> =
                tree.splits.iter().map(|(at, bound)| Some((*columns.get(*at)?, *bound))).collect();
            let is_whole = tree.splits.len() < 16 && tree.leaves.len() == 1 << tree.splits.len();
            is_whole.then_some(Tree { splits: splits?, leaves: tree.leaves.clone() })
        });
        Some(Self {
            bias: file.bias,
            trees: trees.collect::<Option<_>>()?,
            text_words: Weights::new(&file.text_words),
            class_words: Weights::new(&file.class_words),
        })
    }

    /// The probability of each row.
    pub(super) fn predict(&self, columns: &Columns, leaves: &mut Vec<u32>, out: &mut Vec<f32>) {
        let n = columns.n_rows;
        out.clear();
        out.resize(n, self.bias);
        for tree in &self.trees {
            leaves.clear();
            leaves.resize(n, 0);
            for (level, (column, bound)) in tree.splits.iter().enumerate() {
                for (leaf, value) in leaves.iter_mut().zip(&columns.values[column * n..][..n]) {
                    *leaf |= u32::from(value > bound) << level;
                }
            }
            for (sum, leaf) in out.iter_mut().zip(&*leaves) {
                *sum += tree.leaves[*leaf as usize];
            }
        }
        for sum in out {
            *sum = 1.0 / (1.0 + (-*sum).exp());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Extractor;
    use super::*;

    #[test]
    fn the_model_that_ships_is_whole() {
        let model = Model::embedded();
        assert!(model.trees.len() >= 100, "{}", model.trees.len());
        let page = "<nav><a href=/>Home</a></nav><article><h1>A day</h1><p>It rained, and nobody minded.</article>";
        let judged = Extractor::new().judge(page, None).unwrap();
        assert_eq!(judged.len(), 3);
        assert!(judged[2].probability > judged[0].probability, "{judged:?}");
        assert!(judged[2].is_kept && !judged[0].is_kept, "{judged:?}");
    }

    #[test]
    fn models_that_do_not_fit_are_refused() {
        let tree = |splits: Vec<(usize, f32)>, n_leaves| Tree { splits, leaves: vec![0.5; n_leaves] };
        let file = |column: &str, tree| ModelFile {
            columns: vec![column.to_owned()],
            trees: vec![tree],
            ..ModelFile::default()
        };
        for (what, file, is_read) in [
            ("a model", file("chars", tree(vec![(0, 1.0)], 2)), true),
            ("no trees", ModelFile::default(), true),
            ("an unknown column", file("weight", tree(vec![(0, 1.0)], 2)), false),
            ("a split of no column", file("chars", tree(vec![(1, 1.0)], 2)), false),
            ("too few leaves", file("chars", tree(vec![(0, 1.0)], 1)), false),
        ] {
            assert_eq!(Model::new(&file).is_some(), is_read, "{what}");
        }
    }
}
