//! `trommel train`: the small models that ship, from a folder of training data.

use anyhow::Result;

use super::print;
use crate::cli::TrainArgs;
use crate::train::{self, Task};

pub(super) fn run(args: &TrainArgs) -> Result<()> {
    let task = Task { model: &args.model, data: &args.data, out: &args.out, seed: args.seed };
    print(&train::run(&task)?)
}
