//! Keys and tokens that show by their prefix, and private key blocks.

use std::sync::LazyLock;

use regex::Regex;

/// Tokens by the shapes that their issuers publish. All begin with letters of their own, for which the search looks.
const TOKENS: &str = r"(?x-u) \b (?:
    (?: AKIA | ASIA ) [A-Z0-9]{16}              # AWS
  | gh[pos]_ [A-Za-z0-9]{36,255}                # GitHub
  | github_pat_ \w{22,255}
  | glpat- [\w-]{20,255}                        # GitLab
  | xox[bp]- [\w-]{20,255}                      # Slack
  | AIza [\w-]{35}                              # Google
  | [sr]k_live_ \w{20,255}                      # Stripe
  | sk- [\w-]{40,255}                           # OpenAI
  | npm_ [A-Za-z0-9]{36}
  | eyJ [\w-]{10,} \. [\w-]{10,} \. [\w-]{10,}  # JSON web token
) \b";

const KEY_BEGIN: &str = "-----BEGIN ";
const KEY_END: &str = " PRIVATE KEY-----";

/// Most bytes of a private key block.
const MOST_KEY: usize = 16 << 10;

pub(super) fn find(text: &str, add: &mut impl FnMut(usize, usize)) {
    // The pattern is a constant, which the test below compiles.
    static SHAPES: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(TOKENS).ok());
    for token in SHAPES.iter().flat_map(|shapes| shapes.find_iter(text)) {
        add(token.start(), token.end());
    }
    let bytes = text.as_bytes();
    let mut free_from = 0;
    for begin in memchr::memmem::find_iter(bytes, KEY_BEGIN) {
        if begin < free_from {
            continue;
        }
        let mut limit = bytes.len().min(begin + MOST_KEY);
        while !text.is_char_boundary(limit) {
            limit -= 1;
        }
        let block = &text[begin..limit];
        let line = block.lines().next().unwrap_or_default();
        if !line.contains("PRIVATE KEY-----") {
            continue;
        }
        if let Some(end) = block.find("-----END ").and_then(|end| Some(end + block[end..].find("PRIVATE KEY-----")?)) {
            free_from = begin + end + KEY_END.len() - 1;
            add(begin, free_from);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Kind, check};

    #[test]
    fn secrets() {
        let aws = "AKIAIOSFODNN7EXAMPL3";
        let github = format!("ghp_{}", "a1B2".repeat(9));
        let key = "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----";
        check(
            Kind::Secret,
            &[
                (&format!("key {aws}."), &[aws]),
                (&format!("token={github}"), &[&github]),
                (&format!("{key} and more"), &[key]),
                (
                    "a.eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.SflKxwRJSMeKKF2QT4.",
                    &["eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.SflKxwRJSMeKKF2QT4"],
                ),
                ("AKIA alone, xAKIAIOSFODNN7EXAMPL3, sk-short, -----BEGIN CERTIFICATE-----", &[]),
            ],
        );
    }
}
