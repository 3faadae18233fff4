//! Recipes: what changes the output, as one TOML file.
//!
//! Each key is a field of the settings beside the stage's code. All problems are told at once, each with its line and,
//! for an unknown name, the nearest known one.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::Result;
use serde_json::{Map, Value, json};
use stages::mix::MixConfig;
use stages::names::nearest;
use stages::plan;
use stages::spec::{KINDS, StageSpec};
use toml_edit::{Document, Item, Key, Table, TableLike};

use crate::commands::Usage;

/// A recipe, checked.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Recipe {
    /// Its name, for reports.
    pub name: String,
    /// The seed of every draw.
    pub seed: u64,
    /// Folders of earlier runs with which documents are compared too.
    pub against: Vec<String>,
    /// Whether a document there goes where one here is later; otherwise it stays.
    pub latest: bool,
    /// The stages, in order.
    pub stages: Vec<StageSpec>,
    /// The mixes that a run writes.
    pub mixes: Vec<MixConfig>,
}

/// Everything that is wrong with a recipe.
#[derive(Debug, thiserror::Error)]
#[error("{file}: {}", summary(problems))]
pub(crate) struct RecipeError {
    file: String,
    problems: Vec<Problem>,
}

#[derive(Debug)]
struct Problem {
    line: Option<usize>,
    message: String,
}

fn summary(problems: &[Problem]) -> String {
    let mut text = match problems.len() {
        1 => "one problem".to_owned(),
        n => format!("{n} problems"),
    };
    for problem in problems {
        // Writing to a string cannot fail.
        let _ = match problem.line {
            Some(line) => write!(text, "\n  line {line}: {}", problem.message),
            None => write!(text, "\n  {}", problem.message),
        };
    }
    text
}

/// The recipes that are part of the program.
pub(crate) const BUILT_IN: &[(&str, &str)] = &[
    ("sample", include_str!("../recipes/sample.toml")),
    ("llama3", include_str!("../recipes/llama3.toml")),
    ("gopher", include_str!("../recipes/gopher.toml")),
    ("c4", include_str!("../recipes/c4.toml")),
    ("refinedweb", include_str!("../recipes/refinedweb.toml")),
    ("fineweb", include_str!("../recipes/fineweb.toml")),
    ("fineweb2", include_str!("../recipes/fineweb2.toml")),
    ("dclm", include_str!("../recipes/dclm.toml")),
];

impl Recipe {
    /// The recipe in a file, or the built-in one of that name.
    ///
    /// # Errors
    /// When there is no such recipe, or [`RecipeError`] with everything that is wrong with it.
    pub(crate) fn load(name: &str) -> Result<Self> {
        if !Path::new(name).exists()
            && let Some((_, text)) = BUILT_IN.iter().find(|(built_in, _)| *built_in == name)
        {
            return Ok(Self::parse(text, name)?);
        }
        let text = std::fs::read_to_string(name).map_err(|error| {
            let built_in = BUILT_IN.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
            Usage(format!("read recipe {name}: {error}\nhint: name a TOML file, or a built-in recipe: {built_in}"))
        })?;
        Ok(Self::parse(&text, name)?)
    }

    /// Parses a recipe; `file` is for messages.
    ///
    /// # Errors
    /// [`RecipeError`] with everything that is wrong with it.
    pub(crate) fn parse(text: &str, file: &str) -> Result<Self, RecipeError> {
        let mut reader = Reader { text, problems: Vec::new() };
        let recipe = match Document::parse(text) {
            Ok(document) => Some(reader.recipe(document.as_table())),
            Err(error) => {
                let line = error.span().map(|span| line_of(text, span.start));
                reader.problems.push(Problem { line, message: error.message().to_owned() });
                None
            }
        };
        match recipe {
            Some(recipe) if reader.problems.is_empty() => Ok(recipe),
            _ => Err(RecipeError { file: file.to_owned(), problems: reader.problems }),
        }
    }

    /// The whole recipe as JSON: what a run saves, and what makes two recipes the same.
    #[must_use]
    pub(crate) fn to_json(&self) -> Value {
        let mut json = json!({ "name": self.name, "seed": self.seed, "stage": self.stages, "mix": self.mixes });
        if !self.against.is_empty() {
            json["dedup"] = json!({ "against": self.against, "prefer": if self.latest { "latest" } else { "old" } });
        }
        json
    }

    /// The recipe that a run saved.
    ///
    /// # Errors
    /// When it is not one.
    pub(crate) fn from_json(value: &Value) -> Result<Self> {
        let part = |key: &str| value.get(key).cloned().unwrap_or(Value::Null);
        let dedup = value.get("dedup").cloned().unwrap_or_default();
        let against = dedup.get("against").cloned().map_or(Ok(Vec::new()), serde_json::from_value)?;
        Ok(Self {
            latest: dedup.get("prefer").is_some_and(|prefer| prefer == "latest"),
            against,
            name: serde_json::from_value(part("name"))?,
            seed: serde_json::from_value(part("seed"))?,
            stages: serde_json::from_value(part("stage"))?,
            mixes: serde_json::from_value(part("mix"))?,
        })
    }
}

struct Reader<'a> {
    text: &'a str,
    problems: Vec<Problem>,
}

impl Reader<'_> {
    fn recipe(&mut self, root: &Table) -> Recipe {
        let mut name = "unnamed".to_owned();
        let (mut seed, mut stages, mut mixes, mut against) = (0, Vec::new(), Vec::new(), Vec::new());
        let mut latest = false;
        for (key, item) in entries(root) {
            match key.get() {
                "name" => match item.as_str() {
                    Some(value) => value.clone_into(&mut name),
                    None => self.problem(key, "name must be a text"),
                },
                "seed" => match item.as_integer().and_then(|value| u64::try_from(value).ok()) {
                    Some(value) => seed = value,
                    None => self.problem(key, "seed must be a whole number from 0 on"),
                },
                "stage" | "mix" => {
                    let Some(tables) = item.as_array_of_tables() else {
                        self.problem(key, format!("write `[[{}]]` before each one", key.get()));
                        continue;
                    };
                    for table in tables {
                        if key.get() == "stage" {
                            stages.extend(self.stage(table));
                        } else {
                            mixes.extend(self.mix(table));
                        }
                    }
                }
                "dedup" => {
                    let problem =
                        "dedup holds `against`, a list of folders of earlier runs, and `prefer`: `old` or `latest`";
                    let known = |key: &String| ["against", "prefer"].contains(&key.as_str());
                    let dedup = to_json(item).filter(|dedup| dedup.as_object().is_some_and(|d| d.keys().all(known)));
                    let folders = dedup.as_ref().map(|dedup| serde_json::from_value(dedup["against"].clone()));
                    match (folders, dedup.as_ref().and_then(|dedup| dedup.get("prefer")).and_then(Value::as_str)) {
                        (Some(Ok(folders)), prefer @ (None | Some("old" | "latest"))) => {
                            against = folders;
                            latest = prefer == Some("latest");
                        }
                        _ => self.problem(key, problem),
                    }
                }
                other => self.unknown(key, other, &["name", "seed", "dedup", "stage", "mix"]),
            }
        }
        let mut names: Vec<&str> = mixes.iter().map(|mix: &MixConfig| mix.name.as_str()).collect();
        names.sort_unstable();
        for pair in names.windows(2).filter(|pair| pair[0] == pair[1]) {
            self.problems.push(Problem { line: None, message: format!("two mixes are called `{}`", pair[0]) });
        }
        if self.problems.is_empty() {
            let chain = plan::problems(&stages);
            self.problems.extend(chain.into_iter().map(|message| Problem { line: None, message }));
        }
        Recipe { name, seed, against, latest, stages, mixes }
    }

    fn stage(&mut self, table: &Table) -> Option<StageSpec> {
        let line = table.span().map(|span| line_of(self.text, span.start));
        let Some(kind) = table.get("kind").and_then(Item::as_str) else {
            self.problems.push(Problem { line, message: "a stage needs a `kind`".into() });
            return None;
        };
        if !KINDS.contains(&kind) {
            let message = format!("there is no stage `{kind}`{}", nearest(kind, KINDS));
            self.problems.push(Problem { line, message });
            return None;
        }
        let stage = self.settings(table, &json!({ "kind": kind }), serde_json::from_value)?;
        let problems: Vec<_> = StageSpec::problems(&stage);
        for message in problems {
            // A problem of a filter names it first: `length.words: min 5 is above max 3`.
            let key = message.split(':').next().unwrap_or_default().to_owned();
            let place = entries(table).find(|(found, _)| found.get() == key).and_then(|(key, _)| key.span());
            let line = place.map(|span| line_of(self.text, span.start)).or(line);
            self.problems.push(Problem { line, message });
        }
        Some(stage)
    }

    fn mix(&mut self, table: &Table) -> Option<MixConfig> {
        let line = table.span().map(|span| line_of(self.text, span.start));
        let mix: MixConfig = self.settings(table, &json!({}), serde_json::from_value)?;
        let problems = mix.problems().into_iter().map(|message| Problem { line, message });
        self.problems.extend(problems);
        Some(mix)
    }

    /// Reads settings key by key first, so that each problem is told at its own line, then all of them together.
    fn settings<T: serde::Serialize>(
        &mut self,
        table: &Table,
        base: &Value,
        parse: impl Fn(Value) -> serde_json::Result<T>,
    ) -> Option<T> {
        let known = known_keys(base, &parse);
        let before = self.problems.len();
        let mut whole = base.clone();
        for (key, item) in entries(table).filter(|(key, _)| base.get(key.get()).is_none()) {
            let Some(value) = to_json(item) else {
                self.problem(key, "dates have no place in a recipe");
                continue;
            };
            let mut single = base.clone();
            single[key.get()] = value.clone();
            match parse(single) {
                Ok(_) => whole[key.get()] = value,
                Err(_) if !known.iter().any(|known| known == key.get()) => {
                    let known: Vec<&str> = known.iter().map(String::as_str).collect();
                    self.unknown(key, key.get(), &known);
                }
                Err(error) => self.problem(key, format!("{}: {error}", key.get())),
            }
        }
        if self.problems.len() > before {
            return None;
        }
        match parse(whole) {
            Ok(settings) => Some(settings),
            Err(error) => {
                self.problems.push(Problem { line: None, message: error.to_string() });
                None
            }
        }
    }

    fn unknown(&mut self, key: &Key, name: &str, known: &[&str]) {
        self.problem(key, format!("unknown key `{name}`{}", nearest(name, known.iter().copied())));
    }

    fn problem(&mut self, key: &Key, message: impl Into<String>) {
        let line = key.span().map(|span| line_of(self.text, span.start));
        self.problems.push(Problem { line, message: message.into() });
    }
}

/// A key that no recipe has.
const NO_KEY: &str = "-";

/// The names of all settings: those of the defaults, and the filters.
fn known_keys<T: serde::Serialize>(base: &Value, parse: impl Fn(Value) -> serde_json::Result<T>) -> Vec<String> {
    let defaults = parse(base.clone()).and_then(serde_json::to_value).unwrap_or_default();
    let mut known: Vec<String> = defaults.as_object().map(Map::keys).into_iter().flatten().cloned().collect();
    // A setting without a default stands among those that serde names when it meets one that there is not.
    let mut odd = base.clone();
    odd[NO_KEY] = Value::Null;
    let refused = parse(odd).err().map(|error| error.to_string()).unwrap_or_default();
    known.extend(refused.split('`').skip(1).step_by(2).filter(|name| *name != NO_KEY).map(str::to_owned));
    if base["kind"] == "filter" {
        // Its settings and the filters are one table, of which serde names none.
        known.extend(["references", "unsafe_model"].map(str::to_owned));
        known.extend(filters::FILTERS.iter().map(|filter| filter.card().id.to_owned()));
    }
    known.retain(|name| base.get(name).is_none());
    known.sort();
    known.dedup();
    known
}

fn entries(table: &Table) -> impl Iterator<Item = (&Key, &Item)> {
    table.iter().filter_map(|(name, _)| TableLike::get_key_value(table, name))
}

fn to_json(item: &Item) -> Option<Value> {
    if let Some(table) = item.as_table_like() {
        let values = table.iter().map(|(key, item)| Some((key.to_owned(), to_json(item)?)));
        return values.collect::<Option<Map<_, _>>>().map(Value::Object);
    }
    if let Some(values) = item.as_array() {
        let values = values.iter().map(|value| to_json(&Item::Value(value.clone())));
        return values.collect::<Option<Vec<_>>>().map(Value::Array);
    }
    let value = item.as_value()?;
    None.or_else(|| value.as_str().map(Value::from))
        .or_else(|| value.as_bool().map(Value::from))
        .or_else(|| value.as_integer().map(Value::from))
        .or_else(|| value.as_float().map(Value::from))
}

fn line_of(text: &str, byte: usize) -> usize {
    text.as_bytes()[..byte.min(text.len())].iter().filter(|&&byte| byte == b'\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(text: &str) -> String {
        Recipe::parse(text, "r.toml").unwrap_err().to_string()
    }

    #[test]
    fn built_in_recipes_are_valid() {
        for (name, text) in BUILT_IN {
            let recipe = Recipe::parse(text, name).unwrap_or_else(|error| panic!("{error}"));
            assert_eq!(Recipe::from_json(&recipe.to_json()).unwrap(), recipe);
        }
    }

    #[test]
    fn every_problem_is_told_with_its_line() {
        let text = "nmae = \"x\"\n\n[[stage]]\nkind = \"read\"\nmax_record = \"big\"\n\n[[stage]]\nkind = \"filtre\"\n\n\
                    [[stage]]\nkind = \"filter\"\n\"length.wrods\" = { min = 5 }\n\"length.words\" = { min = 5, max = 3 }\n";
        let told = problems(text);
        for expected in [
            "line 1: unknown key `nmae`; did you mean `name`?",
            "line 5: max_record:",
            "there is no stage `filtre`; did you mean `filter`?",
            "line 12: unknown key `length.wrods`; did you mean `length.words`?",
        ] {
            assert!(told.contains(expected), "{expected}\nin\n{told}");
        }
        let told = problems("[[stage]]\nkind = \"filter\"\n\"length.words\" = { min = 5, max = 3 }\n");
        assert!(told.contains("line 3: length.words: min 5 is above max 3"), "{told}");
    }

    #[test]
    fn settings_without_a_default_are_known_too() {
        for (settings, expected) in [
            ("kind = \"dedup.document\"\nhash = \"datatroove\"", "line 3: hash: unknown variant `datatroove`"),
            ("kind = \"dedup.document\"\nhsah = \"datatrove\"", "line 3: unknown key `hsah`; did you mean `hash`?"),
            ("kind = \"filter\"\nunsafe_model = \"nsfw\"", "line 3: unsafe_model: invalid type"),
            ("kind = \"filter\"\nunsafe_modle = {}", "unknown key `unsafe_modle`; did you mean `unsafe_model`?"),
            ("kind = \"filter\"\nreferences = [\"a.kl\"]", "line 3: references: invalid type"),
        ] {
            let told = problems(&format!("[[stage]]\n{settings}\n"));
            assert!(told.contains(expected), "{expected}\nin\n{told}");
        }
    }

    #[test]
    fn what_is_not_toml_says_where() {
        assert!(problems("name = \n").contains("line 1"), "{}", problems("name = \n"));
    }
}
