//! `trommel print-config`: a recipe with every default filled in, itself a valid recipe.

use std::fmt::Write as _;

use anyhow::Result;
use filters::FILTERS;
use serde_json::{Map, Value, json};

use super::print;
use crate::cli::PrintConfigArgs;
use crate::recipe::Recipe;

pub(super) fn run(args: &PrintConfigArgs) -> Result<()> {
    print(&toml(&Recipe::load(&args.recipe)?)?)
}

/// The recipe as TOML; what equals the default is marked.
fn toml(recipe: &Recipe) -> Result<String> {
    let whole = recipe.to_json();
    let mut text = format!("name = {}\nseed = {}\n", whole["name"], whole["seed"]);
    if let Some(dedup) = whole.get("dedup") {
        text.push_str("\n[dedup]\n");
        settings(&mut text, dedup, &Value::Null);
    }
    for stage in whole["stage"].as_array().into_iter().flatten() {
        let kind = &stage["kind"];
        let default: stages::spec::StageSpec = serde_json::from_value(json!({ "kind": kind }))?;
        text.push_str("\n[[stage]]\n");
        settings(&mut text, stage, &serde_json::to_value(default)?);
        if kind == "filter" {
            for filter in FILTERS.iter().filter(|filter| stage.get(filter.card().id).is_none()) {
                // Writing to a string cannot fail.
                let _ = writeln!(text, "# \"{}\" is measured and does not judge", filter.card().id);
            }
        }
    }
    for mix in whole["mix"].as_array().into_iter().flatten() {
        text.push_str("\n[[mix]]\n");
        settings(&mut text, mix, &serde_json::to_value(stages::mix::MixConfig::default())?);
    }
    Ok(text)
}

fn settings(text: &mut String, values: &Value, defaults: &Value) {
    for (key, value) in values.as_object().into_iter().flat_map(Map::iter).filter(|(_, value)| !value.is_null()) {
        let is_default = key != "kind" && defaults.get(key) == Some(value);
        let mark = if is_default { "  # default" } else { "" };
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{} = {}{mark}", key_name(key), inline(value));
    }
}

fn key_name(key: &str) -> String {
    let bare = key.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c));
    if bare { key.to_owned() } else { Value::from(key).to_string() }
}

/// A value on one line, as TOML has it.
fn inline(value: &Value) -> String {
    match value {
        Value::Array(values) => format!("[{}]", values.iter().map(inline).collect::<Vec<_>>().join(", ")),
        Value::Object(values) if values.is_empty() => "{}".into(),
        Value::Object(values) => {
            let entries = values.iter().map(|(key, value)| format!("{} = {}", key_name(key), inline(value)));
            format!("{{ {} }}", entries.collect::<Vec<_>>().join(", "))
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recipe::BUILT_IN;

    #[test]
    fn what_is_printed_is_the_same_recipe() {
        for (name, text) in BUILT_IN {
            let recipe = Recipe::parse(text, name).unwrap();
            let printed = toml(&recipe).unwrap();
            let again = Recipe::parse(&printed, "printed").unwrap_or_else(|error| panic!("{error}\n{printed}"));
            assert_eq!(again, recipe, "{printed}");
            assert!(printed.contains("# default"));
        }
    }
}
