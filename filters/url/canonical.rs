//! The canonical form of a URL, by which captures of one page are recognised.
//!
//! | part | rule |
//! |---|---|
//! | scheme | dropped: http and https are one page |
//! | user, password | dropped |
//! | host | lower case, IDN as punycode (both by the URL standard), trailing dot dropped, `www.` dropped ([`Rules::keep_www`] keeps it) |
//! | port | dropped when it is the scheme's default |
//! | path | dot segments resolved (by the URL standard), `;jsessionid=…` dropped, empty path is `/`; [`Rules::drop_slash`] drops the slash at the end of a longer one |
//! | query | tracking and session parameters dropped, the others kept in their order; an empty query dropped |
//! | fragment | dropped, but for `#!…`, which names a page |

use url::Url;

/// What a URL says of its page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Canonical {
    /// `example.com/path?query`.
    pub key: String,
    /// Host as captured: lower case, without port.
    pub host: String,
    /// Registered domain: public suffix and one label; the host itself where there is none (an address).
    pub domain: String,
}

/// What sites differ in, and a crawl may decide.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    /// Whether `www.example.com` and `example.com` are two hosts.
    pub keep_www: bool,
    /// Whether `/a/` and `/a` are one page.
    pub drop_slash: bool,
}

/// The canonical form by the default rules; `None` for what is not an http or https URL.
#[must_use]
pub fn canonical(url: &str) -> Option<Canonical> {
    canonical_by(url, Rules::default())
}

/// The canonical form; `None` for what is not an http or https URL.
#[must_use]
pub fn canonical_by(url: &str, rules: Rules) -> Option<Canonical> {
    let url = Url::parse(url.trim()).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    let host = url.host_str()?.trim_end_matches('.').to_owned();
    if host.is_empty() {
        return None;
    }
    let bare = host.strip_prefix("www.").filter(|rest| !rules.keep_www && rest.contains('.'));
    let mut key = bare.unwrap_or(&host).to_owned();
    if let Some(port) = url.port() {
        key.push(':');
        key.push_str(&port.to_string());
    }
    let path = without_session(url.path());
    let shorter = path.strip_suffix('/').filter(|rest| rules.drop_slash && !rest.is_empty());
    key.push_str(shorter.unwrap_or(path));
    let mut separator = '?';
    for parameter in url.query().unwrap_or_default().split('&').filter(|parameter| !parameter.is_empty()) {
        let name = parameter.split('=').next().unwrap_or_default();
        if !is_tracking(name) {
            key.push(separator);
            key.push_str(parameter);
            separator = '&';
        }
    }
    if let Some(fragment) = url.fragment().filter(|fragment| fragment.starts_with('!')) {
        key.push('#');
        key.push_str(fragment);
    }
    let is_address = url.host().is_some_and(|host| !matches!(host, url::Host::Domain(_)));
    let domain = (!is_address).then(|| psl::domain_str(&host)).flatten().unwrap_or(&host).to_owned();
    Some(Canonical { key, host, domain })
}

/// The path without a servlet's session parameter.
fn without_session(path: &str) -> &str {
    match path.rfind(';') {
        Some(at) if path[at + 1..].to_ascii_lowercase().starts_with("jsessionid=") => &path[..at],
        _ => path,
    }
}

/// Parameters that say who came from where, not which page it is.
fn is_tracking(name: &str) -> bool {
    const NAMES: [&str; 20] = [
        "_ga",
        "_gl",
        "_hsenc",
        "_hsmi",
        "dclid",
        "fbclid",
        "gbraid",
        "gclid",
        "gclsrc",
        "igshid",
        "jsessionid",
        "mc_cid",
        "mc_eid",
        "mkt_tok",
        "msclkid",
        "phpsessid",
        "twclid",
        "wbraid",
        "yclid",
        "zanpid",
    ];
    let name = name.to_ascii_lowercase();
    name.starts_with("utm_") || name.starts_with("aspsessionid") || NAMES.binary_search(&name.as_str()).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn captures_of_one_page_have_one_key() {
        for (what, url, expected) in [
            ("scheme and default port", "http://example.com:80", "example.com/"),
            ("https", "https://example.com/", "example.com/"),
            ("another port stays", "http://example.com:8080/a", "example.com:8080/a"),
            ("case of the host only", "HTTP://EXAMPLE.com/Path", "example.com/Path"),
            ("user and password", "https://me:secret@example.com/a", "example.com/a"),
            ("www", "https://www.example.com/a", "example.com/a"),
            ("www that is the domain", "https://www.com/a", "www.com/a"),
            ("trailing dot", "https://example.com./a", "example.com/a"),
            ("IDN", "https://bücher.example/a", "xn--bcher-kva.example/a"),
            ("dot segments", "https://example.com/a/../b/./c", "example.com/b/c"),
            ("fragment", "https://example.com/a#part", "example.com/a"),
            ("hash-bang names a page", "https://example.com/#!/a", "example.com/#!/a"),
            ("tracking", "https://example.com/a?id=3&utm_source=x&fbclid=y", "example.com/a?id=3"),
            ("nothing but tracking", "https://example.com/a?UTM_medium=x", "example.com/a"),
            ("order of parameters stays", "https://example.com/a?b=2&a=1", "example.com/a?b=2&a=1"),
            ("session in the path", "https://example.com/a.do;jsessionid=0AF3?x=1", "example.com/a.do?x=1"),
        ] {
            assert_eq!(canonical(url).map(|c| c.key).as_deref(), Some(expected), "{what}");
        }
        for other in ["", "dns:example.com", "ftp://example.com/", "not a url", "urn:uuid:1"] {
            assert_eq!(canonical(other), None, "{other}");
        }
    }

    #[test]
    fn what_sites_differ_in_is_a_matter_of_rules() {
        let other = Rules { keep_www: true, drop_slash: true };
        for (url, by_default, by_others) in [
            ("https://www.example.com/a/", "example.com/a/", "www.example.com/a"),
            ("https://example.com/", "example.com/", "example.com/"),
            ("https://example.com/a/?b=1", "example.com/a/?b=1", "example.com/a?b=1"),
        ] {
            assert_eq!(canonical(url).unwrap().key, by_default);
            assert_eq!(canonical_by(url, other).unwrap().key, by_others);
        }
    }

    #[test]
    fn the_domain_is_one_label_below_the_public_suffix() {
        for (url, host, domain) in [
            ("https://www.news.example.co.uk/", "www.news.example.co.uk", "example.co.uk"),
            ("https://me.github.io/", "me.github.io", "me.github.io"),
            ("http://192.0.2.7/", "192.0.2.7", "192.0.2.7"),
            ("http://localhost/", "localhost", "localhost"),
        ] {
            let found = canonical(url).unwrap();
            assert_eq!((found.host.as_str(), found.domain.as_str()), (host, domain));
        }
    }

    #[test]
    fn canonical_keys_are_stable() {
        for url in ["https://www.example.com/a?x=1", "http://example.com:8080/#!a"] {
            let once = canonical(url).unwrap().key;
            assert_eq!(canonical(&format!("https://{once}")).unwrap().key, once);
        }
    }
}
