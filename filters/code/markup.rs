//! Data that calls itself XML.

use super::code;
use crate::card::{Card, Filter, Source, Unit, count};
use crate::{Bounds, Branch, Document};

/// `code.xml_start`
pub(crate) struct XmlStart;

/// Where the declaration is looked for.
const HEAD: usize = 100;

impl Filter for XmlStart {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn measure(&self, document: &Document<'_>) -> Option<f64> {
        let bytes = code(document)?.as_bytes();
        let head = &bytes[..bytes.len().min(HEAD)];
        Some(count(usize::from(memchr::memmem::find(head, b"<?xml version=").is_some())))
    }
}

static CARD: Card = Card {
    id: "code.xml_start",
    version: 1,
    summary: "Whether an XML declaration stands at the beginning.",
    definition: "1 where `<?xml version=` stands within the first 100 bytes of a document that is mostly code, else 0.",
    unit: Unit::Count,
    default: Bounds::at_most(0.0),
    branches: Branch::CODE,
    source: Source::opencoder("qsc_code_cate_xml_start, after StarCoder"),
    kept: &["let ferry = leaves(9);"],
    rejected: &["<?xml version=\"1.0\"?>\n<ferry/>"],
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card::check;

    #[test]
    fn measures() {
        let late = format!("{}<?xml version=\"1.0\"?>", " ".repeat(HEAD));
        check(
            &XmlStart,
            &[("nothing", "", None), ("first", "<?xml version='1.0'?>", Some(1.0)), ("late", &late, Some(0.0))],
        );
    }
}
