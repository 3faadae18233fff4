//! The header of a record.

/// What kind a record is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RecordKind {
    /// What a server answered, HTTP head included.
    Response,
    /// A file without a head.
    Resource,
    /// Another record's content in another form: the plain text of a WET file.
    Conversion,
    /// What was asked of a server.
    Request,
    /// About another record.
    Metadata,
    /// About the file.
    Warcinfo,
    /// A page that had not changed since an earlier visit.
    Revisit,
    /// The rest of a record in pieces.
    Continuation,
    /// Anything else.
    Other,
}

impl RecordKind {
    /// Its name in the WARC specification.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Response => "response",
            Self::Resource => "resource",
            Self::Conversion => "conversion",
            Self::Request => "request",
            Self::Metadata => "metadata",
            Self::Warcinfo => "warcinfo",
            Self::Revisit => "revisit",
            Self::Continuation => "continuation",
            Self::Other => "other",
        }
    }

    fn parse(name: &str) -> Self {
        let kinds = [
            Self::Response,
            Self::Resource,
            Self::Conversion,
            Self::Request,
            Self::Metadata,
            Self::Warcinfo,
            Self::Revisit,
            Self::Continuation,
        ];
        kinds.into_iter().find(|kind| kind.name().eq_ignore_ascii_case(name)).unwrap_or(Self::Other)
    }

    /// Whether its block may hold a document.
    #[must_use]
    pub const fn has_content(self) -> bool {
        matches!(self, Self::Response | Self::Resource | Self::Conversion)
    }
}

/// The fields of a record that reading needs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Header {
    /// `WARC-Type`.
    pub kind: Option<RecordKind>,
    /// `WARC-Target-URI`, without angle brackets.
    pub target_uri: Option<String>,
    /// `WARC-Date` in microseconds since 1970, UTC.
    pub date: Option<i64>,
    /// `Content-Type`.
    pub content_type: Option<String>,
    /// `Content-Length`.
    pub content_length: Option<u64>,
    /// `WARC-Truncated`: the crawler cut the record.
    pub truncated: bool,
}

impl Header {
    /// Parses the fields after the version line; names in any case, lines folded or ended by a lone LF, any bytes. The
    /// first of repeated fields counts.
    #[must_use]
    pub fn parse(fields: &[u8]) -> Self {
        let mut header = Self::default();
        for (name, value) in fields_of(fields) {
            let value = value.trim();
            let text = || Some(value.to_owned()).filter(|value| !value.is_empty());
            match name.trim().to_ascii_lowercase().as_str() {
                "warc-type" => header.kind = header.kind.or_else(|| Some(RecordKind::parse(value))),
                "warc-target-uri" if header.target_uri.is_none() => {
                    header.target_uri =
                        Some(value.trim_matches(['<', '>']).trim().to_owned()).filter(|uri| !uri.is_empty());
                }
                "warc-date" => header.date = header.date.or_else(|| parse_date(value)),
                "content-type" => header.content_type = header.content_type.or_else(text),
                "content-length" => header.content_length = header.content_length.or_else(|| value.parse().ok()),
                "warc-truncated" => header.truncated = !value.is_empty(),
                _ => {}
            }
        }
        header
    }
}

/// Names and values of header lines; continuation lines are joined to their field.
pub(crate) fn fields_of(bytes: &[u8]) -> Vec<(String, String)> {
    let mut fields: Vec<(String, String)> = Vec::new();
    for line in bytes.split(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let text = String::from_utf8_lossy(line);
        if line.first().is_some_and(|byte| matches!(byte, b' ' | b'\t')) {
            if let Some((_, value)) = fields.last_mut() {
                value.push(' ');
                value.push_str(text.trim());
            }
        } else if let Some((name, value)) = text.split_once(':') {
            fields.push((name.to_owned(), value.to_owned()));
        }
    }
    fields
}

/// A W3C date, of any precision from the year on, in microseconds since 1970 UTC.
pub(crate) fn parse_date(text: &str) -> Option<i64> {
    if let Ok(time) = text.parse::<jiff::Timestamp>() {
        return Some(time.as_microsecond());
    }
    // Truncated forms: `2020`, `2020-03`, `2020-03-04`, `2020-03-04T05:06Z`; and the 14 digits of other tools.
    let digits: String = text.chars().filter(char::is_ascii_digit).take(14).collect();
    if digits.len() < 4 || !text.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let field =
        |range: std::ops::Range<usize>, default: i8| digits.get(range).map_or(Some(default), |part| part.parse().ok());
    let year: i16 = digits[..4].parse().ok()?;
    let date = jiff::civil::DateTime::new(
        year,
        field(4..6, 1)?,
        field(6..8, 1)?,
        field(8..10, 0)?,
        field(10..12, 0)?,
        field(12..14, 0)?,
        0,
    );
    Some(date.ok()?.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_microsecond())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_in_every_shape() {
        let header = Header::parse(
            b"WARC-TYPE: Response\r\nwarc-target-uri: <http://a.example/>\nContent-Length:  12 \r\n\
              WARC-Target-URI: http://second.example/\r\nX: \xff\xfe\r\nContent-Type: application/http;\r\n msgtype=response\r\n",
        );
        assert_eq!(header.kind, Some(RecordKind::Response));
        assert_eq!(header.target_uri.as_deref(), Some("http://a.example/"));
        assert_eq!(header.content_length, Some(12));
        assert_eq!(header.content_type.as_deref(), Some("application/http; msgtype=response"));
        assert_eq!(Header::parse(b"nothing here").kind, None);
        assert_eq!(Header::parse(b"Content-Length: -5\n").content_length, None);
    }

    #[test]
    fn dates_of_every_precision() {
        for (text, expected) in [
            ("1970-01-01T00:00:01Z", Some(1_000_000)),
            ("1970-01-01T00:00:00.5Z", Some(500_000)),
            ("1970-01-02", Some(86_400_000_000)),
            ("1970", Some(0)),
            ("19700101000001", Some(1_000_000)),
            ("1970-13-01T00:00:00Z", None),
            ("soon", None),
            ("", None),
        ] {
            assert_eq!(parse_date(text), expected, "{text}");
        }
    }
}
