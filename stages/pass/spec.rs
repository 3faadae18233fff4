//! What a pass does, as data: all that a worker needs besides its input file.

use serde::{Deserialize, Serialize};

use crate::dedup::{KeysSpec, LineDedup};
use crate::plan::Step;
use crate::spec::StageSpec;
use crate::write::Rejected;

/// One pass of a plan.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PassSpec {
    /// `pass-1`.
    pub name: String,
    /// Where its documents come from.
    pub source: Source,
    /// The stages that it runs, in order.
    pub stages: Vec<StageSpec>,
    /// Steps whose removals it applies first.
    pub removals: Vec<Step>,
    /// The step whose frequent lines it cuts.
    pub cut_lines: Option<(Step, LineDedup)>,
    /// Whether its filters read the token references of this run.
    pub references: bool,
    /// Columns that go on to the next pass, or into `documents/`.
    pub columns: Vec<String>,
    /// Keys that it leaves for the steps that follow.
    pub keys: KeysSpec,
    /// Whether it counts tokens for the references.
    pub counts_tokens: bool,
    /// What it keeps of rejected documents.
    pub rejected: Rejected,
    /// Whether its documents are the run's result.
    pub last: bool,
    /// Hash of all that decides its outputs but for the input file.
    pub key: String,
}

/// Where a pass reads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// The run's input files.
    Inputs,
    /// The documents that an earlier pass kept.
    Pass {
        /// That pass.
        name: String,
        /// The columns that it left.
        columns: Vec<String>,
    },
}
