//! A file from the web into a folder, once, under its checksum.

use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use sha2::{Digest, Sha256};

use super::hex;

/// Bytes that are read at a time.
const CHUNK: usize = 1 << 16;
/// For each of: a connection, and the head of the answer. A body may take as long as it needs.
const PATIENCE: Duration = Duration::from_mins(1);

/// Whether a name is an address. Plain `http` is for servers on this machine alone.
pub(super) fn is_address(name: &str) -> bool {
    name.starts_with("https://") || name.starts_with("http://")
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
    let mut body = open(address)?;
    let unfinished = folder.join(format!(".{sum}.{}.unfinished", std::process::id()));
    let whole = folder.join(sum);
    let outcome = File::create(&unfinished)
        .map_err(in_folder)
        .and_then(|mut file| {
            let found = copy(&mut body, &mut file)?;
            file.sync_all().map_err(in_folder)?;
            if found == sum { Ok(()) } else { Err(format!("its SHA-256 is {found}, and the recipe names {sum}")) }
        })
        .and_then(|()| std::fs::rename(&unfinished, &whole).map_err(in_folder));
    if outcome.is_err() {
        // It may never have been there, and the first error is the one to tell.
        let _ = std::fs::remove_file(&unfinished);
    }
    outcome.map(|()| whole)
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

/// The body of what a server answers.
fn open(address: &str) -> Result<impl Read + use<>, String> {
    let is_local = ["http://127.0.0.1", "http://localhost", "http://[::1]"]
        .iter()
        .filter_map(|local| address.strip_prefix(local))
        .any(|rest| rest.starts_with([':', '/']));
    let mut config = ureq::Agent::config_builder()
        .https_only(!is_local) // redirects too
        .timeout_connect(Some(PATIENCE))
        .timeout_recv_response(Some(PATIENCE))
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
    fn addresses_and_their_files() {
        for (name, address, file) in [
            ("https://example.org/a/lid.176.ftz", true, "lid.176.ftz"),
            ("http://127.0.0.1:80/x.bin?download=true", true, "x.bin"),
            ("models/x.bin", false, "x.bin"),
            ("lid.176", false, "lid.176"),
        ] {
            assert_eq!((is_address(name), file_name(name)), (address, file), "{name}");
        }
    }
}
