//! The plan node of a pass.

use std::fmt;
use std::sync::Arc;

use arrow::array::{RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Schema};
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::error::{DataFusionError, Result as PlanResult};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_expr::{EquivalenceProperties, PhysicalExpr};
use datafusion::physical_plan::execution_plan::{Boundedness, EmissionType};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{DisplayAs, DisplayFormatType, ExecutionPlan, Partitioning, PlanProperties};
use futures::StreamExt;
use serde::{Deserialize, Serialize};

use super::chain::Chain;
use super::process::process;
use super::sink::Sink;
use super::spec::PassSpec;
use crate::error::{Result, StageError};
use crate::plan::Run;
use crate::task::{Commit, Shard, Workbench};

/// Runs a pass over the documents of one shard, which its input yields in order, and emits the commit as JSON.
///
/// All that it needs is in [`PassTask`], which serialises; threads and models are found in the session where it runs
/// (an extension of type [`Workbench`]).
#[derive(Debug)]
pub struct PassExec {
    task: Arc<PassTask>,
    input: Arc<dyn ExecutionPlan>,
    properties: Arc<PlanProperties>,
}

/// One shard of one pass.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PassTask {
    /// The pass.
    pub pass: PassSpec,
    /// The run.
    pub run: Run,
    /// The shard.
    pub shard: Shard,
}

impl PassExec {
    /// The node over a scan of the shard.
    #[must_use]
    pub fn new(task: Arc<PassTask>, input: Arc<dyn ExecutionPlan>) -> Self {
        let schema = Arc::new(Schema::new(vec![Field::new("commit", DataType::Utf8, false)]));
        let properties = Arc::new(PlanProperties::new(
            EquivalenceProperties::new(schema),
            Partitioning::UnknownPartitioning(1),
            EmissionType::Final,
            Boundedness::Bounded,
        ));
        Self { task, input, properties }
    }

    /// What it does.
    #[must_use]
    pub fn task(&self) -> &PassTask {
        &self.task
    }
}

impl DisplayAs for PassExec {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let stages: Vec<_> = self.task.pass.stages.iter().map(crate::spec::StageSpec::id).collect();
        write!(f, "PassExec: {} of {}: {}", self.task.pass.name, self.task.shard.name, stages.join(" → "))
    }
}

impl ExecutionPlan for PassExec {
    fn name(&self) -> &'static str {
        "PassExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        vec![&self.input]
    }

    fn maintains_input_order(&self) -> Vec<bool> {
        vec![true]
    }

    fn benefits_from_input_partitioning(&self) -> Vec<bool> {
        vec![false] // a file is one partition
    }

    fn with_new_children(
        self: Arc<Self>,
        mut children: Vec<Arc<dyn ExecutionPlan>>,
    ) -> PlanResult<Arc<dyn ExecutionPlan>> {
        match children.pop() {
            Some(input) if children.is_empty() => Ok(Arc::new(Self::new(Arc::clone(&self.task), input))),
            _ => Err(DataFusionError::Internal("PassExec has one input".into())),
        }
    }

    fn apply_expressions(
        &self,
        _: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> PlanResult<TreeNodeRecursion>,
    ) -> PlanResult<TreeNodeRecursion> {
        Ok(TreeNodeRecursion::Continue)
    }

    fn execute(&self, partition: usize, context: Arc<TaskContext>) -> PlanResult<SendableRecordBatchStream> {
        let bench = context
            .session_config()
            .get_extension::<Workbench>()
            .ok_or_else(|| DataFusionError::Internal("no workbench in this session".into()))?;
        let input = self.input.execute(partition, context)?;
        let task = Arc::clone(&self.task);
        let schema = Arc::clone(self.properties.eq_properties.schema());
        let commit_schema = Arc::clone(&schema);
        let stream = futures::stream::once(async move {
            let commit = drive(&task, input, bench).await?;
            let json = serde_json::to_string(&commit).map_err(|error| DataFusionError::External(Box::new(error)))?;
            Ok(RecordBatch::try_new(commit_schema, vec![Arc::new(StringArray::from(vec![json]))])?)
        });
        Ok(Box::pin(RecordBatchStreamAdapter::new(schema, stream)))
    }
}

/// Batches go through the chain on the pool's threads, a few at a time, and reach the sink in their order.
async fn drive(task: &PassTask, input: SendableRecordBatchStream, bench: Arc<Workbench>) -> Result<Commit> {
    let chain = Arc::new(Chain::new(&task.pass, &task.run, &task.shard, &bench)?);
    let mut sink = Sink::open(&task.pass, &task.run, &task.shard, &chain)?;
    let mut first_row = 0;
    let processed = input.map(|table| {
        let (sender, receiver) = tokio::sync::oneshot::channel();
        match table {
            Ok(table) => {
                let (chain, row) = (Arc::clone(&chain), first_row);
                first_row += table.num_rows();
                bench.pool.spawn(move || drop(sender.send(process(&chain, table, row))));
            }
            Err(error) => drop(sender.send(Err(error.into()))),
        }
        async move { receiver.await.unwrap_or_else(|_| Err(StageError::Internal("a batch was dropped".into()))) }
    });
    let mut processed = std::pin::pin!(processed.buffered(bench.batches_of_a_task()));
    while let Some(batch) = processed.next().await {
        bench.check()?;
        let batch = batch?;
        let seen = batch.counts.first().map_or(0, |count| count.documents_in);
        bench.meter.add_documents(seen, batch.documents.num_rows() as u64);
        sink.write(batch)?;
    }
    sink.finish()
}
