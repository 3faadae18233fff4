//! A few hundred documents on their way through a pass.
//!
//! A batch is a table and, beside it, the fates of its rows. A stage adds columns and sets fates; rows stay where they
//! are until the pass's sink lays them out, so that each stage can be held to `in = kept + rejected + failed`.

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, FixedSizeBinaryArray, RecordBatch, StringArray, StructArray, UInt32Array,
};
use arrow::datatypes::{Float32Type, Schema, UInt32Type};
use filters::{Block, BlockKind};

use crate::error::{Result, StageError};
use crate::fate::Fate;
use crate::schema::{self, Column};

/// Documents and their fates.
#[derive(Debug)]
pub struct Batch {
    table: RecordBatch,
    fates: Vec<Option<Fate>>,
    first_row: usize,
}

impl Batch {
    /// A batch in which every row goes on. `first_row` is its first row's number in the shard.
    #[must_use]
    pub fn new(table: RecordBatch, first_row: usize) -> Self {
        let fates = vec![None; table.num_rows()];
        Self { table, fates, first_row }
    }

    /// Rows, whatever their fate.
    #[must_use]
    pub fn len(&self) -> usize {
        self.fates.len()
    }

    /// Whether there are no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.fates.is_empty()
    }

    /// The number, in the shard, of the batch's first row.
    #[must_use]
    pub fn first_row(&self) -> usize {
        self.first_row
    }

    /// The table.
    #[must_use]
    pub fn table(&self) -> &RecordBatch {
        &self.table
    }

    /// The fates, one a row; `None` goes on.
    #[must_use]
    pub fn fates(&self) -> &[Option<Fate>] {
        &self.fates
    }

    /// Whether the row goes on.
    #[must_use]
    pub fn is_alive(&self, row: usize) -> bool {
        self.fates[row].is_none()
    }

    /// How many rows go on.
    #[must_use]
    pub fn n_alive(&self) -> usize {
        self.fates.iter().filter(|fate| fate.is_none()).count()
    }

    /// Ends a row. The first fate stands.
    pub fn end(&mut self, row: usize, fate: Fate) {
        self.fates[row].get_or_insert(fate);
    }

    /// Whether the table has the column.
    #[must_use]
    pub fn has(&self, column: &Column) -> bool {
        self.table.schema_ref().column_with_name(column.name).is_some()
    }

    /// A column; an error of ours if no earlier stage added it.
    ///
    /// # Errors
    /// [`StageError::Internal`] when no stage added it, or with another type.
    pub fn column(&self, column: &Column) -> Result<&ArrayRef> {
        self.table
            .column_by_name(column.name)
            .ok_or_else(|| StageError::Internal(format!("no stage added the column `{}`", column.name)))
    }

    /// A text column.
    ///
    /// # Errors
    /// [`StageError::Internal`] when no stage added it, or with another type.
    pub fn strings(&self, column: &Column) -> Result<&StringArray> {
        self.column(column)?.as_string_opt().ok_or_else(|| wrong_type(column))
    }

    /// The documents' ids.
    ///
    /// # Errors
    /// [`StageError::Internal`] when there are none.
    pub fn ids(&self) -> Result<&FixedSizeBinaryArray> {
        self.column(&schema::ID)?.as_fixed_size_binary_opt().ok_or_else(|| wrong_type(&schema::ID))
    }

    /// A column of numbers.
    ///
    /// # Errors
    /// [`StageError::Internal`] when no stage added it, or with another type.
    pub fn numbers(&self, column: &Column) -> Result<&UInt32Array> {
        self.column(column)?.as_primitive_opt::<UInt32Type>().ok_or_else(|| wrong_type(column))
    }

    /// The blocks of every row, readable one row at a time.
    ///
    /// # Errors
    /// [`StageError::Internal`] when no stage added it, or with another type.
    pub fn blocks(&self) -> Result<BlockColumn> {
        BlockColumn::new(self.column(&schema::BLOCKS)?)
    }

    /// Adds a column, or puts it in the place of the old one.
    ///
    /// # Errors
    /// [`StageError::Arrow`] when there is not one value a row.
    pub fn set(&mut self, column: &Column, values: ArrayRef) -> Result<()> {
        let old = self.table.schema();
        let (mut fields, mut columns) = (old.fields().to_vec(), self.table.columns().to_vec());
        if let Some((place, _)) = old.column_with_name(column.name) {
            columns[place] = values;
        } else {
            fields.push(column.field());
            columns.push(values);
        }
        self.table = RecordBatch::try_new(Arc::new(Schema::new(fields)), columns)?;
        Ok(())
    }

    /// Drops a column that no later stage needs, so that its memory goes early.
    pub fn drop_column(&mut self, column: &Column) {
        if let Some((place, _)) = self.table.schema().column_with_name(column.name) {
            self.table.remove_column(place);
        }
    }

    /// The table with exactly these columns, in order; a column that no stage added is null.
    ///
    /// # Errors
    /// [`StageError::Arrow`] when a column has another type than it declares.
    pub fn project(&self, columns: &[&Column]) -> Result<RecordBatch> {
        let values = columns
            .iter()
            .map(|column| match column.name {
                "fate" => crate::fate::column(self.fates.iter().map(Option::as_ref)),
                name => self
                    .table
                    .column_by_name(name)
                    .cloned()
                    .unwrap_or_else(|| arrow::array::new_null_array(&column.data_type(), self.len())),
            })
            .collect();
        Ok(RecordBatch::try_new(schema::schema(columns), values)?)
    }
}

fn wrong_type(column: &Column) -> StageError {
    StageError::Internal(format!("the column `{}` is not {:?}", column.name, column.data_type()))
}

/// The `blocks` column, decoded row by row.
#[derive(Debug)]
pub struct BlockColumn {
    offsets: arrow::buffer::OffsetBuffer<i32>,
    kinds: StringArray,
    starts: UInt32Array,
    ends: UInt32Array,
}

impl BlockColumn {
    fn new(array: &ArrayRef) -> Result<Self> {
        let list = array.as_list_opt::<i32>().ok_or_else(|| wrong_type(&schema::BLOCKS))?;
        let items: &StructArray = list.values().as_struct_opt().ok_or_else(|| wrong_type(&schema::BLOCKS))?;
        Ok(Self {
            offsets: list.offsets().clone(),
            kinds: items.column(0).as_string_opt().ok_or_else(|| wrong_type(&schema::BLOCKS))?.clone(),
            starts: items.column(1).as_primitive_opt().ok_or_else(|| wrong_type(&schema::BLOCKS))?.clone(),
            ends: items.column(2).as_primitive_opt().ok_or_else(|| wrong_type(&schema::BLOCKS))?.clone(),
        })
    }

    /// The blocks of one row, into a buffer that is cleared first.
    pub fn read(&self, row: usize, into: &mut Vec<Block>) {
        into.clear();
        let (Ok(first), Ok(end)) = (usize::try_from(self.offsets[row]), usize::try_from(self.offsets[row + 1])) else {
            return;
        };
        into.extend((first..end).filter_map(|item| {
            let kind = BlockKind::parse(self.kinds.value(item))?;
            Some(Block { kind, start: self.starts.value(item), end: self.ends.value(item) })
        }));
    }
}

/// Collects the `blocks` column.
#[derive(Debug)]
pub struct BlocksBuilder {
    lengths: Vec<usize>,
    kinds: arrow::array::StringBuilder,
    starts: Vec<u32>,
    ends: Vec<u32>,
}

impl Default for BlocksBuilder {
    fn default() -> Self {
        Self { lengths: Vec::new(), kinds: arrow::array::StringBuilder::new(), starts: Vec::new(), ends: Vec::new() }
    }
}

impl BlocksBuilder {
    /// The next row's blocks.
    pub fn append(&mut self, blocks: &[Block]) {
        self.lengths.push(blocks.len());
        for block in blocks {
            self.kinds.append_value(block.kind.name());
            self.starts.push(block.start);
            self.ends.push(block.end);
        }
    }

    /// The column.
    #[must_use]
    pub fn finish(mut self) -> ArrayRef {
        let items = StructArray::new(
            schema::block_fields(),
            vec![
                Arc::new(self.kinds.finish()),
                Arc::new(UInt32Array::from(self.starts)),
                Arc::new(UInt32Array::from(self.ends)),
            ],
            None,
        );
        let field = Arc::new(arrow::datatypes::Field::new("item", items.data_type().clone(), true));
        Arc::new(arrow::array::ListArray::new(
            field,
            arrow::buffer::OffsetBuffer::from_lengths(self.lengths),
            Arc::new(items),
            None,
        ))
    }
}

/// A column of 32-bit numbers.
#[must_use]
pub fn numbers(values: Vec<Option<u32>>) -> ArrayRef {
    Arc::new(UInt32Array::from(values))
}

/// A column of 32-bit floats.
#[must_use]
pub fn floats(values: Vec<Option<f32>>) -> ArrayRef {
    Arc::new(arrow::array::PrimitiveArray::<Float32Type>::from(values))
}
