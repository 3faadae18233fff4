//! Rules for source code; measured where a document is mostly code, and nowhere else.

mod line_chars;
mod markup;
mod scan;
mod share;

use crate::{Branch, Document};

pub(crate) use line_chars::{MaxLine, MeanLine};
pub(crate) use markup::XmlStart;
pub(crate) use scan::Scan;
pub(crate) use share::{Asserts, Comments, Encoded, HexWords, LongStringLines, Strings};

/// The document's text, if it is code.
fn code<'a>(document: &Document<'a>) -> Option<&'a str> {
    (document.branch() == Branch::Code && !document.text().is_empty()).then(|| document.text())
}
