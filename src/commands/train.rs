//! `trommel train`: the small models that ship, from a folder of training data.

use std::path::Path;

use anyhow::Result;

use super::print;
use crate::cli::TrainArgs;
use crate::train::{self, Task};

pub(super) fn run(args: &TrainArgs) -> Result<()> {
    let shipped = if args.model == "extraction" { "stages/extract" } else { "filters/models" };
    let out = args.out.as_deref().unwrap_or_else(|| Path::new(shipped));
    let task = Task { model: &args.model, data: &args.data, out, seed: args.seed, outputs: args.outputs.as_deref() };
    print(&train::run(&task)?)
}
