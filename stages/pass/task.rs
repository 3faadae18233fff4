//! A pass as a phase: one task an input file, each a plan of its own.

use std::path::Path;
use std::sync::Arc;
use std::time::UNIX_EPOCH;

use arrow::array::AsArray;
use datafusion::datasource::listing::PartitionedFile;
use datafusion::datasource::physical_plan::{FileGroup, FileScanConfigBuilder, FileSource, ParquetSource};
use datafusion::datasource::source::DataSourceExec;
use datafusion::execution::TaskContext;
use datafusion::execution::object_store::ObjectStoreUrl;
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::prelude::{SessionConfig, SessionContext};
use futures::StreamExt;
use object_store::ObjectMeta;

use super::exec::{PassExec, PassTask};
use super::spec::{PassSpec, Source};
use crate::error::{Result, StageError};
use crate::plan::{Part, Phase, Run, Split};
use crate::read::RecordSource;
use crate::schema;
use crate::spec::StageSpec;
use crate::task::{Commit, Shard, Workbench};

/// Documents in a batch of what an earlier pass left: about a megabyte of text, as the batches of pages become.
const DOCUMENTS: usize = 128;

impl Phase for PassSpec {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn split(&self, _: &Run, _: &Workbench) -> Result<Split> {
        Ok(Split::Shards)
    }

    fn key(&self) -> &str {
        &self.key
    }

    fn work(&self, run: &Run, part: &Part, bench: &Arc<Workbench>) -> Result<Commit> {
        let shard = run.shards[part.number as usize].clone();
        let scan = scan(self, run, &shard, bench)?;
        let task = Arc::new(PassTask { pass: self.clone(), run: run.clone(), shard });
        let plan = PassExec::new(task, scan);
        let mut stream = plan.execute(0, context(bench)?)?;
        let rows = tokio::runtime::Handle::current().block_on(stream.next());
        let row = rows.ok_or_else(|| StageError::Internal("a pass ended without a commit".into()))??;
        let commit = row.column(0).as_string::<i32>().value(0);
        serde_json::from_str(commit).map_err(|error| StageError::Internal(error.to_string()))
    }
}

/// The scan of one shard: its input file, or what an earlier pass kept of it.
fn scan(pass: &PassSpec, run: &Run, shard: &Shard, bench: &Arc<Workbench>) -> Result<Arc<dyn ExecutionPlan>> {
    let (path, bytes, source): (_, _, Arc<dyn FileSource>) = match &pass.source {
        Source::Inputs => {
            let Some(StageSpec::Read(config)) = pass.stages.first() else {
                return Err(StageError::Internal("a pass over the inputs begins with `read`".into()));
            };
            let source = RecordSource::new(config.clone(), shard.name.clone(), run.limit, Some(Arc::clone(bench)));
            (shard.path.clone(), shard.bytes, Arc::new(source))
        }
        Source::Pass { name, columns } => {
            let path = run.layout.path(&format!("work/{name}/documents/{}.parquet", shard.stem));
            let bytes = std::fs::metadata(&path).map_err(StageError::io("open", &path))?.len();
            (path, bytes, Arc::new(ParquetSource::new(schema::schema(&schema::named(columns)?))))
        }
    };
    scan_of(&path, bytes, source)
}

/// What a plan runs in: one partition, on this workbench.
pub(super) fn context(bench: &Arc<Workbench>) -> Result<Arc<TaskContext>> {
    let config =
        SessionConfig::new().with_target_partitions(1).with_batch_size(DOCUMENTS).with_extension(Arc::clone(bench));
    let runtime = RuntimeEnvBuilder::new().build_arc()?;
    Ok(SessionContext::new_with_config_rt(config, runtime).task_ctx())
}

/// The scan of one file.
pub(super) fn scan_of(path: &Path, bytes: u64, source: Arc<dyn FileSource>) -> Result<Arc<dyn ExecutionPlan>> {
    // Without `..` and links, which a location may not have.
    let path = std::fs::canonicalize(path).map_err(StageError::io("open", path))?;
    let location = object_store::path::Path::from_absolute_path(&path).map_err(StageError::table(&path))?;
    // Not `PartitionedFile::new`: it would encode the characters of the location a second time.
    let file = PartitionedFile::from(ObjectMeta {
        location,
        last_modified: UNIX_EPOCH.into(),
        size: bytes,
        e_tag: None,
        version: None,
    });
    let scan = FileScanConfigBuilder::new(ObjectStoreUrl::local_filesystem(), source)
        .with_file_groups(vec![FileGroup::new(vec![file])])
        .build();
    Ok(DataSourceExec::from_data_source(scan))
}
