//! `trommel selftest`: does this build do what it says, on this machine?

mod dedup;
mod kl;
mod kl_texts;

use anyhow::{Result, ensure};

use super::print;
use crate::cli::SelftestArgs;

pub(super) fn run(args: &SelftestArgs) -> Result<()> {
    let (text, passed) = if args.what == "kl" { kl::run(args)? } else { dedup::run(args)? };
    print(&text)?;
    ensure!(passed, "the selftest found what should not be, see above");
    Ok(())
}
