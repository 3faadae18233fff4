//! Models and lists by name: found where the task runs, loaded once, known by their checksum.
//!
//! A name is one of
//! - `embedded:language`: a small model of our own, part of the program;
//! - a path, when it holds a `/`;
//! - anything else, such as `lid.176`: the file of that name (with `.ftz`, `.bin` or no extension) in the model folder,
//!   that is `--models`, `TROMMEL_MODELS`, or `trommel/models` in the user's cache.
//!
//! A name may end in `#sha256=…`; a file with another checksum is refused. A recipe never runs with another model than
//! it names: what cannot be found is an error that says where to put it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use filters::fasttext::Model;
use sha2::{Digest, Sha256};

use crate::error::{Result, StageError};

/// Where models are found, and those that are loaded.
#[derive(Debug, Default)]
pub struct ModelStore {
    folders: Vec<PathBuf>,
    loaded: Mutex<BTreeMap<String, Arc<Model>>>,
}

impl ModelStore {
    /// A store that looks in these folders, in order.
    #[must_use]
    pub fn new(folders: Vec<PathBuf>) -> Self {
        Self { folders, loaded: Mutex::default() }
    }

    /// The fastText model of that name.
    ///
    /// # Errors
    /// [`StageError::Model`] when it cannot be found, is not the named one, or is not a model.
    pub fn fasttext(&self, name: &str) -> Result<Arc<Model>> {
        let mut loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(model) = loaded.get(name) {
            return Ok(Arc::clone(model));
        }
        let bytes = self.bytes(name)?;
        let model = Model::load(&bytes).map_err(|error| problem(name, error.to_string()))?;
        let model = Arc::new(model);
        loaded.insert(name.to_owned(), Arc::clone(&model));
        Ok(model)
    }

    /// The SHA-256 of that model's or list's bytes, hexadecimal.
    ///
    /// # Errors
    /// As [`ModelStore::fasttext`], but for the contents.
    pub fn checksum(&self, name: &str) -> Result<String> {
        Ok(hex(&Sha256::digest(self.bytes(name)?)))
    }

    /// The bytes of a model or list.
    ///
    /// # Errors
    /// As [`ModelStore::checksum`].
    pub fn bytes(&self, name: &str) -> Result<Vec<u8>> {
        let (plain, expected) = name.split_once("#sha256=").map_or((name, None), |(plain, sum)| (plain, Some(sum)));
        let bytes = if let Some(embedded) = plain.strip_prefix("embedded:") {
            let model = filters::models::find(embedded);
            model.ok_or_else(|| problem(name, format!("there are {}", embedded_names())))?.bytes.to_vec()
        } else {
            let path = self.find(plain).ok_or_else(|| self.missing(plain))?;
            std::fs::read(&path).map_err(StageError::io("read", &path))?
        };
        if let Some(expected) = expected {
            let found = hex(&Sha256::digest(&bytes));
            if !found.eq_ignore_ascii_case(expected) {
                return Err(problem(plain, format!("its SHA-256 is {found}, and the recipe names {expected}")));
            }
        }
        Ok(bytes)
    }

    fn find(&self, name: &str) -> Option<PathBuf> {
        if name.contains('/') {
            return Some(PathBuf::from(name)).filter(|path| path.is_file());
        }
        let names = ["", ".ftz", ".bin"].map(|extension| format!("{name}{extension}"));
        let mut places = self.folders.iter().flat_map(|folder| names.iter().map(|name| folder.join(name)));
        places.find(|path| path.is_file())
    }

    fn missing(&self, name: &str) -> StageError {
        if name.contains('/') {
            return problem(name, "no such file");
        }
        let folders = self.folders.iter().map(|folder| folder.display().to_string()).collect::<Vec<_>>();
        let hint = match name {
            "lid.176" => {
                "; fastText publishes it at https://dl.fbaipublicfiles.com/fasttext/supervised-models/lid.176.ftz"
            }
            _ => "",
        };
        let looked = if folders.is_empty() { "no model folder is set".into() } else { folders.join(", ") };
        problem(
            name,
            format!(
                "not found (looked in: {looked}){hint}\nput `{name}.ftz` or `{name}.bin` there, or name its folder with --models"
            ),
        )
    }
}

fn problem(name: &str, message: impl Into<String>) -> StageError {
    StageError::Model { name: name.to_owned(), message: message.into() }
}

fn embedded_names() -> String {
    filters::models::EMBEDDED.iter().map(|model| format!("embedded:{}", model.name)).collect::<Vec<_>>().join(", ")
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The model folder of this user's cache.
#[must_use]
pub fn cache_folder() -> Option<PathBuf> {
    let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let cache = cache.or_else(|| std::env::var_os("HOME").map(|home| Path::new(&home).join(".cache")));
    cache.map(|cache| cache.join("trommel").join("models"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_found_says_where_to_put_it() {
        let folder = tempfile::tempdir().unwrap();
        let store = ModelStore::new(vec![folder.path().to_owned()]);
        let message = store.fasttext("lid.176").unwrap_err().to_string();
        assert!(message.contains(folder.path().to_str().unwrap()) && message.contains("--models"), "{message}");
        assert!(store.fasttext("embedded:nothing").unwrap_err().to_string().contains("embedded:language"));
        assert!(store.fasttext("./nothing.bin").unwrap_err().to_string().contains("no such file"));
    }

    #[test]
    fn another_file_of_the_same_name_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("mine.bin"), "not a model").unwrap();
        let store = ModelStore::new(vec![folder.path().to_owned()]);
        let sum = store.checksum("mine").unwrap();
        assert!(store.bytes(&format!("mine#sha256={sum}")).is_ok());
        assert!(store.bytes("mine#sha256=00").unwrap_err().to_string().contains(&sum));
        assert!(matches!(store.fasttext("mine"), Err(StageError::Model { .. })));
    }
}
