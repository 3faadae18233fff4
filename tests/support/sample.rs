//! Builds the sample crawl from `sample_data/manifest.toml` and the pages that it names.
//!
//! WARC text is written by hand: the `warc` crate keeps header fields in a hash map, so that its output has another
//! order in each run. Nothing depends on clock or chance: dates are the manifest's, record ids count.

#![expect(clippy::case_sensitive_file_extension_comparisons, reason = "the names are the manifest's")]

use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};

use encoding_rs::Encoding;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde::Deserialize;

/// The manifest: files in order, each with its records in order.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Manifest {
    /// In the order of their names.
    file: Vec<File>,
}

/// One file of the crawl. Its name says how it is packed.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    /// Its name in `sample_data/crawl`.
    name: String,
    /// The file ends in the middle of its last record, as a download that stopped.
    #[serde(default)]
    cut_last_record: bool,
    /// What it holds, behind a `warcinfo` record that is the builder's.
    record: Vec<Record>,
}

/// One record: a page of `pages/` or a short body, and how a server sent it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "each is a key of the manifest by itself")]
struct Record {
    /// `response`, `resource`, `conversion` or `line` (of a JSON lines file).
    #[serde(default = "response")]
    kind: String,
    /// The page's file in `pages/`, or else…
    page: Option<String>,
    /// …the body itself.
    body: Option<String>,
    /// `WARC-Target-URI`.
    #[serde(default)]
    url: String,
    /// `WARC-Date`.
    #[serde(default)]
    date: String,
    /// The HTTP status.
    #[serde(default = "ok")]
    status: u16,
    /// `Content-Type` as the server sends it [default: by the page's extension].
    content_type: Option<String>,
    /// What the body is encoded in [default: UTF-8].
    charset: Option<String>,
    /// More lines of the HTTP head.
    #[serde(default)]
    headers: Vec<String>,
    /// The body is sent with `Content-Encoding: gzip`.
    #[serde(default)]
    gzip: bool,
    /// The body is sent in chunks of 1,000 bytes.
    #[serde(default)]
    chunked: bool,
    /// The request precedes its response, as crawlers write it.
    #[serde(default)]
    with_request: bool,
    /// Bits of the packed record are flipped.
    #[serde(default)]
    flip_bits: bool,
}

fn response() -> String {
    "response".into()
}

const fn ok() -> u16 {
    200
}

/// The folder `sample_data`.
pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("sample_data")
}

/// A file of the crawl as it must be.
#[derive(Debug)]
pub(crate) struct Built {
    /// Its name in `sample_data/crawl`.
    pub(crate) name: String,
    /// Its bytes.
    pub(crate) bytes: Vec<u8>,
    /// Records that the manifest damages.
    pub(crate) damaged: usize,
    /// All its records.
    pub(crate) records: usize,
    /// It is packed by gzip.
    pub(crate) is_gzip: bool,
}

/// Builds every file of the crawl.
pub(crate) fn build() -> Vec<Built> {
    let files = manifest().file;
    (1..).zip(&files).map(|(number, file)| build_file(number, file)).collect()
}

/// The pages that the manifest names.
pub(crate) fn pages() -> BTreeSet<String> {
    manifest().file.into_iter().flat_map(|file| file.record).filter_map(|record| record.page).collect()
}

fn manifest() -> Manifest {
    let path = folder().join("manifest.toml");
    let text = std::fs::read_to_string(&path).expect("the manifest is there");
    toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn build_file(number: usize, file: &File) -> Built {
    let mut records = Vec::new();
    if !file.name.ends_with(".jsonl") {
        let about = "software: the tests of trommel\r\nisPartOf: SAMPLE-2024-09\r\nformat: WARC File Format 1.0\r\n";
        let fields = [("WARC-Filename", file.name.as_str())];
        let record = warc(
            "warcinfo",
            &id(number, 0),
            "2024-02-26T06:00:00Z",
            &fields,
            "application/warc-fields",
            about.as_bytes(),
        );
        records.push(pack(&file.name, &record));
    }
    for (ordinal, record) in (1..).zip(&file.record) {
        let place = id(number, ordinal);
        if record.with_request {
            let request = id(number, 5000 + ordinal);
            let fields = [("WARC-Target-URI", record.url.as_str()), ("WARC-Concurrent-To", place.as_str())];
            let block = request_of(&record.url);
            let text =
                warc("request", &request, &record.date, &fields, "application/http; msgtype=request", block.as_bytes());
            records.push(pack(&file.name, &text));
        }
        let mut packed = pack(&file.name, &record_text(&place, record));
        if record.flip_bits {
            let middle = packed.len() / 2;
            packed[middle..middle + 8].iter_mut().for_each(|byte| *byte ^= 0x55);
        }
        records.push(packed);
    }
    if file.cut_last_record
        && let Some(last) = records.last_mut()
    {
        last.truncate(last.len() / 2);
    }
    let damaged = file.record.iter().filter(|record| record.flip_bits).count() + usize::from(file.cut_last_record);
    Built {
        name: file.name.clone(),
        bytes: records.concat(),
        damaged,
        records: records.len(),
        is_gzip: file.name.ends_with(".gz"),
    }
}

/// Ids count files and records.
fn id(file: usize, ordinal: usize) -> String {
    format!("<urn:uuid:00000000-0000-4000-8000-{file:04}{ordinal:08}>")
}

/// One record before packing.
fn record_text(id: &str, record: &Record) -> Vec<u8> {
    let body = body_of(record);
    let content_type = record.content_type.clone().unwrap_or_else(|| {
        let is_text = record.page.as_ref().is_some_and(|page| page.ends_with(".txt"));
        if is_text { "text/plain".into() } else { "text/html".into() }
    });
    let fields = [("WARC-Target-URI", record.url.as_str())];
    match record.kind.as_str() {
        "line" => [&body[..], b"\n"].concat(),
        "response" => {
            let block = http(record, &content_type, body);
            warc("response", id, &record.date, &fields, "application/http; msgtype=response", &block)
        }
        kind @ ("resource" | "conversion") => warc(kind, id, &record.date, &fields, &content_type, &body),
        kind => panic!("the manifest has a record of kind `{kind}`"),
    }
}

fn body_of(record: &Record) -> Vec<u8> {
    let text = match (&record.page, &record.body) {
        (Some(page), None) => {
            let path = folder().join("pages").join(page);
            std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
        }
        (None, Some(body)) => body.clone(),
        _ => panic!("{}: a record has a page or a body", record.url),
    };
    let Some(charset) = &record.charset else { return text.into_bytes() };
    let encoding =
        Encoding::for_label(charset.as_bytes()).unwrap_or_else(|| panic!("no charset is called `{charset}`"));
    let (bytes, _, has_gaps) = encoding.encode(&text);
    assert!(!has_gaps, "{:?} has characters that {charset} has not", record.page);
    bytes.into_owned()
}

/// The HTTP message of a record.
fn http(record: &Record, content_type: &str, body: Vec<u8>) -> Vec<u8> {
    let reason = match record.status {
        200 => "OK",
        301 => "Moved Permanently",
        302 => "Found",
        404 => "Not Found",
        _ => "Other",
    };
    let mut head = vec![format!("HTTP/1.1 {} {reason}", record.status), format!("Content-Type: {content_type}")];
    head.extend(record.headers.iter().cloned());
    let mut body = body;
    if record.gzip {
        head.push("Content-Encoding: gzip".into());
        body = gzip(&body);
    }
    if record.chunked {
        head.push("Transfer-Encoding: chunked".into());
        let chunks =
            body.chunks(1000).map(|chunk| [format!("{:x}\r\n", chunk.len()).as_bytes(), chunk, b"\r\n"].concat());
        body = chunks.chain([b"0\r\n\r\n".to_vec()]).collect::<Vec<_>>().concat();
    } else {
        head.push(format!("Content-Length: {}", body.len()));
    }
    [head.join("\r\n").as_bytes(), b"\r\n\r\n", &body].concat()
}

fn request_of(url: &str) -> String {
    let (host, path) = url.split_once("://").map_or(url, |(_, rest)| rest).split_once('/').unwrap_or((url, ""));
    format!("GET /{path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: sample\r\n\r\n")
}

/// A WARC 1.0 record (ISO 28500, 4 to 6).
fn warc(kind: &str, id: &str, date: &str, fields: &[(&str, &str)], content_type: &str, block: &[u8]) -> Vec<u8> {
    let mut head = vec![
        "WARC/1.0".to_owned(),
        format!("WARC-Type: {kind}"),
        format!("WARC-Record-ID: {id}"),
        format!("WARC-Date: {date}"),
    ];
    head.extend(fields.iter().map(|(name, value)| format!("{name}: {value}")));
    head.push(format!("Content-Type: {content_type}\r\nContent-Length: {}\r\n\r\n", block.len()));
    [head.join("\r\n").as_bytes(), block, b"\r\n\r\n"].concat()
}

/// Packs a record by itself, as the file's name says.
fn pack(file: &str, record: &[u8]) -> Vec<u8> {
    if file.ends_with(".gz") {
        gzip(record)
    } else if file.ends_with(".zst") {
        zstd::bulk::compress(record, 19).expect("memory can be compressed")
    } else {
        record.to_vec()
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::new(9));
    encoder.write_all(bytes).and_then(|()| encoder.finish()).expect("memory can be compressed")
}
