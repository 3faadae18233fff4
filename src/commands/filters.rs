//! `trommel filters`: the registry, as text.

use std::fmt::Write as _;

use anyhow::Result;
use filters::{Bounds, FILTERS};
use stages::names::nearest;

use super::{Usage, print};
use crate::cli::FiltersArgs;

pub(super) fn run(args: &FiltersArgs) -> Result<()> {
    if args.show.is_none() {
        return print(&list());
    }
    let Some(id) = &args.id else { return Err(Usage("which filter? `trommel filters` lists them".into()).into()) };
    let known = FILTERS.iter().map(|filter| filter.card().id);
    let filter = filters::find(id).ok_or_else(|| Usage(format!("there is no filter `{id}`{}", nearest(id, known))))?;
    print(&filters::card::markdown(filter.card()))
}

/// Every filter: id, published bounds, what it measures.
fn list() -> String {
    let mut text = format!("{:<36} {:<20} summary\n", "filter", "published bounds");
    for filter in FILTERS {
        let card = filter.card();
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{:<36} {:<20} {}", card.id, bounds(card.default), card.summary);
    }
    text.push_str("\nAll filters measure; the ones that a recipe names judge. `trommel filters show ID` shows one.\n");
    text
}

fn bounds(bounds: Bounds) -> String {
    match (bounds.min, bounds.max) {
        (Some(min), Some(max)) => format!("{min} to {max}"),
        (Some(min), None) => format!("at least {min}"),
        (None, Some(max)) => format!("at most {max}"),
        (None, None) => "none".into(),
    }
}
