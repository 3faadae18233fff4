//! A file from the web into a folder, once, under its checksum.

use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use sha2::{Digest, Sha256};

use super::hex;

/// Bytes that are read at a time.
const CHUNK: usize = 1 << 16;
/// For each of: a connection, the head of the answer, and the next bytes of it. A whole body may take as long as it needs.
const PATIENCE: Duration = Duration::from_mins(1);
/// An unfinished file that nobody wrote to for so long was left behind; far above `PATIENCE`, as clocks differ.
const ABANDONED: Duration = Duration::from_hours(1);

/// How the names of files end that are not whole.
const UNFINISHED: &str = ".unfinished";

/// Whether a name is an address, of whatever scheme.
pub(super) fn is_address(name: &str) -> bool {
    name.split_once("://").is_some_and(|(scheme, _)| !scheme.is_empty() && !scheme.contains('/'))
}

/// Whether what stands at an address may be fetched. Plain `http` is for servers on this machine alone.
pub(super) fn is_fetched(address: &str) -> bool {
    address.starts_with("https://") || is_local(address)
}

/// Whether an address is one of a server on this machine.
fn is_local(address: &str) -> bool {
    ["http://127.0.0.1", "http://localhost", "http://[::1]"]
        .iter()
        .filter_map(|local| address.strip_prefix(local))
        .map(|rest| rest.split('/').next().unwrap_or(rest))
        .any(|port| port.is_empty() || port.strip_prefix(':').is_some_and(|port| port.parse::<u16>().is_ok()))
}

/// The last part of an address, by which people know the file.
pub(super) fn file_name(address: &str) -> &str {
    let path = address.split(['?', '#']).next().unwrap_or(address);
    path.rsplit('/').next().unwrap_or(path)
}

/// Fetches what stands at an address into the folder, as a file that is named after its SHA-256. It gets that name when
/// it is whole and right; what is neither goes.
///
/// # Errors
/// A message when the server cannot be reached, answers otherwise, or has another file.
pub(super) fn fetch(address: &str, sum: &str, folder: &Path) -> Result<PathBuf, String> {
    let in_folder = |error: std::io::Error| format!("write into {}: {error}", folder.display());
    std::fs::create_dir_all(folder).map_err(in_folder)?;
    let mut body = open(address, PATIENCE)?;
    remove_abandoned(sum, folder);
    let (mut file, unfinished) = create_unfinished(sum, folder).map_err(in_folder)?;
    let whole = folder.join(sum);
    let outcome = copy(&mut body, &mut file)
        .and_then(|found| {
            file.sync_all().map_err(in_folder)?;
            if found == sum { Ok(()) } else { Err(format!("its SHA-256 is {found}, and the recipe names {sum}")) }
        })
        .and_then(|()| std::fs::rename(&unfinished, &whole).map_err(in_folder));
    if outcome.is_err() {
        // The first error is the one to tell.
        let _ = std::fs::remove_file(&unfinished);
    }
    outcome.map(|()| whole)
}

/// A new file of a name that no other process writes to, on this machine or another one that shares the folder.
fn create_unfinished(sum: &str, folder: &Path) -> std::io::Result<(File, PathBuf)> {
    let mut number = 0_u32;
    loop {
        let path = folder.join(format!(".{sum}.{number}{UNFINISHED}"));
        match File::create_new(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => number += 1,
            outcome => return outcome.map(|file| (file, path)),
        }
    }
}

/// Removes what processes that were ended left of this file. What cannot be removed harms nobody.
fn remove_abandoned(sum: &str, folder: &Path) {
    let start = format!(".{sum}.");
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let is_unfinished = name.to_str().is_some_and(|name| name.starts_with(&start) && name.ends_with(UNFINISHED));
        let age = || entry.metadata().and_then(|file| file.modified()).ok()?.elapsed().ok();
        if is_unfinished && age().is_some_and(|age| age > ABANDONED) {
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

/// Copies everything; the SHA-256 of what it was.
fn copy(from: &mut impl Read, to: &mut impl Write) -> Result<String, String> {
    let (mut sum, mut chunk) = (Sha256::new(), vec![0; CHUNK]);
    loop {
        let read = match from.read(&mut chunk) {
            Ok(0) => return Ok(hex(&sum.finalize())),
            Ok(read) => read,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(format!("the server broke off: {error}")),
        };
        sum.update(&chunk[..read]);
        to.write_all(&chunk[..read]).map_err(|error| format!("write: {error}"))?;
    }
}

/// The body of what a server answers, which breaks off when nothing comes for `patience`.
fn open(address: &str, patience: Duration) -> Result<impl Read + use<>, String> {
    let is_local = is_local(address);
    let mut config = ureq::Agent::config_builder()
        .https_only(!is_local) // redirects too
        .timeout_connect(Some(patience))
        .timeout_recv_response(Some(patience))
        .timeout_per_read(Some(patience))
        .user_agent(concat!("trommel/", env!("CARGO_PKG_VERSION")));
    if is_local {
        config = config.proxy(None);
    }
    let answer = config.build().new_agent().get(address).call().map_err(|error| error.to_string())?;
    Ok(answer.into_body().into_reader())
}

#[cfg(test)]
pub(super) mod tests {
    use std::io::{BufRead, BufReader};
    use std::net::{TcpListener, TcpStream};
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    /// A server of this machine that gives the same answer to everyone, and counts.
    pub(crate) fn server(answer: Vec<u8>) -> (String, Arc<AtomicUsize>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&asked);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                count.fetch_add(1, Ordering::SeqCst);
                serve(stream.unwrap(), &answer);
            }
        });
        (address, asked)
    }

    fn serve(mut stream: TcpStream, answer: &[u8]) {
        let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
        while lines.next().is_some_and(|line| line.is_ok_and(|line| !line.is_empty())) {}
        // The client may have gone.
        let _ = stream.write_all(answer);
    }

    /// A good answer with this body.
    pub(crate) fn found(body: &[u8]) -> Vec<u8> {
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
        [head.as_bytes(), body].concat()
    }

    fn sum(bytes: &[u8]) -> String {
        hex(&Sha256::digest(bytes))
    }

    #[test]
    fn a_file_comes_whole_under_its_checksum() {
        let body: Vec<u8> = (0..300_000_u32).flat_map(u32::to_le_bytes).collect();
        let folder = tempfile::tempdir().unwrap();
        let cache = folder.path().join("not/yet/there");
        let (address, _) = server(found(&body));
        let path = fetch(&format!("{address}/a/model.bin?x=1"), &sum(&body), &cache).unwrap();
        assert_eq!(path, cache.join(sum(&body)));
        assert_eq!(std::fs::read(path).unwrap(), body);
    }

    #[test]
    fn what_is_not_right_leaves_nothing_behind() {
        let wanted = sum(b"the model");
        let short = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\nConnection: close\r\n\r\nthe mod".to_vec();
        let gone = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".to_vec();
        for (what, answer, expected) in [
            ("another file", found(b"another model"), sum(b"another model")),
            ("broken off", short, "broke off".to_owned()),
            ("not there", gone, "404".to_owned()),
            ("no HTTP", b"hello\r\n\r\n".to_vec(), String::new()),
        ] {
            let folder = tempfile::tempdir().unwrap();
            let (address, _) = server(answer);
            let told = fetch(&address, &wanted, folder.path()).unwrap_err();
            assert!(told.contains(&expected), "{what}: {told}");
            assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "{what}");
        }
        let folder = tempfile::tempdir().unwrap();
        assert!(fetch("http://example.org/model.bin", &wanted, folder.path()).is_err(), "plain, and not local");
        assert!(fetch("http://localhost.example.org/x", &wanted, folder.path()).is_err(), "nor is this one");
    }

    #[test]
    fn files_of_other_processes_are_left_alone_until_they_are_abandoned() {
        let (body, folder) = (b"the model", tempfile::tempdir().unwrap());
        let (address, _) = server(found(body));
        let name = |number: u32| folder.path().join(format!(".{}.{number}.unfinished", sum(body)));
        // Processes in other containers may have the number of this one.
        let [first, same, old] = [0, std::process::id(), 7].map(name);
        for path in [&first, &same, &old] {
            std::fs::write(path, "the mo").unwrap();
        }
        let two_hours_ago = std::fs::metadata(&old).unwrap().modified().unwrap() - ABANDONED * 2;
        File::options().write(true).open(&old).unwrap().set_modified(two_hours_ago).unwrap();
        let path = fetch(&address, &sum(body), folder.path()).unwrap();
        assert_eq!(std::fs::read(path).unwrap(), body);
        for path in [&first, &same] {
            assert_eq!(std::fs::read(path).unwrap(), b"the mo", "{}", path.display());
        }
        assert!(!old.exists());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 3);
    }

    #[test]
    fn a_server_that_falls_silent_is_given_up() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let held = std::thread::spawn(move || {
            let (stream, _) = listener.accept().unwrap();
            serve(stream.try_clone().unwrap(), b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nthe mod");
            stream
        });
        let mut body = open(&address, Duration::from_millis(300)).unwrap();
        let told = copy(&mut body, &mut Vec::new()).unwrap_err();
        assert!(told.contains("broke off"), "{told}");
        drop(held.join().unwrap());
    }

    #[test]
    fn addresses_and_their_files() {
        for (name, address, file) in [
            ("https://example.org/a/lid.176.ftz", true, "lid.176.ftz"),
            ("http://127.0.0.1:80/x.bin?download=true", true, "x.bin"),
            ("ftp://example.org/x.bin", true, "x.bin"),
            ("models/x.bin", false, "x.bin"),
            ("lid.176", false, "lid.176"),
        ] {
            assert_eq!((is_address(name), file_name(name)), (address, file), "{name}");
        }
        for (address, expected) in [
            ("https://example.org/x", true),
            ("http://localhost:8000/x", true),
            ("http://[::1]/x", true),
            ("http://example.org/x", false),
            ("http://localhost.example.org/x", false),
            ("http://localhost:80@example.org/x", false),
            ("s3://bucket/x", false),
        ] {
            assert_eq!(is_fetched(address), expected, "{address}");
        }
    }
}
