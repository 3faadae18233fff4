//! The country whose numbering plan a page's numbers follow: its top-level domain's, else its language's.

pub(super) use rlibphonenumber::enums::Region;

use super::Context;

/// Languages that nearly all of their pages are written in one country's plan; labels as in ISO 639-3.
const LANGUAGES: [(&str, &str); 24] = [
    ("bul", "BG"),
    ("ces", "CZ"),
    ("dan", "DK"),
    ("ell", "GR"),
    ("est", "EE"),
    ("fin", "FI"),
    ("fra", "FR"),
    ("heb", "IL"),
    ("hun", "HU"),
    ("ita", "IT"),
    ("jpn", "JP"),
    ("kor", "KR"),
    ("lit", "LT"),
    ("lvs", "LV"),
    ("nld", "NL"),
    ("nob", "NO"),
    ("pol", "PL"),
    ("ron", "RO"),
    ("slk", "SK"),
    ("slv", "SI"),
    ("swe", "SE"),
    ("tha", "TH"),
    ("tur", "TR"),
    ("vie", "VN"),
];

/// The region, where domain or language have one.
pub(super) fn of(context: &Context<'_>) -> Option<Region> {
    let of_domain = context.tld.and_then(|tld| match tld {
        // Two letters that are not the country's code, or that are sold to the whole world.
        "uk" => Some("GB".to_owned()),
        "io" | "tv" | "me" | "co" | "ai" | "cc" | "ly" | "to" | "ws" | "fm" | "eu" | "su" | "gg" | "sh" | "im" => None,
        _ if tld.len() == 2 => Some(tld.to_ascii_uppercase()),
        _ => None,
    });
    let of_language = || {
        let code = context.language?.split('_').next()?;
        LANGUAGES.iter().find(|(language, _)| *language == code).map(|(_, region)| (*region).to_owned())
    };
    of_domain.or_else(of_language)?.parse().ok()
}
