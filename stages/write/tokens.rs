//! `write`: the facts that every kept document carries, tokens counted exactly.

use filters::text;

use super::{TOKENIZER, WriteConfig};
use crate::batch::{self, Batch};
use crate::error::{Result, StageError};
use crate::schema;
use crate::stage::{DocumentStage, StageCard};

/// Counts characters, words, lines and tokens.
#[derive(Debug)]
pub struct Write {
    counts: bool,
}

impl Write {
    /// The stage of these settings.
    #[must_use]
    pub fn new(config: &WriteConfig) -> Self {
        Self { counts: config.counts }
    }
}

/// What is said of this stage.
pub static CARD: StageCard = StageCard {
    id: "write",
    summary: "Counts characters, words, lines and cl100k tokens, and writes the document.",
    reads: &[&schema::TEXT],
    adds: &[&schema::N_CHARS, &schema::N_WORDS, &schema::N_LINES, &schema::N_TOKENS],
    memory: "one batch and a row group of 8 MiB",
};

impl DocumentStage for Write {
    fn card(&self) -> &'static StageCard {
        &CARD
    }

    fn apply(&self, batch: &mut Batch) -> Result<()> {
        if !self.counts {
            return Ok(());
        }
        let texts = batch.strings(&schema::TEXT)?;
        let rows = batch.len();
        let (mut chars, mut words, mut lines, mut tokens) =
            (vec![None; rows], vec![None; rows], vec![None; rows], vec![None; rows]);
        for row in (0..rows).filter(|row| batch.is_alive(*row)) {
            let text = texts.value(row);
            chars[row] = Some(small(text.chars().count()));
            words[row] = Some(small(text::count_words(text)));
            lines[row] = Some(small(text::lines(text).count()));
            tokens[row] = Some(small(count_tokens(text)?));
        }
        batch.set(&schema::N_CHARS, batch::numbers(chars))?;
        batch.set(&schema::N_WORDS, batch::numbers(words))?;
        batch.set(&schema::N_LINES, batch::numbers(lines))?;
        batch.set(&schema::N_TOKENS, batch::numbers(tokens))
    }
}

fn small(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// Tokens of a text in cl100k, exactly.
///
/// # Errors
/// [`StageError::Internal`] when the embedded vocabulary is damaged.
pub fn count_tokens(text: &str) -> Result<usize> {
    let tokenizer = TOKENIZER.ok_or_else(|| StageError::Internal("no embedded cl100k".into()))?;
    Ok(tokenizer.count(text))
}
