//! Source code of the folders that the trainer was given: a bounded number of files a language, cut to pieces.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use filters::text::hash;

use super::cut::piece;

/// Extensions of each language. Data and markup that programs read count as code; what people read does not.
const LANGUAGES: &[(&str, &[&str])] = &[
    ("Assembly", &["s", "S", "asm"]),
    ("C", &["c", "h"]),
    ("C#", &["cs"]),
    ("C++", &["cc", "cpp", "cxx", "hpp", "hh", "tcc"]),
    ("CSS", &["css", "scss", "less"]),
    ("CMake", &["cmake"]),
    ("Fortran", &["f", "f90"]),
    ("Go", &["go"]),
    ("Haskell", &["hs"]),
    ("JSON", &["json"]),
    ("Java", &["java"]),
    ("JavaScript", &["js", "mjs", "cjs", "jsx"]),
    ("Kotlin", &["kt"]),
    ("Lisp", &["el", "lisp", "scm", "clj"]),
    ("Lua", &["lua"]),
    ("PHP", &["php"]),
    ("Perl", &["pl", "pm", "t"]),
    ("PowerShell", &["ps1"]),
    ("Protocol Buffers", &["proto"]),
    ("Python", &["py", "pyx"]),
    ("R", &["r", "R"]),
    ("Ruby", &["rb"]),
    ("Rust", &["rs"]),
    ("SQL", &["sql"]),
    ("Scala", &["scala"]),
    ("Shell", &["sh", "bash", "zsh", "fish"]),
    ("Swift", &["swift"]),
    ("Tcl", &["tcl", "tm"]),
    ("TypeScript", &["ts", "tsx", "mts", "cts"]),
    ("Vim script", &["vim"]),
    ("XML", &["xml", "xsd", "xsl"]),
    ("YAML", &["yaml", "yml"]),
];
/// Files of one language, at most.
const FILES: usize = 150;
/// Files of one folder and language, at most: no project may teach its own names.
const OF_FOLDER: usize = 4;
/// Bytes of a file: shorter ones say too little, longer ones are tables or bundles.
const BYTES: std::ops::RangeInclusive<usize> = 200..=1 << 20;
/// Bytes a line on average, at most: more is minified.
const LINE: usize = 120;
/// Pieces of one file.
const PIECES: u64 = 3;

/// A piece of a file.
pub(super) struct Piece {
    /// What it is from: pieces of one package stay together.
    pub(super) package: String,
    pub(super) text: String,
}

/// What was taken from the folders.
pub(super) struct Sources {
    pub(super) pieces: Vec<Piece>,
    /// Files by language.
    pub(super) files: BTreeMap<&'static str, usize>,
    /// Of the paths and contents of these files.
    pub(super) hash: u64,
}

/// A file that could be taken.
struct Candidate {
    /// The path below the folder, `/` between its parts.
    name: String,
    path: PathBuf,
}

/// Draws files of each language by the hash of their path below the folder, so that neither the order of folders nor
/// where they stand matters.
pub(super) fn read(folders: &[PathBuf]) -> Result<Sources> {
    let mut candidates: BTreeMap<&'static str, Vec<Candidate>> = BTreeMap::new();
    for folder in folders {
        walk(folder, folder, &mut candidates).with_context(|| format!("list {}", folder.display()))?;
    }
    let mut sources = Sources { pieces: vec![], files: BTreeMap::new(), hash: 0 };
    for (language, mut files) in candidates {
        files.sort_by_cached_key(|file| (hash(file.name.as_bytes()), file.name.clone()));
        files.dedup_by(|a, b| a.name == b.name);
        let mut of_folder: BTreeMap<String, usize> = BTreeMap::new();
        for Candidate { name, path } in files {
            let package = name.split('/').next().unwrap_or_default().to_owned();
            let folder = name.rsplit_once('/').map_or("", |(folder, _)| folder);
            let taken = of_folder.entry(folder.to_owned()).or_default();
            let count = sources.files.get(language).copied().unwrap_or(0);
            if count == FILES {
                break;
            }
            // Files in other encodings, and those that may not be read, are passed over.
            let Ok(text) = std::fs::read_to_string(&path) else { continue };
            if *taken == OF_FOLDER || !is_source(&text) {
                continue;
            }
            *taken += 1;
            sources.files.insert(language, count + 1);
            sources.hash = hash(format!("{:016x}{name}\n{text}", sources.hash).as_bytes());
            let pieces = (0..PIECES).filter_map(|number| piece(&name, number, &text));
            sources.pieces.extend(pieces.map(|text| Piece { package: package.clone(), text: text.to_owned() }));
        }
    }
    if sources.pieces.is_empty() {
        bail!("the folders of --code hold no source files");
    }
    Ok(sources)
}

/// Files below a folder, without links, by language.
fn walk(root: &Path, folder: &Path, found: &mut BTreeMap<&'static str, Vec<Candidate>>) -> Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let (path, kind) = (entry.path(), entry.file_type()?);
        if kind.is_dir() {
            walk(root, &path, found)?;
        } else if kind.is_file()
            && let Some(language) = language(&path)
        {
            let name = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
            found.entry(language).or_default().push(Candidate { name, path });
        }
    }
    Ok(())
}

/// The language of a file by its extension.
fn language(path: &Path) -> Option<&'static str> {
    let extension = path.extension()?.to_str()?;
    LANGUAGES.iter().find(|(_, extensions)| extensions.contains(&extension)).map(|(language, _)| *language)
}

/// Whether a text has the size of a source file that people write.
fn is_source(text: &str) -> bool {
    BYTES.contains(&text.len()) && text.len() / text.lines().count().max(1) <= LINE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_drawn_by_name_and_counted() {
        let code = |word: &str| format!("def {word}(x):\n    return x + 1\n\n").repeat(20);
        let [one, two] = [(); 2].map(|()| tempfile::tempdir().unwrap());
        for folder in [&one, &two] {
            std::fs::create_dir(folder.path().join("pack")).unwrap();
            for number in 0..10 {
                std::fs::write(folder.path().join(format!("pack/{number}.py")), code("f")).unwrap();
            }
            std::fs::write(folder.path().join("a.rs"), code("g")).unwrap();
            std::fs::write(folder.path().join("minified.js"), "x=1;".repeat(2_000)).unwrap();
            std::fs::write(folder.path().join("latin1.c"), [0xe9; 400]).unwrap();
            std::fs::write(folder.path().join("readme.txt"), code("h")).unwrap();
        }
        let read = |folder: &tempfile::TempDir| read(&[folder.path().to_owned()]).unwrap();
        let (a, b) = (read(&one), read(&two));
        assert_eq!(a.files, BTreeMap::from([("Python", OF_FOLDER), ("Rust", 1)]));
        assert_eq!(a.hash, b.hash);
        std::fs::write(two.path().join("a.rs"), code("other")).unwrap();
        assert_ne!(a.hash, read(&two).hash);
        assert!(super::read(&[one.path().join("missing")]).is_err());
        let empty = tempfile::tempdir().unwrap();
        assert!(super::read(&[empty.path().to_owned()]).is_err());
    }
}
