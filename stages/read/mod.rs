//! read: from the bytes of an input file to pages.
//!
//! The scan ([`RecordSource`]) yields records, whole and in order; this stage opens them: HTTP head, codings, charset.
//! What is no page (a redirect, an image) is rejected, what cannot be read fails; both keep their place in the file.

mod charset;
#[cfg(test)]
mod charset_corpus;
mod http;
mod integrity;
mod rows;
mod source;
mod tables;
pub mod warc;

use std::borrow::Cow;
use std::sync::Arc;

use arrow::array::{Array, AsArray, StringArray, StringBuilder};
use serde::{Deserialize, Serialize};

use crate::batch::Batch;
use crate::error::Result;
use crate::fate::Fate;
use crate::schema;
use crate::stage::{DocumentStage, StageCard};

pub use charset::decode;
pub use integrity::{Damage, Integrity};
pub use rows::single_page;
pub use source::RecordSource;

/// `read` in a recipe.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ReadConfig {
    /// Largest record, in bytes, before and after decoding; larger ones fail as `too_large`.
    pub max_record: u64,
}

impl Default for ReadConfig {
    fn default() -> Self {
        Self { max_record: 16 << 20 }
    }
}

/// Opens records.
#[derive(Debug)]
pub struct Read {
    max_record: usize,
}

/// What is said of this stage.
pub static CARD: StageCard = StageCard {
    id: "read",
    summary: "Reads WARC, WET, Parquet and JSON lines; decodes HTTP bodies and charsets.",
    reads: &[],
    adds: &[&schema::ID, &schema::URL, &schema::CAPTURED_AT, &schema::SOURCE, &schema::HTML],
    memory: "a window of at most 40 MiB and one batch of 8 MiB a file; 16 bytes a record of the file",
};

/// What a body is, once it is open.
enum Page<'a> {
    Html(Cow<'a, str>),
    Text(Cow<'a, str>),
    Not(Fate),
}

impl Read {
    /// The stage of these settings.
    #[must_use]
    pub fn new(config: &ReadConfig) -> Self {
        Self { max_record: usize::try_from(config.max_record).unwrap_or(usize::MAX) }
    }

    /// The page in a record's body.
    fn open<'a>(&self, kind: &str, content_type: Option<&str>, body: &'a [u8], url: Option<&str>) -> Page<'a> {
        let host = url.and_then(host_of);
        if kind == "text" {
            return Page::Text(String::from_utf8_lossy(body));
        }
        if kind == "html" {
            return Page::Html(charset::decode(body, content_type, host));
        }
        let (declared, body) = if kind == "response" {
            match http::parse(body, self.max_record) {
                Ok(response) if !(200..300).contains(&response.status) => {
                    let bound = if response.status < 200 { 200.0 } else { 299.0 };
                    return Page::Not(Fate::broke(CARD.id, "read.status", response.status.into(), bound));
                }
                Ok(response) => (response.content_type, response.body),
                // Some crawlers store look-ups of names and other talk as responses.
                Err(http::HttpError::NoHead) if content_type.is_some_and(|name| !is_http(name)) => {
                    return Page::Not(Fate::rejected(CARD.id, "read.media_type", content_type.unwrap_or_default()));
                }
                Err(error) => {
                    let (kind, message) = error.describe();
                    return Page::Not(Fate::failed(CARD.id, kind, message));
                }
            }
        } else {
            (content_type.map(str::to_owned), Cow::Borrowed(body))
        };
        let declared = declared.as_deref();
        match media_type(declared, &body) {
            Media::Html => Page::Html(decoded(body, declared, host)),
            Media::Text => Page::Text(decoded(body, declared, host)),
            Media::Empty => Page::Not(Fate::broke(CARD.id, "read.bytes", 0.0, 1.0)),
            Media::Other(name) => Page::Not(Fate::rejected(CARD.id, "read.media_type", name)),
        }
    }
}

/// Whether a record says that its block is an HTTP message.
fn is_http(content_type: &str) -> bool {
    content_type.trim_start().to_ascii_lowercase().starts_with("application/http")
}

/// The host of a URL, roughly: for a hint.
fn host_of(url: &str) -> Option<&str> {
    url.split("://").nth(1)?.split(['/', '?', '#', ':']).next()
}

fn decoded<'a>(body: Cow<'a, [u8]>, content_type: Option<&str>, host: Option<&str>) -> Cow<'a, str> {
    match body {
        Cow::Borrowed(body) => charset::decode(body, content_type, host),
        Cow::Owned(body) => Cow::Owned(charset::decode(&body, content_type, host).into_owned()),
    }
}

enum Media {
    Html,
    Text,
    Empty,
    Other(String),
}

/// What a body is: what it declares to be, unless its first bytes say otherwise.
fn media_type(declared: Option<&str>, body: &[u8]) -> Media {
    let start = body.trim_ascii_start();
    let start = &start[..start.len().min(512)];
    if start.is_empty() {
        return Media::Empty;
    }
    let name = declared.unwrap_or_default().split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let sniffed = BINARY.iter().find(|(magic, _)| start.starts_with(magic)).map(|(_, name)| *name);
    if let Some(sniffed) = sniffed {
        let declared = if name.is_empty() || name == sniffed { String::new() } else { format!(", declared as {name}") };
        return Media::Other(format!("{sniffed}{declared}"));
    }
    match name.as_str() {
        "text/html" | "application/xhtml+xml" | "application/vnd.wap.xhtml+xml" => Media::Html,
        "text/plain" if looks_like_html(start) => Media::Html,
        "text/plain" => Media::Text,
        "" | "application/octet-stream" | "unknown/unknown" | "text/xml" | "application/xml"
            if looks_like_html(start) =>
        {
            Media::Html
        }
        "" => Media::Other("undeclared".into()),
        _ => Media::Other(name),
    }
}

/// First bytes of formats that are never pages, whatever they are declared to be.
const BINARY: [(&[u8], &str); 6] = [
    (b"%PDF", "application/pdf"),
    (b"\x89PNG", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"PK\x03\x04", "application/zip"),
    (b"\x1f\x8b", "application/gzip"),
];

fn looks_like_html(start: &[u8]) -> bool {
    let lower = start.to_ascii_lowercase();
    lower.starts_with(b"<!doctype html")
        || lower.starts_with(b"<html")
        || (lower.starts_with(b"<") && memchr::memmem::find(&lower, b"<html").is_some())
}

impl DocumentStage for Read {
    fn card(&self) -> &'static StageCard {
        &CARD
    }

    fn apply(&self, batch: &mut Batch) -> Result<()> {
        let (kinds, types) = (batch.strings(&schema::RECORD_KIND)?, batch.strings(&schema::CONTENT_TYPE)?);
        let (errors, messages) = (batch.strings(&schema::ERROR_KIND)?, batch.strings(&schema::ERROR_MESSAGE)?);
        let urls = batch.strings(&schema::URL)?;
        let bodies = batch.column(&schema::BODY)?.as_binary::<i32>();
        let (mut pages, mut texts, mut fates) = (StringBuilder::new(), StringBuilder::new(), Vec::new());
        for row in 0..batch.len() {
            let value = |column: &'_ StringArray| column.is_valid(row).then(|| column.value(row).to_owned());
            if let Some(kind) = value(errors) {
                fates.push((row, Fate::failed(CARD.id, kind, value(messages).unwrap_or_default())));
                pages.append_null();
                texts.append_null();
                continue;
            }
            let url = value(urls);
            match self.open(kinds.value(row), value(types).as_deref(), bodies.value(row), url.as_deref()) {
                Page::Html(html) => {
                    pages.append_value(html);
                    texts.append_null();
                }
                Page::Text(text) => {
                    pages.append_null();
                    texts.append_value(text);
                }
                Page::Not(fate) => {
                    pages.append_null();
                    texts.append_null();
                    fates.push((row, fate));
                }
            }
        }
        batch.set(&schema::HTML, Arc::new(pages.finish()))?;
        batch.set(&schema::TEXT, Arc::new(texts.finish()))?;
        for column in [&schema::BODY, &schema::ACCOUNT, &schema::RECORD_KIND, &schema::CONTENT_TYPE] {
            batch.drop_column(column);
        }
        for (row, fate) in fates {
            batch.end(row, fate);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opened(kind: &str, content_type: Option<&str>, body: &[u8]) -> String {
        let read = Read::new(&ReadConfig::default());
        match read.open(kind, content_type, body, Some("http://a.example/")) {
            Page::Html(html) => format!("html {html}"),
            Page::Text(text) => format!("text {text}"),
            Page::Not(fate) => fate.to_string(),
        }
    }

    #[test]
    fn records_open_to_pages_or_fates() {
        for (what, kind, content_type, body, expected) in [
            ("a page", "response", None, "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>x", "html <p>x"),
            ("xhtml", "resource", Some("application/xhtml+xml"), "<html>x", "html <html>x"),
            ("plain text", "response", None, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nx", "text x"),
            ("a redirect", "response", None, "HTTP/1.1 301 Moved\r\n\r\n", "rejected  read read.status  301 > 299"),
            (
                "a look-up of a name",
                "response",
                Some("text/dns"),
                "20240301\na.example 60 IN A",
                "rejected  read read.media_type  text/dns",
            ),
            ("not HTTP", "response", None, "junk", "failed  read no_http_head  the record holds no HTTP response"),
            (
                "no body",
                "response",
                None,
                "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n \n",
                "rejected  read read.bytes  0 < 1",
            ),
            ("an image", "resource", Some("image/png"), "\u{89}PNG", "rejected  read read.media_type  image/png"),
            (
                "a PDF that says it is a page",
                "resource",
                Some("text/html"),
                "%PDF-1.4",
                "rejected  read read.media_type  application/pdf, declared as text/html",
            ),
            ("undeclared, a page by its looks", "resource", None, "<!DOCTYPE html><p>x", "html <!DOCTYPE html><p>x"),
            ("undeclared", "resource", None, "x", "rejected  read read.media_type  undeclared"),
            (
                "a blank head",
                "resource",
                Some("text/html"),
                &format!("{}<p>x", " \n".repeat(600)),
                &format!("html {}<p>x", " \n".repeat(600)),
            ),
            ("WET", "text", None, "x", "text x"),
        ] {
            assert_eq!(opened(kind, content_type, body.as_bytes()), expected, "{what}");
        }
    }
}
