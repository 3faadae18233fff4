//! Rules for single lines: which lines of a document are no text, and go.
//!
//! C4 and `RefinedWeb` clean documents line by line before they judge them; the Llama 3 report cuts lines of repeated
//! content. A recipe lists the rules in the order in which they are asked; the first that speaks against a line decides.
//! Lines are trimmed before they are asked about; blank lines, and lines within code and formulas, are not.

mod apply;
mod rule;

pub use apply::{Cleaned, Cut, clean};
pub use rule::{LineRule, Place};
