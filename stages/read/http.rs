//! The HTTP response within a record: head, transfer coding, content codings.
//!
//! Crawlers store bodies as they came, or decoded with the head left as it was: a coding that is declared and not
//! there is not an error.

use std::borrow::Cow;
use std::io::Read;

use super::warc::fields_of;

/// A parsed response.
#[derive(Debug)]
pub(crate) struct Response<'a> {
    /// The status code.
    pub(crate) status: u16,
    /// `Content-Type`, with parameters.
    pub(crate) content_type: Option<String>,
    /// The body, decoded.
    pub(crate) body: Cow<'a, [u8]>,
}

/// Why a block is no response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HttpError {
    /// No status line.
    NoHead,
    /// A coded body that does not decode.
    BadEncoding,
    /// A body that decodes to more than the limit.
    TooLarge,
    /// A coding that is not read.
    UnknownEncoding,
}

impl HttpError {
    /// The kind of failure, and the same in words.
    pub(crate) const fn describe(self) -> (&'static str, &'static str) {
        match self {
            Self::NoHead => ("no_http_head", "the record holds no HTTP response"),
            Self::BadEncoding => ("bad_encoding", "the body does not decode as its head declares"),
            Self::TooLarge => ("too_large", "the body decodes to more than max_record"),
            Self::UnknownEncoding => ("unknown_encoding", "the body is in a content coding that is not read"),
        }
    }
}

/// Most header bytes that are looked at.
const MOST_HEAD: usize = 1 << 18;

/// Parses a record's block. `most` bounds the decoded body.
pub(crate) fn parse(block: &[u8], most: usize) -> Result<Response<'_>, HttpError> {
    if !block.starts_with(b"HTTP/") {
        return Err(HttpError::NoHead);
    }
    let (head, body) = split_head(block);
    let line_end = memchr::memchr(b'\n', head).unwrap_or(head.len());
    let status = status_of(&head[..line_end]).ok_or(HttpError::NoHead)?;
    let (mut content_type, mut codings, mut chunked) = (None, Vec::new(), false);
    for (name, value) in fields_of(&head[line_end..]) {
        match name.trim().to_ascii_lowercase().as_str() {
            "content-type" if content_type.is_none() => content_type = Some(value.trim().to_owned()),
            "content-encoding" => codings.extend(value.split(',').map(|coding| coding.trim().to_ascii_lowercase())),
            "transfer-encoding" => chunked |= value.to_ascii_lowercase().contains("chunked"),
            _ => {}
        }
    }
    let mut body = Cow::Borrowed(body);
    if chunked && let Some(joined) = join_chunks(&body) {
        body = Cow::Owned(joined);
    }
    // Codings are named in the order in which they were applied.
    for coding in codings.iter().rev() {
        if let Some(decoded) = decode(coding, &body, most)? {
            body = Cow::Owned(decoded);
        }
    }
    if body.len() > most {
        return Err(HttpError::TooLarge);
    }
    Ok(Response { status, content_type, body })
}

fn split_head(block: &[u8]) -> (&[u8], &[u8]) {
    for newline in memchr::memchr_iter(b'\n', &block[..block.len().min(MOST_HEAD)]) {
        match &block[newline + 1..] {
            [b'\r', b'\n', body @ ..] | [b'\n', body @ ..] => return (&block[..=newline], body),
            _ => {}
        }
    }
    (block, &[])
}

fn status_of(line: &[u8]) -> Option<u16> {
    let mut words = line.split(|byte| *byte == b' ').filter(|word| !word.is_empty());
    words.next();
    let digits = words.next()?.trim_ascii();
    std::str::from_utf8(digits.get(..3)?).ok()?.parse().ok()
}

/// The body of a chunked message; `None` where the bytes are not chunks, although declared.
fn join_chunks(body: &[u8]) -> Option<Vec<u8>> {
    let mut joined = Vec::with_capacity(body.len());
    let mut rest = body;
    let mut first = true;
    loop {
        let Some(newline) = memchr::memchr(b'\n', &rest[..rest.len().min(1024)]) else {
            // Cut off within the chunks: what there is counts.
            return (!first).then_some(joined);
        };
        let line = rest[..newline].trim_ascii();
        let digits = line.split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii();
        let size = std::str::from_utf8(digits).ok().and_then(|digits| usize::from_str_radix(digits, 16).ok());
        let Some(size) = size else { return (!first).then_some(joined) };
        first = false;
        rest = &rest[newline + 1..];
        if size == 0 {
            return Some(joined); // trailers may follow
        }
        let chunk = &rest[..size.min(rest.len())];
        joined.extend_from_slice(chunk);
        rest = &rest[chunk.len()..];
        rest = rest.strip_prefix(b"\r\n").or_else(|| rest.strip_prefix(b"\n")).unwrap_or(rest);
        if rest.is_empty() {
            return Some(joined);
        }
    }
}

/// Undoes one content coding; `Ok(None)` where the bytes are plainly not so coded.
fn decode(coding: &str, body: &[u8], most: usize) -> Result<Option<Vec<u8>>, HttpError> {
    match coding {
        "gzip" | "x-gzip" if body.starts_with(&[0x1f, 0x8b]) => {
            read(flate2::bufread::MultiGzDecoder::new(body), most).map(Some)
        }
        // Stored decoded, with the head left as it was.
        "deflate" | "br" if looks_like_text(body) => Ok(None),
        "deflate" => {
            // Meant as zlib, often sent raw; neither has a mark to tell it from text.
            let zlib = read(flate2::bufread::ZlibDecoder::new(body), most);
            match zlib.or_else(|_| read(flate2::bufread::DeflateDecoder::new(body), most)) {
                Ok(decoded) => Ok(Some(decoded)),
                Err(HttpError::TooLarge) => Err(HttpError::TooLarge),
                Err(_) => Ok(None),
            }
        }
        "br" => match read(brotli_decompressor::Decompressor::new(body, 1 << 16), most) {
            Ok(decoded) => Ok(Some(decoded)),
            Err(error) => Err(error),
        },
        "zstd" if body.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) => {
            let decoder = zstd::stream::read::Decoder::with_buffer(body).map_err(|_| HttpError::BadEncoding)?;
            read(decoder, most).map(Some)
        }
        "" | "identity" | "none" | "utf-8" | "gzip" | "x-gzip" | "zstd" => Ok(None),
        _ if looks_like_text(body) => Ok(None),
        _ => Err(HttpError::UnknownEncoding),
    }
}

fn read(decoder: impl Read, most: usize) -> Result<Vec<u8>, HttpError> {
    let mut decoded = Vec::new();
    let result = decoder.take(most as u64 + 1).read_to_end(&mut decoded);
    if decoded.len() > most {
        return Err(HttpError::TooLarge);
    }
    match result {
        Ok(_) => Ok(decoded),
        // A body that was cut off still has its beginning.
        Err(_) if !decoded.is_empty() => Ok(decoded),
        Err(_) => Err(HttpError::BadEncoding),
    }
}

/// Whether bytes begin as markup or text do, rather than as compressed data.
fn looks_like_text(body: &[u8]) -> bool {
    let start = &body[..body.len().min(256)];
    start.iter().filter(|byte| **byte < 9 || (14..32).contains(*byte)).count() == 0
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn deflate_raw(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn response(head: &str, body: &[u8]) -> Vec<u8> {
        [format!("HTTP/1.1 200 OK\r\n{head}\r\n").as_bytes(), body].concat()
    }

    #[test]
    fn bodies_in_every_coding() {
        let page = b"<p>hello</p>".as_slice();
        let zipped = gzip(page);
        let mut twice = Vec::new();
        twice.extend(format!("{:x};ext=1\r\n", zipped.len()).into_bytes());
        twice.extend_from_slice(&zipped);
        twice.extend_from_slice(b"\r\n0\r\nTrailer: x\r\n\r\n");
        for (what, head, body) in [
            ("plain", "Content-Type: text/html\r\n", page.to_vec()),
            ("gzip", "Content-Encoding: gzip\r\n", zipped.clone()),
            ("declared, and decoded already", "Content-Encoding: gzip\r\n", page.to_vec()),
            ("chunked", "Transfer-Encoding: chunked\r\n", b"5\r\n<p>he\r\n7\r\nllo</p>\r\n0\r\n\r\n".to_vec()),
            ("declared, and not chunked", "Transfer-Encoding: chunked\r\n", page.to_vec()),
            ("chunked and gzip", "Transfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n", twice),
            ("raw deflate", "Content-Encoding: deflate\r\n", deflate_raw(page)),
            ("unknown, and text", "Content-Encoding: binary\r\n", page.to_vec()),
            ("two codings", "Content-Encoding: gzip, gzip\r\n", gzip(&zipped)),
        ] {
            let block = response(head, &body);
            assert_eq!(&*parse(&block, 1 << 20).unwrap().body, page, "{what}");
        }
    }

    #[test]
    fn heads_in_every_shape() {
        for (what, block, status) in [
            ("usual", "HTTP/1.1 404 Not Found\r\n\r\nx", 404),
            ("no reason", "HTTP/1.1 200\r\n\r\n", 200),
            ("line feeds only", "HTTP/1.0 301 Moved\nLocation: /\n\nx", 301),
            ("no end", "HTTP/1.1 200 OK\r\nContent-Type: text/html", 200),
        ] {
            assert_eq!(parse(block.as_bytes(), 100).unwrap().status, status, "{what}");
        }
        assert_eq!(parse(b"<html>", 100).unwrap_err(), HttpError::NoHead);
        assert_eq!(parse(b"HTTP/1.1 abc\r\n\r\n", 100).unwrap_err(), HttpError::NoHead);
    }

    #[test]
    fn a_bomb_stops_at_the_limit() {
        let block = response("Content-Encoding: gzip\r\n", &gzip(&vec![b'a'; 1 << 20]));
        assert_eq!(parse(&block, 1 << 16).unwrap_err(), HttpError::TooLarge);
    }
}
