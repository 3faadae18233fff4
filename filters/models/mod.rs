//! The models that are part of the program, so that a fresh clone runs without a network.
//!
//! All are fastText models of our own, trained by `trommel train`; each card says on what, how, and how well they do.

/// One embedded model.
#[derive(Debug)]
pub struct Embedded {
    /// Its name after `embedded:`.
    pub name: &'static str,
    /// A fastText `.ftz`.
    pub bytes: &'static [u8],
    /// Markdown: data and licences, training, measured quality, limits.
    pub card: &'static str,
}

macro_rules! embedded {
    ($($name:literal),*) => {
        &[$(Embedded {
            name: $name,
            bytes: include_bytes!(concat!($name, ".ftz")),
            card: include_str!(concat!($name, ".md")),
        }),*]
    };
}

/// Every embedded model.
pub static EMBEDDED: &[Embedded] = embedded!("language", "class", "topic", "quality");

/// The model of that name, without `embedded:`.
#[must_use]
pub fn find(name: &str) -> Option<&'static Embedded> {
    EMBEDDED.iter().find(|model| model.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fasttext::Model;

    /// Bytes of one model: the repository and every binary carry them.
    const LARGEST: usize = 3_000_000;

    #[test]
    fn every_model_loads_is_small_and_has_a_card() {
        for model in EMBEDDED {
            assert!(Model::load(model.bytes).is_ok(), "{}", model.name);
            assert!(model.bytes.len() <= LARGEST, "{}: {} bytes", model.name, model.bytes.len());
            for heading in ["## Data", "## Training", "## Quality", "## Not good for"] {
                assert!(model.card.contains(heading), "{}: the card lacks {heading}", model.name);
            }
        }
    }

    #[test]
    fn models_are_found_by_name() {
        assert_eq!(find("class").map(|model| model.name), Some("class"));
        assert!(find("lid.176").is_none());
    }
}
