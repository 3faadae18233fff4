//! The references of a run, or of a file that a recipe names.

use std::collections::BTreeMap;

use thiserror::Error;

use super::counts::TokenCounts;
use super::reference::{Reference, Scores, take};
use crate::Branch;

/// First bytes of a file of references, without the two digits of the version of tokens, smoothing and calibration.
const MAGIC: &[u8; 6] = b"trmlkl";

/// The version that this program writes and reads.
const VERSION: &[u8; 2] = b"02";

/// References by language and branch.
#[derive(Clone, Debug, Default)]
pub struct References {
    by_place: BTreeMap<(String, Branch), Reference>,
    /// Whether the documents that are measured are those that were counted.
    counted: bool,
}

/// Why bytes are no references.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ReferencesError {
    /// Another file.
    #[error("it is no file of token references: these begin with `trmlkl02`")]
    Other,
    /// Written by another version.
    #[error("token references of version {0}, and this program reads version 02: make them again")]
    Version(String),
    /// Cut off, or with impossible values.
    #[error("damaged token references")]
    Damaged,
}

impl References {
    /// For documents that are part of these references: each is compared with the rest.
    #[must_use]
    pub fn of_counted(self) -> Self {
        Self { counted: true, ..self }
    }

    /// Whether the documents that are measured are part of these references.
    #[must_use]
    pub fn are_counted(&self) -> bool {
        self.counted
    }

    /// Adds one.
    pub fn insert(&mut self, language: String, branch: Branch, reference: Reference) {
        self.by_place.insert((language, branch), reference);
    }

    /// The reference for documents of that language and branch.
    #[must_use]
    pub fn get(&self, language: &str, branch: Branch) -> Option<&Reference> {
        // A borrowed key would need an allocation: there are few references.
        self.by_place.iter().find(|((known, of), _)| known == language && *of == branch).map(|(_, reference)| reference)
    }

    /// The scores of a document of that language and branch: none without a reference.
    #[must_use]
    pub fn scores(&self, language: &str, branch: Branch, document: &TokenCounts) -> Scores {
        self.get(language, branch).map_or_else(Scores::default, |reference| reference.scores(document, self.counted))
    }

    /// Every reference, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Branch, &Reference)> {
        self.by_place.iter().map(|((language, branch), reference)| (language.as_str(), *branch, reference))
    }

    /// As bytes, the same for the same references.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = [&MAGIC[..], VERSION].concat();
        for ((language, branch), reference) in &self.by_place {
            bytes.extend(u32::try_from(language.len()).unwrap_or(0).to_le_bytes());
            bytes.extend(language.as_bytes());
            let place = Branch::ALL.iter().position(|other| other == branch);
            bytes.push(place.and_then(|place| u8::try_from(place).ok()).unwrap_or(0));
            reference.write(&mut bytes);
        }
        bytes
    }

    /// From bytes.
    ///
    /// # Errors
    /// [`ReferencesError`] for what is no references, those of another version, or damaged ones.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ReferencesError> {
        let rest = bytes.strip_prefix(MAGIC).ok_or(ReferencesError::Other)?;
        let (version, rest) = rest.split_at_checked(VERSION.len()).ok_or(ReferencesError::Damaged)?;
        if version != VERSION {
            return Err(ReferencesError::Version(String::from_utf8_lossy(version).into_owned()));
        }
        Self::read(rest).ok_or(ReferencesError::Damaged)
    }

    fn read(mut rest: &[u8]) -> Option<Self> {
        let mut references = Self::default();
        while !rest.is_empty() {
            let length = u32::from_le_bytes(*take(&mut rest)?) as usize;
            let (language, after) = rest.split_at_checked(length)?;
            rest = after;
            let [branch] = *take::<1>(&mut rest)?;
            let reference = Reference::read(&mut rest)?;
            let language = std::str::from_utf8(language).ok()?.to_owned();
            references.insert(language, *Branch::ALL.get(usize::from(branch))?, reference);
        }
        Some(references)
    }
}

#[cfg(test)]
mod tests {
    use super::super::BUCKETS;
    use super::*;

    fn reference() -> Reference {
        let mut counts = vec![0; BUCKETS];
        counts.iter_mut().take(2_000).zip(1..).for_each(|(count, rank)| *count = 20_000 / rank);
        Reference::new(counts).unwrap()
    }

    fn references() -> References {
        let documents: Vec<TokenCounts> =
            (0..30).map(|n| (0..100 + n).map(|bucket| (bucket, 1 + u32::from(bucket % (n + 2)))).collect()).collect();
        let mut references = References::default();
        references.insert("eng_Latn".into(), Branch::Prose, reference().calibrated(documents.iter()));
        references.insert("deu_Latn".into(), Branch::Code, reference());
        references
    }

    #[test]
    fn references_survive_as_bytes() {
        let references = references();
        let bytes = references.to_bytes();
        let again = References::from_bytes(&bytes).unwrap();
        assert_eq!(again.to_bytes(), bytes);
        let document: TokenCounts = (0..110).map(|bucket| (bucket, 20)).collect();
        let scores = |references: &References| references.scores("eng_Latn", Branch::Prose, &document);
        assert_eq!(scores(&again), scores(&references));
        assert!(scores(&again).divergence.is_some() && scores(&again).outliers.is_some());
        assert_eq!(again.scores("fra_Latn", Branch::Prose, &document), Scores::default(), "no reference");
        assert_eq!(again.scores("eng_Latn", Branch::Math, &document), Scores::default(), "no reference");
    }

    #[test]
    fn what_is_no_references_is_refused_by_name() {
        let bytes = references().to_bytes();
        for cut in [9, 20, bytes.len() / 2, bytes.len() - 1] {
            assert_eq!(References::from_bytes(&bytes[..cut]).unwrap_err(), ReferencesError::Damaged, "{cut}");
        }
        let mut old = bytes.clone();
        old[7] = b'1';
        let message = References::from_bytes(&old).unwrap_err().to_string();
        assert!(message.contains("version 01") && message.contains("version 02"), "{message}");
        assert_eq!(References::from_bytes(b"").unwrap_err(), ReferencesError::Other);
        assert_eq!(References::from_bytes(b"{\"a\": 1}").unwrap_err(), ReferencesError::Other);
        assert_eq!(References::from_bytes(b"trmlkl").unwrap_err(), ReferencesError::Damaged);
        // No length is believed before the bytes are there.
        let mut long = bytes;
        long[8..12].copy_from_slice(&u32::MAX.to_le_bytes());
        assert_eq!(References::from_bytes(&long).unwrap_err(), ReferencesError::Damaged);
    }
}
