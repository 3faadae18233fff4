//! What reading found of an input file: how much of it was whole, and what was not.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::warc::Header;

/// A place in a file that was not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damage {
    /// What is wrong: `truncated`, `corrupt`, `bomb`, `wrong_length`, `too_large`, …
    pub kind: &'static str,
    /// The same in words.
    pub message: String,
    /// Where.
    pub offset: u64,
    /// Bytes of the file that were passed over.
    pub bytes_lost: u64,
    /// The URL of the record, if its header was read.
    pub url: Option<String>,
    /// Its capture time, likewise.
    pub date: Option<i64>,
}

impl Damage {
    pub(crate) fn new(kind: &'static str, message: impl Into<String>, offset: u64, bytes_lost: u64) -> Self {
        Self { kind, message: message.into(), offset, bytes_lost, url: None, date: None }
    }

    /// With what is known of the record.
    pub(crate) fn of(mut self, header: &Header) -> Self {
        self.url.clone_from(&header.target_uri);
        self.date = header.date;
        self
    }
}

/// The account of one file, or of many.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Integrity {
    /// Bytes of the file.
    pub bytes: u64,
    /// Whole records, by kind. Only responses, resources and conversions may hold documents.
    pub records: BTreeMap<String, u64>,
    /// Damaged places, by kind.
    pub damage: BTreeMap<String, u64>,
    /// Bytes that were passed over at damaged places.
    pub bytes_lost: u64,
    /// Records that the crawler itself cut.
    pub truncated_by_crawler: u64,
    /// Files with a damaged place, when this is the account of many.
    pub damaged_files: u64,
}

impl Integrity {
    pub(crate) fn count(&mut self, damage: &Damage) {
        *self.damage.entry(damage.kind.to_owned()).or_default() += 1;
        self.bytes_lost += damage.bytes_lost;
        self.damaged_files = 1;
    }

    /// Adds another file's account.
    pub fn add(&mut self, other: &Self) {
        self.bytes += other.bytes;
        self.bytes_lost += other.bytes_lost;
        self.truncated_by_crawler += other.truncated_by_crawler;
        self.damaged_files += other.damaged_files;
        for (kind, count) in &other.records {
            *self.records.entry(kind.clone()).or_default() += count;
        }
        for (kind, count) in &other.damage {
            *self.damage.entry(kind.clone()).or_default() += count;
        }
    }

    /// Share of the bytes that were passed over, 0 to 1.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a share is compared with a few digits")]
    pub fn loss(&self) -> f64 {
        if self.bytes == 0 { 0.0 } else { self.bytes_lost as f64 / self.bytes as f64 }
    }
}

impl fmt::Display for Integrity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |counts: &BTreeMap<String, u64>| {
            counts.iter().map(|(kind, count)| format!("{count} {kind}")).collect::<Vec<_>>().join(", ")
        };
        write!(f, "{} bytes", self.bytes)?;
        if !self.records.is_empty() {
            write!(f, ", {}", list(&self.records))?;
        }
        if self.damage.is_empty() {
            return write!(f, "; nothing damaged");
        }
        write!(
            f,
            "; damaged in {} files: {}; {} bytes lost ({:.4}%)",
            self.damaged_files,
            list(&self.damage),
            self.bytes_lost,
            self.loss() * 100.0
        )
    }
}
