//! What a run did, as people read it: the funnel, the fate table, the integrity of the input.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anyhow::Result;
use filters::language::Basis;
use indicatif::{HumanBytes, HumanCount};
use serde::{Deserialize, Serialize};
use stages::dedup::{Cluster, LARGEST, largest};
use stages::forget::{Ended, Told};
use stages::ledger::{Cell, FateCount, LanguageCount, fairness, fates, languages, without_reference};
use stages::plan::{Plan, Run};
use stages::read::Integrity;
use stages::spec::StageSpec;
use stages::task::StageCount;

/// What a run did, added up.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Summary {
    /// What each stage did, in the order of the recipe.
    pub stages: Vec<StageCount>,
    /// What reading found of the input.
    pub integrity: Integrity,
    /// Tokens of the kept documents, by class.
    pub tokens: BTreeMap<String, u64>,
    /// How records ended.
    pub fates: Vec<FateCount>,
    /// How languages were identified, the most frequent first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub languages: Vec<LanguageCount>,
    /// What each level of deduplication found, in the order of the recipe.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub duplicates: Vec<Duplicates>,
    /// Removals of each rule of the filters, by language, top-level domain, branch and length.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fairness: Vec<Cell>,
    /// Languages and branches whose documents were judged by divergence and had no token reference, with their number.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub without_reference: Vec<(String, u64)>,
}

/// What a level of deduplication found.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Duplicates {
    /// The stage's id.
    pub stage: String,
    /// Documents that it removed.
    pub removed: u64,
    /// Its largest clusters, the largest first.
    pub largest: Vec<Cluster>,
    /// The S-curve of its search, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub search: Option<String>,
}

impl Duplicates {
    /// Removals in the largest clusters.
    fn in_largest(&self) -> u64 {
        self.largest.iter().map(|cluster| cluster.removed).sum()
    }

    /// Whether few clusters took most of what went: the mark of a boilerplate text, or of a broken extraction.
    fn is_lopsided(&self) -> bool {
        self.removed >= MANY && 2 * self.in_largest() > self.removed
    }
}

/// The stage of what was forgotten: it comes first, as if these records had not been taken in.
const FORGET: &str = "forget";

/// Below so many removals, ten clusters hold most of them and mean nothing.
const MANY: u64 = 1_000;

impl Summary {
    /// Adds up the commits of a finished run, and checks that every record is accounted for.
    ///
    /// # Errors
    /// When a commit or ledger file is gone, or a record was lost.
    pub(crate) fn of(run: &Run, plan: &Plan) -> Result<Self> {
        let mut summary = Self::default();
        for (pass, steps) in plan.passes.iter().zip(&plan.steps) {
            for commit in run.commits(&pass.name)? {
                for count in commit.stages.iter().filter(|count| !["keys", "apply"].contains(&count.stage.as_str())) {
                    summary.add(count);
                }
                if let Some(integrity) = &commit.integrity {
                    summary.integrity.add(integrity);
                }
                for (class, tokens) in commit.tokens {
                    *summary.tokens.entry(class).or_default() += tokens;
                }
            }
            for (step, spec) in steps.iter().filter(|(step, _)| step.level.removes_documents()) {
                let mut found = Duplicates { stage: step.level.name().to_owned(), ..Duplicates::default() };
                for commit in run.commits(&step.phase("settle"))? {
                    commit.stages.iter().for_each(|count| summary.add(count));
                    found.removed += commit.stages.iter().map(StageCount::n_rejected).sum::<u64>();
                }
                found.largest = largest(run, step)?;
                if let StageSpec::DedupDocument(config) = spec {
                    found.search = Some(config.minhash().s_curve());
                }
                summary.duplicates.push(found);
            }
        }
        summary.fates = fates(&run.layout)?;
        summary.languages = languages(&run.layout)?;
        summary.fairness = fairness(&run.layout)?;
        let diverges = |stage: &StageSpec| matches!(stage, StageSpec::Filter(config) if config.judges_tokens());
        if plan.passes.iter().flat_map(|pass| &pass.stages).any(diverges) {
            summary.without_reference = without_reference(&run.layout)?;
        }
        summary.check()?;
        Ok(summary)
    }

    /// The same without what was forgotten: `fates` and `languages` as they are now.
    ///
    /// # Errors
    /// When a record would be lost.
    pub(crate) fn forget(&mut self, told: &Told, fates: Vec<FateCount>, languages: Vec<LanguageCount>) -> Result<()> {
        if self.stages.first().is_none_or(|stage| stage.stage != FORGET) && !told.ends.is_empty() {
            let records = self.records();
            self.stages.insert(0, StageCount { documents_in: records, kept: records, ..StageCount::new(FORGET) });
        }
        for (from, to, count) in &told.ends {
            // It takes back its way so far, and goes another.
            self.walk(from, |number| *number = number.saturating_sub(*count));
            self.walk(to, |number| *number += count);
            for found in &mut self.duplicates {
                found.removed -= if found.stage == from.1 { (*count).min(found.removed) } else { 0 };
                found.removed += if found.stage == to.1 { *count } else { 0 };
            }
        }
        for stage in &mut self.stages {
            stage.rejected.retain(|_, count| *count > 0);
            stage.failed.retain(|_, count| *count > 0);
        }
        for (class, change) in &told.tokens {
            let tokens = self.tokens.entry(class.clone()).or_default();
            *tokens = tokens.saturating_add_signed(*change);
        }
        (self.fates, self.languages) = (fates, languages);
        self.check()
    }

    /// Counts a record that ended so in every stage that it came to.
    fn walk(&mut self, (outcome, ended_by, rule): &Ended, mut count: impl FnMut(&mut u64)) {
        // What a bug ended is counted where its pass begins.
        let place = self.stages.iter().position(|stage| stage.stage == *ended_by);
        let place = place.or_else(|| self.stages.iter().position(|stage| stage.failed.contains_key(rule)));
        for (at, stage) in self.stages.iter_mut().enumerate() {
            count(&mut stage.documents_in);
            if outcome != "kept" && place == Some(at) {
                let ends = if outcome == "failed" { &mut stage.failed } else { &mut stage.rejected };
                count(ends.entry(rule.clone()).or_default());
                return;
            }
            count(&mut stage.kept);
        }
    }

    fn add(&mut self, count: &StageCount) {
        match self.stages.iter_mut().find(|known| known.stage == count.stage) {
            Some(known) => known.add(count),
            None => self.stages.push(count.clone()),
        }
    }

    /// Every record that the first stage took in is in the ledger once, and each stage took in what the one before
    /// left.
    fn check(&self) -> Result<()> {
        for pair in self.stages.windows(2) {
            anyhow::ensure!(
                pair[0].kept == pair[1].documents_in,
                "internal error: {} left {} documents, {} took in {}",
                pair[0].stage,
                pair[0].kept,
                pair[1].stage,
                pair[1].documents_in
            );
        }
        let records = self.records();
        let ledger: u64 = self.fates.iter().map(|fate| fate.count).sum();
        anyhow::ensure!(records == ledger, "internal error: {records} records were read, {ledger} are in the ledger");
        Ok(())
    }

    /// Records that were read.
    pub(crate) fn records(&self) -> u64 {
        self.stages.first().map_or(0, |stage| stage.documents_in)
    }

    /// Records that ended so.
    pub(crate) fn ended(&self, outcome: &str) -> u64 {
        self.fates.iter().filter(|fate| fate.outcome == outcome).map(|fate| fate.count).sum()
    }

    /// The funnel, the fates, the languages, the classes, the integrity.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        self.funnel(&mut text);
        self.fate_table(&mut text);
        self.clusters(&mut text);
        self.language_table(&mut text);
        self.classes(&mut text);
        self.uneven(&mut text);
        self.unmeasured(&mut text);
        let integrity = self.integrity.to_string();
        // Writing to a string cannot fail, here and below.
        let _ = writeln!(text, "\ninput: {integrity}");
        let _ = writeln!(
            text,
            "{} records = {} kept + {} rejected + {} failed",
            HumanCount(self.records()),
            HumanCount(self.ended("kept")),
            HumanCount(self.ended("rejected")),
            HumanCount(self.ended("failed"))
        );
        text
    }

    fn funnel(&self, text: &mut String) {
        let _ = writeln!(
            text,
            "{:<16} {:>11} {:>11} {:>11} {:>9} {:>8} {:>9}",
            "stage", "in", "kept", "rejected", "failed", "kept %", "cpu s"
        );
        for stage in &self.stages {
            let _ = writeln!(
                text,
                "{:<16} {:>11} {:>11} {:>11} {:>9} {:>7}% {:>9.2}",
                stage.stage,
                HumanCount(stage.documents_in).to_string(),
                HumanCount(stage.kept).to_string(),
                HumanCount(stage.n_rejected()).to_string(),
                HumanCount(stage.n_failed()).to_string(),
                percent(stage.kept, self.records()),
                stage.seconds
            );
        }
    }

    fn fate_table(&self, text: &mut String) {
        let _ =
            writeln!(text, "\n{:<9} {:<16} {:<34} {:>9} {:>7}  example", "fate", "stage", "rule", "records", "share");
        for fate in &self.fates {
            let _ = writeln!(
                text,
                "{:<9} {:<16} {:<34} {:>9} {:>6}%  {}",
                fate.outcome,
                fate.stage,
                fate.rule,
                HumanCount(fate.count).to_string(),
                percent(fate.count, self.records()),
                &fate.example[..fate.example.len().min(12)]
            );
        }
    }

    /// The largest clusters of each level that removed something, and a warning where they are most of it.
    fn clusters(&self, text: &mut String) {
        for (place, found) in self.duplicates.iter().filter(|found| found.removed > 0).enumerate() {
            let most = found.largest.first();
            let _ = writeln!(
                text,
                "{}{}: {} removed, {}% of them in the {} largest clusters; the largest lost {}, {} stays",
                if place == 0 { "\n" } else { "" },
                found.stage,
                HumanCount(found.removed),
                percent(found.in_largest(), found.removed),
                found.largest.len(),
                HumanCount(most.map_or(0, |cluster| cluster.removed)),
                most.map_or("", |cluster| &cluster.kept[..cluster.kept.len().min(12)]),
            );
            if let Some(search) = &found.search {
                let _ = writeln!(text, "  {search}");
            }
            if found.is_lopsided() {
                let _ = writeln!(
                    text,
                    "  warning: few clusters took most of what went; look at them: trommel sql RUN \"select kept_id, \
                     count(*) as n, min(jaccard) from dedup group by 1 order by 2 desc limit {LARGEST}\""
                );
            }
        }
    }

    /// By what the languages of most documents were judged, and for how many the model was less sure than the recipe
    /// asks for.
    fn language_table(&self, text: &mut String) {
        if self.languages.is_empty() {
            return;
        }
        let _ = write!(text, "\n{:<16} {:>9}", "language", "documents");
        for basis in Basis::ALL {
            let _ = write!(text, " {:>11}", basis.name());
        }
        let _ = writeln!(text, " {:>9}", "unsure");
        let (named, others) = self.languages.split_at(self.languages.len().min(NAMED));
        let others = (!others.is_empty()).then(|| LanguageCount::total(format!("{} more", others.len()), others));
        let all = (self.languages.len() > 1).then(|| LanguageCount::total("all".into(), &self.languages));
        for count in named.iter().chain(&others).chain(&all) {
            let _ = write!(text, "{:<16} {:>9}", count.language, HumanCount(count.documents).to_string());
            for basis in Basis::ALL {
                let _ = write!(text, " {:>11}", HumanCount(count.judged_by(basis)).to_string());
            }
            let _ = writeln!(text, " {:>9}", HumanCount(count.unsure).to_string());
        }
    }

    fn classes(&self, text: &mut String) {
        if self.tokens.is_empty() {
            return;
        }
        let total: u64 = self.tokens.values().sum();
        let _ = writeln!(text, "\n{:<13} {:>15} {:>7}", "class", "tokens", "share");
        for (class, tokens) in &self.tokens {
            let _ =
                writeln!(text, "{class:<13} {:>15} {:>6}%", HumanCount(*tokens).to_string(), percent(*tokens, total));
        }
    }

    /// What the divergence filter could not judge.
    fn unmeasured(&self, text: &mut String) {
        if self.without_reference.is_empty() {
            return;
        }
        let mut most: Vec<&(String, u64)> = self.without_reference.iter().collect();
        most.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        let shown = most.iter().take(NAMED).map(|(place, count)| format!("{place} ({count})"));
        let more = most.len().saturating_sub(NAMED);
        let more = if more > 0 { format!(" and {more} more, all in run.json") } else { String::new() };
        let _ = writeln!(
            text,
            "\nno token reference, so that divergence is unmeasured: {}{more}",
            shown.collect::<Vec<_>>().join(", ")
        );
    }

    /// The groups of documents that a rule removes clearly more or less often than the others: their 95% intervals do
    /// not meet.
    fn uneven(&self, text: &mut String) {
        let mut apart: Vec<&Cell> = self.fairness.iter().filter(|cell| cell.gap() > 0.0).collect();
        if apart.is_empty() {
            return;
        }
        // Stable, so that equal ones stay in the order of their names.
        apart.sort_by(|a, b| b.gap().total_cmp(&a.gap()));
        let shown = apart.len().min(NAMED);
        let _ = writeln!(
            text,
            "\n{shown} of {} groups that a filter treats unlike the others (95% intervals apart; all in run.json)\n{:<34} \
             {:<22} {:>10} {:>16} {:>16}",
            apart.len(),
            "rule",
            "group",
            "documents",
            "removed",
            "others"
        );
        let range = |(low, high): (f64, f64)| format!("{:.1}-{:.1}%", low * 100.0, high * 100.0);
        for cell in &apart[..shown] {
            let _ = writeln!(
                text,
                "{:<34} {:<22} {:>10} {:>16} {:>16}",
                cell.rule,
                format!("{} {}", cell.by, cell.group),
                HumanCount(cell.documents).to_string(),
                range(cell.interval()),
                range(cell.other_interval())
            );
        }
    }
}

/// Groups that stand apart and are named; languages too.
const NAMED: usize = 12;

/// A share as percent with one digit.
#[expect(clippy::cast_precision_loss, reason = "shown with one digit")]
pub(crate) fn percent(part: u64, whole: u64) -> String {
    if whole == 0 { "-".into() } else { format!("{:.1}", part as f64 * 100.0 / whole as f64) }
}

/// Bytes as people read them.
pub(crate) fn bytes(count: u64) -> String {
    HumanBytes(count).to_string()
}
