//! Looking up documents by id or URL.

use std::path::Path;

use arrow::array::{Array, AsArray, RecordBatch};

use super::{hex, read};
use crate::error::Result;
use crate::schema;
use crate::task::Layout;

/// What is looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// Ids that begin with these hexadecimal digits.
    Id(String),
    /// Records of this URL, as captured.
    Url(String),
}

impl Wanted {
    /// What a person wrote: an id or its beginning, or a URL.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let digits = text.trim().trim_end_matches('…').to_ascii_lowercase();
        if !digits.is_empty() && digits.len() <= 32 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            Self::Id(digits)
        } else {
            Self::Url(text.trim().to_owned())
        }
    }
}

/// The rows of a run's folder (`ledger`, `documents`, `rejected`, `failed`) that are wanted, at most `most`: whole
/// rows, one a table.
///
/// # Errors
/// [`crate::StageError`] when a file is damaged.
pub fn find(layout: &Layout, folder: &str, wanted: &Wanted, most: usize) -> Result<Vec<RecordBatch>> {
    let mut found = Vec::new();
    for path in layout.files(folder)? {
        for row in rows(&path, wanted)? {
            if found.len() == most {
                return Ok(found);
            }
            found.extend(row_of(&path, row)?);
        }
    }
    Ok(found)
}

/// Numbers of the wanted rows of a file; reads ids and URLs only.
fn rows(path: &Path, wanted: &Wanted) -> Result<Vec<usize>> {
    let (mut found, mut first) = (Vec::new(), 0);
    let column = match wanted {
        Wanted::Id(_) => schema::ID.name,
        Wanted::Url(_) => schema::URL.name,
    };
    for batch in read(path, &[column])? {
        let batch = batch?;
        let values = batch.column(0);
        let is_wanted = |row: &usize| {
            values.is_valid(*row)
                && match wanted {
                    Wanted::Id(digits) => hex(values.as_fixed_size_binary().value(*row)).starts_with(digits),
                    Wanted::Url(url) => values.as_string::<i32>().value(*row) == url,
                }
        };
        found.extend((0..batch.num_rows()).filter(is_wanted).map(|row| first + row));
        first += batch.num_rows();
    }
    Ok(found)
}

fn row_of(path: &Path, row: usize) -> Result<Option<RecordBatch>> {
    let mut first = 0;
    for batch in read(path, &[])? {
        let batch = batch?;
        if row < first + batch.num_rows() {
            return Ok(Some(batch.slice(row - first, 1)));
        }
        first += batch.num_rows();
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_and_urls_are_told_apart() {
        for (text, expected) in [
            ("3F2a", Wanted::Id("3f2a".into())),
            ("3f2a…", Wanted::Id("3f2a".into())),
            ("https://a.example/", Wanted::Url("https://a.example/".into())),
            ("cafe.example", Wanted::Url("cafe.example".into())),
        ] {
            assert_eq!(Wanted::parse(text), expected, "{text}");
        }
    }
}
