//! Encoder models in a build without them.

use std::path::Path;

/// What cannot be loaded.
#[derive(Debug)]
pub(crate) enum Encoder {}

impl Encoder {
    /// Never the model.
    ///
    /// # Errors
    /// Always: how to get a build that has it.
    pub(crate) fn load(_: &Path, _: usize) -> Result<Self, String> {
        Err("this build has no encoder models\nhint: `cargo build --release --features encoder` makes one that has"
            .into())
    }

    /// The place of a label.
    pub(crate) fn label(&self, _: Option<&str>) -> Result<usize, String> {
        match *self {}
    }

    /// The scores of texts.
    pub(crate) fn scores(&self, _: &[&str], _: usize) -> Result<Vec<f32>, String> {
        match *self {}
    }
}
