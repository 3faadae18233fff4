//! Models and lists by name: found where the task runs, loaded once, known by their checksum.
//!
//! A name is one of
//! - `embedded:language`: a small model of our own, part of the program;
//! - `https://…#sha256=…`: what stands there, of which the checksum must be given. It is looked for in the model folder
//!   under its checksum, then under the last part of the address; what is not there is fetched once, into the last of the
//!   folders;
//! - a path, when it holds a `/`;
//! - anything else, such as `lid.176`: the file of that name (with `.ftz`, `.bin` or no extension) in the model folders,
//!   that is `--models`, `TROMMEL_MODELS` and `trommel/models` in the user's cache, in this order.
//!
//! Any name may end in `#sha256=…`; a file with another checksum is refused, and one that was fetched is known by it. A
//! recipe never runs with another model than it names: what cannot be found is an error that says where to put it.

mod fetch;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use filters::fasttext::Model;
use sha2::{Digest, Sha256};

use self::fetch::{fetch, file_name, is_address, is_fetched};
use crate::encoder::{self, Encoder};
use crate::error::{Result, StageError};

/// Where models are found, and those that are loaded.
#[derive(Debug, Default)]
pub struct ModelStore {
    folders: Vec<PathBuf>,
    loaded: Mutex<BTreeMap<String, Arc<Model>>>,
    encoders: Mutex<BTreeMap<(PathBuf, usize), Arc<Encoder>>>,
    /// Held while fetching, so that nothing is fetched twice.
    fetching: Mutex<()>,
    /// Hears what is about to be fetched.
    tell: Option<fn(&str)>,
}

impl ModelStore {
    /// A store that looks in these folders, in order.
    #[must_use]
    pub fn new(folders: Vec<PathBuf>) -> Self {
        Self { folders, ..Self::default() }
    }

    /// The same, and `tell` hears what is about to be fetched: it can take minutes.
    #[must_use]
    pub fn telling(self, tell: fn(&str)) -> Self {
        Self { tell: Some(tell), ..self }
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

    /// The encoder in a folder of that name or path, which sees so many tokens of a text.
    ///
    /// # Errors
    /// [`StageError::Model`] when there is none, or this build has no encoders.
    pub(crate) fn encoder(&self, name: &str, max_tokens: usize) -> Result<Arc<Encoder>> {
        let folder = self.folder(name).ok_or_else(|| problem(name, "no such folder"))?;
        let mut loaded = self.encoders.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(encoder) = loaded.get(&(folder.clone(), max_tokens)) {
            return Ok(Arc::clone(encoder));
        }
        let encoder = Encoder::load(&folder, max_tokens).map_err(|message| problem(name, message))?;
        let encoder = Arc::new(encoder);
        loaded.insert((folder, max_tokens), Arc::clone(&encoder));
        Ok(encoder)
    }

    /// The SHA-256 of that model's or list's bytes, hexadecimal; of an encoder, of its files one after the other.
    ///
    /// # Errors
    /// As [`ModelStore::fasttext`], but for the contents.
    pub fn checksum(&self, name: &str) -> Result<String> {
        if let Some(folder) = self.folder(name) {
            let mut sum = Sha256::new();
            for file in encoder::FILES {
                sum.update(read(&folder.join(file))?);
            }
            return Ok(hex(&sum.finalize()));
        }
        Ok(checksum_of(&self.bytes(name)?))
    }

    /// The bytes of a model or list, fetched where its name is an address and it is not there yet.
    ///
    /// # Errors
    /// As [`ModelStore::checksum`].
    pub fn bytes(&self, name: &str) -> Result<Vec<u8>> {
        let (plain, expected) = name.split_once("#sha256=").map_or((name, None), |(plain, sum)| (plain, Some(sum)));
        let expected = expected.map(str::to_ascii_lowercase);
        if let Some(sum) = expected.as_deref().filter(|sum| !is_checksum(sum)) {
            return Err(problem(plain, format!("`{sum}` is no SHA-256: that is 64 hexadecimal digits")));
        }
        if let Some(embedded) = plain.strip_prefix("embedded:") {
            let model = filters::models::find(embedded);
            let bytes = model.ok_or_else(|| problem(name, format!("there are {}", embedded_names())))?.bytes;
            return checked(plain, bytes.to_vec(), expected.as_deref());
        }
        if is_address(plain) && !is_fetched(plain) {
            return Err(problem(plain, "models are fetched from https:// addresses alone (http:// on this machine)"));
        }
        if is_address(plain) {
            let hint =
                format!("write its SHA-256 behind the address, `{plain}#sha256=…`: what the web gives may change");
            return self.web_file(plain, &expected.ok_or_else(|| problem(plain, hint))?);
        }
        if let Some(path) = self.find(plain) {
            return checked(plain, read(&path)?, expected.as_deref());
        }
        let fetched = expected.as_deref().map(|sum| self.under_checksum(sum)).transpose()?.flatten();
        fetched.ok_or_else(|| self.missing(plain))
    }

    /// What stands at an address, from a folder or from there.
    fn web_file(&self, address: &str, sum: &str) -> Result<Vec<u8>> {
        let _one = self.fetching.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bytes) = self.under_checksum(sum)? {
            return Ok(bytes);
        }
        let file = file_name(address);
        let named =
            self.folders.iter().map(|folder| folder.join(file)).filter(|path| !file.is_empty() && path.is_file());
        for path in named {
            let bytes = read(&path)?;
            if checksum_of(&bytes) == sum {
                return Ok(bytes);
            }
        }
        let folder = self.folders.last().ok_or_else(|| problem(address, "no model folder is set to fetch it into"))?;
        if let Some(tell) = self.tell {
            tell(&format!("fetching {address} into {}", folder.display()));
        }
        let path = fetch(address, sum, folder).map_err(|error| {
            let folder = folder.display();
            problem(
                address,
                format!(
                    "it could not be fetched: {error}\nwithout a network: get it elsewhere, and put it into {folder} as \
                     `{file}` or as `{sum}`; or name the folder where it is with --models"
                ),
            )
        })?;
        checked(address, read(&path)?, Some(sum))
    }

    /// The file that is named after its checksum and has it, as what was fetched is.
    fn under_checksum(&self, sum: &str) -> Result<Option<Vec<u8>>> {
        for path in self.folders.iter().map(|folder| folder.join(sum)).filter(|path| path.is_file()) {
            let bytes = read(&path)?;
            if checksum_of(&bytes) == sum {
                return Ok(Some(bytes));
            }
        }
        Ok(None)
    }

    /// The folder of a model of several files.
    fn folder(&self, name: &str) -> Option<PathBuf> {
        if name.contains('/') {
            return Some(PathBuf::from(name)).filter(|path| path.is_dir());
        }
        self.folders.iter().map(|folder| folder.join(name)).find(|path| !name.is_empty() && path.is_dir())
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

/// The bytes, if they are those of the checksum.
fn checked(name: &str, bytes: Vec<u8>, expected: Option<&str>) -> Result<Vec<u8>> {
    match expected.map(|expected| (expected, checksum_of(&bytes))) {
        Some((expected, found)) if found != expected => {
            Err(problem(name, format!("its SHA-256 is {found}, and the recipe names {expected}")))
        }
        _ => Ok(bytes),
    }
}

fn read(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).map_err(StageError::io("read", path))
}

fn is_checksum(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn checksum_of(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
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
    use std::sync::atomic::Ordering;

    use super::fetch::tests::{found, server};
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
        let other = format!("mine#sha256={}", "0".repeat(64));
        assert!(store.bytes(&other).unwrap_err().to_string().contains(&sum));
        assert!(store.bytes("mine#sha256=00").unwrap_err().to_string().contains("64 hexadecimal digits"));
        assert!(matches!(store.fasttext("mine"), Err(StageError::Model { .. })));
    }

    #[test]
    fn what_stands_at_an_address_is_fetched_once() {
        let (address, asked) = server(found(b"a model"));
        let sum = checksum_of(b"a model");
        let name = format!("{address}/some/model.bin#sha256={}", sum.to_ascii_uppercase());
        let [mine, cache] = [(); 2].map(|()| tempfile::tempdir().unwrap());
        let store = ModelStore::new(vec![mine.path().to_owned(), cache.path().to_owned()]);
        assert_eq!(store.bytes(&name).unwrap(), b"a model");
        assert_eq!(store.checksum(&name).unwrap(), sum);
        assert_eq!(asked.load(Ordering::SeqCst), 1, "the second time it is there");
        assert!(cache.path().join(&sum).is_file() && !mine.path().join(&sum).exists(), "the last folder is the cache");
        assert_eq!(store.bytes(&format!("known#sha256={sum}")).unwrap(), b"a model", "by name and checksum");
        // A damaged copy is none.
        std::fs::write(cache.path().join(&sum), "a m").unwrap();
        assert_eq!(store.bytes(&name).unwrap(), b"a model");
        assert_eq!(asked.load(Ordering::SeqCst), 2);
    }

    #[test]
    fn a_file_that_was_put_there_is_as_good_as_the_web() {
        let folder = tempfile::tempdir().unwrap();
        let store = ModelStore::new(vec![folder.path().to_owned()]);
        let (address, asked) = server(found(b"something else"));
        let name = format!("{address}/model.bin#sha256={}", checksum_of(b"a model"));
        let told = store.bytes(&name).unwrap_err().to_string();
        for expected in [&checksum_of(b"a model"), &checksum_of(b"something else"), "`model.bin`", "--models"] {
            assert!(told.contains(expected), "{expected} in {told}");
        }
        std::fs::write(folder.path().join("model.bin"), "a model").unwrap();
        assert_eq!(store.bytes(&name).unwrap(), b"a model");
        assert_eq!(asked.load(Ordering::SeqCst), 1);
        let told = store.bytes("https://example.org/model.bin").unwrap_err().to_string();
        assert!(told.contains("#sha256="), "nothing is fetched unchecked: {told}");
        for address in ["ftp://example.org/model.bin", "http://example.org/model.bin#sha256=00"] {
            let told = store.bytes(&address.replace("00", &"0".repeat(64))).unwrap_err().to_string();
            assert!(told.contains("https:// addresses alone"), "{told}");
        }
    }
}
