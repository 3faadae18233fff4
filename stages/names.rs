//! The nearest known name, for messages about unknown ones.

/// `; did you mean …` for a name that is close, else what there is.
#[must_use]
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let known: Vec<&str> = known.into_iter().collect();
    let close = known
        .iter()
        .map(|other| (strsim::normalized_damerau_levenshtein(name, other), other))
        .max_by(|a, b| a.0.total_cmp(&b.0));
    match close {
        Some((likeness, other)) if likeness > 0.6 => format!("; did you mean `{other}`?"),
        _ => format!("; there are: {}", known.join(", ")),
    }
}
