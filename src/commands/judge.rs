//! `trommel judge`: what other bounds would keep and drop, from a run's ledger.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anyhow::Result;
use filters::{Bounds, FILTERS, verdict};
use indicatif::HumanCount;
use stages::classify::ClassifyConfig;
use stages::filter::FilterConfig;
use stages::ledger::{Judged, Judges, Moves, QUALITY, judge};
use stages::names::nearest;
use stages::spec::StageSpec;

use super::saved::Saved;
use super::{Usage, print};
use crate::cli::JudgeArgs;
use crate::recipe::Recipe;

pub(super) fn run(args: &JudgeArgs) -> Result<()> {
    let (layout, _, recipe) = Saved::finished(&args.run)?;
    if args.set.is_empty() && args.recipe.is_none() {
        return Err(Usage("which bounds? give --set FILTER.max=N, or --recipe FILE".into()).into());
    }
    let before = Judges { filter: filter_of(&recipe)?, classify: classify_of(&recipe) };
    let other = args.recipe.as_deref().map(Recipe::load).transpose()?;
    let whole = other.as_ref().unwrap_or(&recipe);
    let (mut after, mut classify) = (filter_of(whole)?.clone(), classify_of(whole).cloned());
    for setting in &args.set {
        match setting_of_quality(setting) {
            Some(_) if !is_classified_behind_filters(whole) => {
                return Err(Usage(format!(
                    "--set {setting}: the recipe has `classify` before `filter`, and what it rejected has met no filter: \
                     that needs another run"
                ))
                .into());
            }
            Some((language, what)) => set_quality(classify.as_mut(), language, what, setting)?,
            None => set(&mut after, setting)?,
        }
    }
    let problems = after.problems().into_iter().chain(classify.iter().flat_map(ClassifyConfig::problems));
    if let Some(problem) = problems.into_iter().next() {
        return Err(Usage(problem).into());
    }
    let judged = judge(&layout, before, Judges { filter: &after, classify: classify.as_ref() }, args.samples)?;
    let mut text = comparison(&judged);
    for reason in reasons_for_another_run(&recipe, other.as_ref(), &after)? {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "\nAnother run is needed to know more: {reason}.");
    }
    moved(&mut text, "gained", "kept by the other bounds, rejected by the run's", &judged.gained);
    moved(&mut text, "lost", "rejected by the other bounds, kept by the run's", &judged.lost);
    print(&text)
}

fn filter_of(recipe: &Recipe) -> Result<&FilterConfig, Usage> {
    let found = recipe.stages.iter().find_map(|stage| match stage {
        StageSpec::Filter(config) => Some(config),
        _ => None,
    });
    found
        .ok_or_else(|| Usage(format!("the recipe {} has no stage `filter`, so there is nothing to judge", recipe.name)))
}

fn classify_of(recipe: &Recipe) -> Option<&ClassifyConfig> {
    recipe.stages.iter().find_map(|stage| match stage {
        StageSpec::Classify(config) => Some(config),
        _ => None,
    })
}

/// Whether the ledger has the filters' measures of what `classify` rejected.
fn is_classified_behind_filters(recipe: &Recipe) -> bool {
    let place = |is_it: fn(&StageSpec) -> bool| recipe.stages.iter().position(is_it);
    let classify = place(|stage| matches!(stage, StageSpec::Classify(_)));
    classify.is_none_or(|classify| place(|stage| matches!(stage, StageSpec::Filter(_))).is_some_and(|at| at < classify))
}

/// Language and end of a setting of quality: `classify.quality.min=N`, `zho:classify.quality=off`.
fn setting_of_quality(setting: &str) -> Option<(Option<&str>, &str)> {
    let (name, _) = setting.split_once('=')?;
    let (language, name) = name.split_once(':').map_or((None, name), |(language, name)| (Some(language), name));
    let end = name.strip_prefix(QUALITY)?;
    Some((language, end))
}

/// Sets the bounds of quality, of all languages or one.
fn set_quality(
    config: Option<&mut ClassifyConfig>,
    language: Option<&str>,
    end: &str,
    setting: &str,
) -> Result<(), Usage> {
    let form = || {
        Usage(format!(
            "--set {setting}: write {QUALITY}.min=N, {QUALITY}.max=N or {QUALITY}=off, for one language LANGUAGE:{QUALITY}.min=N"
        ))
    };
    let config = config.ok_or_else(|| Usage(format!("--set {setting}: the recipe has no stage `classify`")))?;
    let (_, value) = setting.split_once('=').ok_or_else(form)?;
    let mut bounds = config.quality_of(language);
    match (end, value, value.parse::<f64>()) {
        ("", "off", _) => bounds = Bounds::NONE,
        (".min", _, Ok(number)) => bounds.min = Some(number),
        (".max", _, Ok(number)) => bounds.max = Some(number),
        _ => return Err(form()),
    }
    match language {
        Some(language) => {
            // Bounds of `deu` are those of `deu_Latn` too, which may have its own in the recipe.
            let is_of = |label: &str| label.split_once('_').is_some_and(|(code, _)| code == language);
            for (_, own) in config.languages.iter_mut().filter(|(label, _)| is_of(label)) {
                own.quality = None;
            }
            config.languages.entry(language.to_owned()).or_default().quality = Some(bounds);
        }
        None => config.quality = bounds,
    }
    Ok(())
}

/// A stage without the bounds that the ledger can be judged by.
fn unbounded(stage: &StageSpec) -> StageSpec {
    match stage.clone() {
        StageSpec::Classify(mut config) => {
            config.quality = Bounds::NONE;
            config.languages.retain(|_, own| {
                own.quality = None;
                own.quality_buckets.is_some()
            });
            StageSpec::Classify(config)
        }
        stage => stage,
    }
}

/// What the ledger cannot tell of these bounds.
fn reasons_for_another_run(run: &Recipe, other: Option<&Recipe>, after: &FilterConfig) -> Result<Vec<String>, Usage> {
    let mut reasons = Vec::new();
    let before = filter_of(run)?;
    let place = run.stages.iter().position(|stage| matches!(stage, StageSpec::Filter(_))).unwrap_or_default();
    let behind = &run.stages[place..];
    if let Some(global) = behind.iter().find(|stage| stage.is_global()) {
        reasons.push(format!(
            "`{}` compares documents behind the filters, and what else would go or stay there depends on what they keep",
            global.id()
        ));
    }
    if let Some(stage) = behind.iter().find(|stage| rejects_behind_filters(stage)) {
        reasons.push(format!(
            "`{}` behind the filters has not seen what is gained, and may reject some of it",
            stage.id()
        ));
    }
    if after.needs_token_references() && !before.judges_tokens() {
        reasons
            .push("this run made no token references, so `tokens.kl` and `tokens.outlier_mass` have no values".into());
    }
    if after.references != before.references {
        reasons.push("the token references are others, and `tokens.kl` and `tokens.outlier_mass` with them".into());
    }
    if (&after.dirty_words, &after.allowed_words) != (&before.dirty_words, &before.allowed_words) {
        reasons.push("the word lists are others, and `words.dirty` with them".into());
    }
    if after.unsafe_model != before.unsafe_model {
        reasons.push("the model of unsafe text is another, and `model.unsafe` with it".into());
    }
    if let Some(other) = other {
        let differ = |one: &Recipe, two: &Recipe| -> Vec<String> {
            // Bounds of quality that the ledger cannot be judged by are a difference like any other.
            let judged = is_classified_behind_filters(one) && is_classified_behind_filters(two);
            let compared = |stage: &StageSpec| if judged { unbounded(stage) } else { stage.clone() };
            let known: Vec<StageSpec> = two.stages.iter().map(compared).collect();
            let is_other =
                |stage: &&StageSpec| !matches!(stage, StageSpec::Filter(_)) && !known.contains(&compared(stage));
            one.stages.iter().filter(is_other).map(|stage| format!("`{}`", stage.id())).collect()
        };
        let mut stages = [differ(run, other), differ(other, run)].concat();
        stages.sort();
        stages.dedup();
        if !stages.is_empty() {
            reasons.push(format!("the recipes differ beside the filters, in {}", stages.join(", ")));
        }
    }
    Ok(reasons)
}

/// Whether a stage may reject what the filters kept, by what only a run knows.
fn rejects_behind_filters(stage: &StageSpec) -> bool {
    match stage {
        StageSpec::Classify(config) => config.rejects(),
        StageSpec::Write(_) | StageSpec::Filter(_) => false,
        stage => !stage.is_global(),
    }
}

/// `FILTER.min=N`, `FILTER.max=N`, `FILTER=off`, each with `LANGUAGE:` before it for the bounds of one language.
fn set(config: &mut FilterConfig, setting: &str) -> Result<(), Usage> {
    let form = || {
        Usage(format!(
            "--set {setting}: write FILTER.min=N, FILTER.max=N or FILTER=off, for one language LANGUAGE:FILTER.max=N"
        ))
    };
    let (name, value) = setting.split_once('=').ok_or_else(form)?;
    let (language, name) = match name.split_once(':') {
        Some((language, name)) if !language.is_empty() => (Some(language), name),
        Some(_) => return Err(form()),
        None => (None, name),
    };
    let known = || FILTERS.iter().map(|filter| filter.card().id);
    let unknown = |id: &str| {
        let elsewhere = ["language.", "scrub.", "dedup.", "url.", "extract.", "read."];
        let hint = if id.starts_with("classify.") {
            nearest(id, [QUALITY])
        } else if elsewhere.iter().any(|stage| id.starts_with(stage)) {
            "; another stage decides it: that needs another run".into()
        } else {
            nearest(id, known())
        };
        Usage(format!("--set {setting}: there is no filter `{id}`{hint}"))
    };
    if value == "off" {
        if let Some(language) = language {
            return config.set_language_bounds(language, name, Bounds::default()).map_err(|_| unknown(name));
        }
        return config.set_bounds(name, None).map_err(|_| unknown(name));
    }
    let (id, end) = name.rsplit_once('.').ok_or_else(form)?;
    if !known().any(|known| known == id) {
        return Err(if matches!(end, "min" | "max") { unknown(id) } else { form() });
    }
    let number: f64 = value.parse().map_err(|_| form())?;
    let mut bounds: Bounds = config.bounds_of(id, language).unwrap_or_default();
    match end {
        "min" => bounds.min = Some(number),
        "max" => bounds.max = Some(number),
        _ => return Err(form()),
    }
    match language {
        Some(language) => config.set_language_bounds(language, id, bounds),
        None => config.set_bounds(id, Some(bounds)),
    }
    .map_err(Usage)
}

fn comparison(judged: &Judged) -> String {
    let (before, after) = (&judged.before, &judged.after);
    let seen = before.kept + before.rejected.values().sum::<u64>();
    let mut text = format!("{} documents reached the filters\n\n", HumanCount(seen));
    // Writing to a string cannot fail, here and below.
    let _ = writeln!(text, "{:<34} {:>13} {:>13} {:>13}", "", "run", "other bounds", "change");
    let mut line = |name: &str, old: u64, new: u64| {
        let _ = writeln!(
            text,
            "{name:<34} {:>13} {:>13} {:>13}",
            HumanCount(old).to_string(),
            HumanCount(new).to_string(),
            change(old, new)
        );
    };
    line("kept by the filters", before.kept, after.kept);
    line("tokens kept", before.tokens, after.tokens);
    for id in FILTERS.iter().map(|filter| filter.card().id).chain([QUALITY]) {
        let count = |side: &BTreeMap<&str, u64>| side.get(id).copied().unwrap_or(0);
        let (old, new) = (count(&before.rejected), count(&after.rejected));
        if old + new > 0 {
            line(&format!("rejected by {id}"), old, new);
        }
    }
    text.push_str("\nTokens of documents that the run rejected are estimated from their words.\n");
    text
}

fn change(old: u64, new: u64) -> String {
    match new.cmp(&old) {
        std::cmp::Ordering::Less => format!("-{}", HumanCount(old - new)),
        std::cmp::Ordering::Equal => "0".into(),
        std::cmp::Ordering::Greater => format!("+{}", HumanCount(new - old)),
    }
}

fn moved(text: &mut String, name: &str, what: &str, moves: &Moves) {
    let (documents, tokens) = (HumanCount(moves.documents), HumanCount(moves.tokens));
    let _ = writeln!(text, "\n{name}: {documents} documents, {tokens} tokens ({what})");
    for (title, counts) in [("by language", &moves.languages), ("by class", &moves.classes)] {
        let mut counts: Vec<_> = counts.iter().collect();
        counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        let shown: Vec<String> = counts.iter().take(8).map(|(name, count)| format!("{name} {count}")).collect();
        if !shown.is_empty() {
            let _ = writeln!(text, "  {title}: {}", shown.join(", "));
        }
    }
    for (id, document) in &moves.samples {
        let (filter, value, bound) = document.rule;
        let _ = writeln!(text, "  {}  {filter} {}  {}", &id[..12], verdict::comparison(value, bound), document.url);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_as_people_write_them() {
        let mut config = FilterConfig::default();
        set(&mut config, "length.words.min=100").unwrap();
        set(&mut config, "length.words.max=1e5").unwrap();
        assert_eq!(config.bounds_of("length.words", None), Some(Bounds::between(100.0, 100_000.0)));
        set(&mut config, "length.words=off").unwrap();
        assert_eq!(config.bounds_of("length.words", None), None);
        set(&mut config, "length.words.min=10").unwrap();
        set(&mut config, "zho:length.words.max=50").unwrap();
        set(&mut config, "deu_Latn:length.words=off").unwrap();
        let bounds = |language| config.bounds_of("length.words", Some(language));
        assert_eq!(bounds("zho_Hans"), Some(Bounds::between(10.0, 50.0)), "the other end stays");
        assert_eq!(bounds("deu_Latn"), Some(Bounds::default()));
        assert_eq!(bounds("eng_Latn"), Some(Bounds::at_least(10.0)));
        for (setting, expected) in [
            (":length.words.min=1", "LANGUAGE:FILTER.max=N"),
            ("zho:length.wrods.min=1", "did you mean `length.words`"),
            ("length.wrods.min=1", "did you mean `length.words`"),
            ("length.words=1", "FILTER.min=N"),
            ("length.words.min=much", "FILTER.min=N"),
            ("scrub.spans.max=9", "needs another run"),
            ("classify.qualty.min=0.1", "did you mean `classify.quality`"),
        ] {
            let told = set(&mut config, setting).unwrap_err().to_string();
            assert!(told.contains(expected), "{told}");
        }
    }

    #[test]
    fn quality_of_a_language_is_that_of_its_scripts() {
        let own = serde_json::json!({ "languages": { "deu_Latn": { "quality": { "min": 0.1 } } } });
        let mut config: ClassifyConfig = serde_json::from_value(own).unwrap();
        let mut set = |setting: &str| {
            let (language, end) = setting_of_quality(setting).unwrap();
            set_quality(Some(&mut config), language, end, setting).unwrap();
            ["deu_Latn", "eng_Latn"].map(|label| config.quality_of(Some(label)).min)
        };
        assert_eq!(set("classify.quality.min=0.4"), [Some(0.1), Some(0.4)], "what the recipe says of a language stays");
        assert_eq!(set("deu:classify.quality.min=0.3"), [Some(0.3), Some(0.4)]);
        assert_eq!(set("deu_Latn:classify.quality=off"), [None, Some(0.4)]);
    }

    #[test]
    fn quality_is_judged_behind_the_filters_alone() {
        let [filter, classify] = ["filter", "classify"].map(|kind| serde_json::json!({ "kind": kind }));
        assert!(is_classified_behind_filters(&recipe(&[filter.clone(), classify.clone()])));
        assert!(!is_classified_behind_filters(&recipe(&[classify.clone(), filter.clone()])));
        let bounded = serde_json::json!({ "kind": "classify", "quality": { "min": 0.5 } });
        for (one, other, n_reasons) in [
            ([filter.clone(), classify.clone()], [filter.clone(), bounded.clone()], 0),
            ([classify, filter.clone()], [bounded, filter], 1),
        ] {
            let (one, other) = (recipe(&one), recipe(&other));
            let after = filter_of(&other).unwrap().clone();
            let reasons = reasons_for_another_run(&one, Some(&other), &after).unwrap();
            assert_eq!(reasons.iter().filter(|reason| reason.contains("differ")).count(), n_reasons, "{reasons:?}");
        }
    }

    fn recipe(stages: &[serde_json::Value]) -> Recipe {
        Recipe::from_json(&serde_json::json!({ "name": "r", "seed": 0, "stage": stages, "mix": [] })).unwrap()
    }

    #[test]
    fn what_the_ledger_cannot_tell_is_said() {
        let plain = serde_json::json!({ "kind": "filter", "length.words": { "min": 5 } });
        let by_tokens = serde_json::json!({ "kind": "filter", "tokens.kl": { "max": 2 } });
        let other_lists = serde_json::json!({ "kind": "filter", "dirty_words": ["en"] });
        let other_model = serde_json::json!({ "kind": "filter", "unsafe_model": { "model": "nsfw", "label": "nsfw" } });
        let others_allowed = serde_json::json!({ "kind": "filter", "allowed_words": ["en"] });
        let kind = |kind: &str| serde_json::json!({ "kind": kind });
        let good = serde_json::json!({ "kind": "classify", "quality": { "min": 0.5 } });
        for (what, run, other, expected) in [
            ("nothing", vec![kind("dedup.url"), plain.clone(), kind("classify"), kind("write")], plain.clone(), None),
            (
                "a global step behind",
                vec![plain.clone(), kind("dedup.document")],
                plain.clone(),
                Some("`dedup.document`"),
            ),
            ("a judge behind", vec![plain.clone(), good], plain.clone(), Some("`classify` behind")),
            ("lines behind", vec![plain.clone(), kind("lines")], plain.clone(), Some("`lines` behind")),
            ("no references", vec![plain.clone()], by_tokens.clone(), Some("no token references")),
            ("references of the run", vec![by_tokens.clone()], by_tokens, None),
            ("other lists", vec![plain.clone()], other_lists, Some("`words.dirty`")),
            ("another model", vec![plain.clone()], other_model, Some("`model.unsafe`")),
            ("other words allowed", vec![plain.clone()], others_allowed, Some("`words.dirty`")),
        ] {
            let after = recipe(&[other]);
            let after = filter_of(&after).unwrap();
            let reasons = reasons_for_another_run(&recipe(&run), None, after).unwrap();
            match expected {
                None => assert_eq!(reasons, Vec::<String>::new(), "{what}"),
                Some(expected) => {
                    assert!(reasons.iter().any(|reason| reason.contains(expected)), "{what}: {reasons:?}");
                }
            }
        }
        let (run, other) =
            (recipe(&[kind("url"), plain.clone(), kind("scrub")]), recipe(&[kind("text"), plain, kind("scrub")]));
        let reasons = reasons_for_another_run(&run, Some(&other), filter_of(&other).unwrap()).unwrap();
        assert!(reasons.iter().any(|reason| reason.contains("in `text`, `url`")), "{reasons:?}");
    }
}
