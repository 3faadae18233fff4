//! Keys and tokens that show by their prefix, and private key blocks.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

/// Prefix, the least and most characters that follow, and which ones.
struct Shape {
    prefix: &'static str,
    least: usize,
    most: usize,
    belongs: fn(u8) -> bool,
}

const fn word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}

const fn upper(byte: u8) -> bool {
    byte.is_ascii_uppercase() || byte.is_ascii_digit()
}

const fn token(byte: u8) -> bool {
    word(byte) || byte == b'.'
}

const SHAPES: [Shape; 15] = [
    Shape { prefix: "AKIA", least: 16, most: 16, belongs: upper }, // AWS
    Shape { prefix: "ASIA", least: 16, most: 16, belongs: upper },
    Shape { prefix: "ghp_", least: 36, most: 255, belongs: word }, // GitHub
    Shape { prefix: "gho_", least: 36, most: 255, belongs: word },
    Shape { prefix: "ghs_", least: 36, most: 255, belongs: word },
    Shape { prefix: "github_pat_", least: 22, most: 255, belongs: word },
    Shape { prefix: "glpat-", least: 20, most: 255, belongs: word }, // GitLab
    Shape { prefix: "xoxb-", least: 20, most: 255, belongs: word },  // Slack
    Shape { prefix: "xoxp-", least: 20, most: 255, belongs: word },
    Shape { prefix: "AIza", least: 35, most: 35, belongs: word }, // Google
    Shape { prefix: "sk_live_", least: 20, most: 255, belongs: word }, // Stripe
    Shape { prefix: "rk_live_", least: 20, most: 255, belongs: word },
    Shape { prefix: "sk-", least: 40, most: 255, belongs: word }, // OpenAI
    Shape { prefix: "npm_", least: 36, most: 36, belongs: word },
    Shape { prefix: "eyJ", least: 40, most: 8192, belongs: token }, // JSON web token
];

const KEY_BEGIN: &str = "-----BEGIN ";
const KEY_END: &str = " PRIVATE KEY-----";

/// Most bytes of a private key block.
const MOST_KEY: usize = 16 << 10;

pub(super) fn find(text: &str, add: &mut impl FnMut(usize, usize)) {
    // The prefixes are constants, and few: the automaton can always be built.
    static PREFIXES: LazyLock<Option<AhoCorasick>> =
        LazyLock::new(|| AhoCorasick::new(SHAPES.iter().map(|shape| shape.prefix)).ok());
    let bytes = text.as_bytes();
    for hit in PREFIXES.iter().flat_map(|prefixes| prefixes.find_iter(bytes)) {
        let shape = &SHAPES[hit.pattern().as_usize()];
        let before = hit.start().checked_sub(1).map(|place| bytes[place]);
        if before.is_some_and(word) {
            continue;
        }
        let mut length =
            bytes[hit.end()..].iter().take(shape.most + 1).take_while(|byte| (shape.belongs)(**byte)).count();
        while length > 0 && bytes[hit.end() + length - 1] == b'.' {
            length -= 1;
        }
        let is_token =
            shape.prefix != "eyJ" || bytes[hit.end()..hit.end() + length].iter().filter(|b| **b == b'.').count() == 2;
        if (shape.least..=shape.most).contains(&length) && is_token {
            add(hit.start(), hit.end() + length);
        }
    }
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
                ("AKIA alone, xAKIAIOSFODNN7EXAMPL3, sk-short, -----BEGIN CERTIFICATE-----", &[]),
            ],
        );
    }
}
