//! Reading WARC files that may be damaged.
//!
//! Bytes become chunks of records (`chunks`: a gzip member, a zstd frame, a piece of a plain file), chunks become
//! records (`reader`). A damaged place is reported once, with the bytes that were passed over, and reading goes on
//! at the next member, frame or record: Common Crawl writes one gzip member a record, so that little is lost. A record
//! that was cut is never handed out as whole.
//!
//! What this does not do yet: compare payloads with the digests that their records carry.
//!
//! Memory is bounded: a window over the input (40 MiB at most), one inflated member or one record up to `max_record`;
//! larger ones are passed over in pieces.

mod chunks;
mod gzip;
mod header;
mod inflate;
mod reader;
mod resync;
#[cfg(test)]
mod tests;
mod window;
mod zstandard;

pub use header::{Header, RecordKind};
pub(crate) use header::{fields_of, parse_date};
pub use reader::{Item, Record, WarcReader};
