//! Documents out of a finished run: which of its tables name them, and who takes the places that they leave?
//!
//! A forgotten document leaves `documents/`, `rejected/`, `failed/`, `dedup/`, `superseded/` and the mixes, and, where the
//! run kept what goes between its passes, its keys and its text there. In `ledger/` and `rejected/` a row stays that says
//! that a record was forgotten and where it had stood, so that every record is still accounted for; nothing in it is from
//! the document. The list of what was forgotten is kept ([`Forgotten`]), and another try of the run leaves it out too.
//!
//! Documents that had gone for a forgotten one are decided again, by the rules of the steps that removed them: of one URL
//! or one text the best comes back; near-duplicates are compared **with each other** by true Jaccard similarity. What
//! comes back goes through the rest of the recipe as it stood in `rejected/`. With `rejected = "ledger"` there is no text
//! to bring back: such a document stays rejected, and its rows say why.
//!
//! What is not done again: near-duplicates that come back are not compared with the rest of the corpus; counts of lines
//! and token references, which hold no text of one document, stay as they were counted; a line of boilerplate that
//! `lines/` shows stays; a mix loses what was forgotten and gains nothing until `trommel mix` draws it again.
//!
//! The whole is one change, made or not made (`commit`).

mod changes;
mod commit;
mod index;
mod list;
mod rows;
mod stage;
mod tables;

use std::path::PathBuf;

pub use commit::{is_open, recover};
pub use list::Forgotten;
pub use stage::Forget;
pub use tables::Ended;

use self::changes::Changes;
use self::commit::Change;
use self::tables::Tables;
use crate::error::{Result, StageError};
use crate::plan::{Plan, Run};
use crate::task::Workbench;

/// What forgetting did.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Told {
    /// Records that were forgotten now.
    pub forgotten: u64,
    /// Of them, those that had been kept.
    pub kept: u64,
    /// Documents that had gone for them and now go for another one.
    pub moved: u64,
    /// Documents that had gone for them and stay now, as far as deduplication goes.
    pub back: u64,
    /// Of them, those that the rest of the recipe kept.
    pub back_kept: u64,
    /// Documents that had gone for them and whose text the run did not keep.
    pub without_text: u64,
    /// Rows that mixes lost.
    pub in_mixes: u64,
    /// Whether keys and texts between passes were cleared, too.
    pub index: bool,
    /// For each way in which a record had ended, and ends now: how many.
    pub ends: Vec<(Ended, Ended, u64)>,
    /// Tokens of each class that `documents/` lost and won.
    pub tokens: Vec<(String, i64)>,
}

/// A forgetting, ready to be committed.
#[derive(Debug)]
pub struct Forgetting<'a> {
    change: Change<'a>,
    told: Told,
    ledger: Vec<PathBuf>,
}

/// Prepares to forget what is on the list. The run must be finished, and its folder locked; nothing in it changes yet.
///
/// # Errors
/// [`StageError`] when a table is gone or damaged, a model is missing, or the storage fails.
pub fn forget<'a>(run: &'a Run, plan: &Plan, list: &Forgotten, bench: &Workbench) -> Result<Forgetting<'a>> {
    let mut change = Change::begin(&run.layout)?;
    let changes = Changes::find(run, plan, list, bench)?;
    let mut whole = Forgotten::load(&run.layout)?;
    whole.extend(list);
    // By id too: the rules of canonical URLs may change.
    changes.targets().for_each(|id| whole.add_id(id));
    let json = serde_json::to_vec_pretty(&whole).map_err(|error| StageError::Internal(error.to_string()))?;
    change.write(list::FILE, &json)?;
    let mut told = Told { moved: changes.moved(), without_text: changes.without_text(), ..Told::default() };
    if !changes.is_empty() {
        Tables { run, plan, changes: &changes, bench }.rewrite(&mut change, &mut told)?;
        told.index = index::rewrite_index(run, plan, &changes, &mut change, bench)?;
        tables::amend_commits(&run.layout, &mut change)?;
    }
    let replaced: Vec<String> = change.outputs().iter().map(|output| output.path.clone()).collect();
    let ledger = run.layout.files("ledger")?.into_iter().map(|path| {
        let relative = path.strip_prefix(run.layout.root()).unwrap_or(&path).to_string_lossy().into_owned();
        if replaced.contains(&relative) { run.layout.path(&Change::aside(&relative)) } else { path }
    });
    let ledger = ledger.collect();
    Ok(Forgetting { change, told, ledger })
}

impl Forgetting<'_> {
    /// What it does.
    #[must_use]
    pub fn told(&self) -> &Told {
        &self.told
    }

    /// The files of the ledger as it will be.
    #[must_use]
    pub fn ledger(&self) -> &[PathBuf] {
        &self.ledger
    }

    /// Does it, and with it replaces `run.json`.
    ///
    /// # Errors
    /// [`StageError::Io`] when the storage fails: nothing is changed then, or the next one who opens the run ends it.
    pub fn commit(mut self, run_json: &[u8]) -> Result<Told> {
        self.change.write("run.json", run_json)?;
        self.change.commit()?;
        Ok(self.told)
    }
}
