//! `trommel sql`: DataFusion SQL over a run's tables.

use anyhow::{Context, Result};
use datafusion::arrow::json::LineDelimitedWriter;
use datafusion::arrow::util::pretty::pretty_format_batches;
use datafusion::execution::context::SQLOptions;
use datafusion::prelude::{ParquetReadOptions, SessionConfig, SessionContext};

use super::saved::Saved;
use super::{Usage, print};
use crate::cli::SqlArgs;
use stages::task::Layout;

pub(super) fn run(args: &SqlArgs) -> Result<()> {
    let (layout, ..) = Saved::finished(&args.run)?;
    let runtime = tokio::runtime::Runtime::new().context("start the engine")?;
    let batches = runtime.block_on(async {
        let context = tables(&layout).await?;
        // A query that cannot be planned is the user's to mend.
        let reading = SQLOptions::new().with_allow_ddl(false).with_allow_dml(false).with_allow_statements(false);
        let query =
            context.sql_with_options(&args.query, reading).await.map_err(|error| Usage(error.strip_backtrace()))?;
        Ok::<_, anyhow::Error>(query.collect().await?)
    })?;
    if args.json {
        let mut writer = LineDelimitedWriter::new(Vec::new());
        writer.write_batches(&batches.iter().collect::<Vec<_>>())?;
        writer.finish()?;
        return print(&String::from_utf8(writer.into_inner())?);
    }
    print(&format!("{}\n", pretty_format_batches(&batches)?))
}

/// The tables of a run: what it wrote, under the folders' names; a mix is `mix_NAME`.
async fn tables(layout: &Layout) -> Result<SessionContext> {
    let config = SessionConfig::new()
        .with_information_schema(true)
        .set_bool("datafusion.execution.parquet.pushdown_filters", true);
    let context = SessionContext::new_with_config(config);
    let mut folders: Vec<(String, String)> =
        ["documents", "rejected", "failed", "ledger", "dedup", "lines", "superseded"]
            .map(|name| (name.to_owned(), name.to_owned()))
            .into();
    if let Ok(mixes) = std::fs::read_dir(layout.path("mixes")) {
        let mut names: Vec<String> = mixes.filter_map(|mix| mix.ok()?.file_name().into_string().ok()).collect();
        names.sort();
        folders.extend(
            names.iter().map(|name| (format!("mix_{}", name.replace(['-', '.'], "_")), format!("mixes/{name}"))),
        );
    }
    for (table, folder) in folders {
        let path = layout.path(&folder);
        if path.is_dir() {
            let path = path.to_str().context("the run's path is not UTF-8")?;
            context.register_parquet(&table, path, ParquetReadOptions::default()).await?;
        }
    }
    Ok(context)
}
