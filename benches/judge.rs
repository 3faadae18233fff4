//! `trommel judge` over a ledger of a million documents: `cargo bench --bench judge`.
//!
//! The ledger is that of a run over the sample, its documents that reached the filters repeated with new ids and URLs.
//! Their measures are moved by up to a thousandth, so that a column holds as many values as a crawl's would, and
//! compresses no better. Times are of the whole program, as a user waits for it, at the best and the median of five.
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::cast_precision_loss,
    reason = "a bench prints and may stop"
)]

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Instant;

use arrow::array::{
    Array, ArrayRef, AsArray, FixedSizeBinaryArray, Float64Array, RecordBatch, StringArray, StructArray,
};
use arrow::compute::{concat_batches, filter_record_batch, is_not_null};
use arrow::datatypes::Float64Type;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use stages::task::Layout;
use stages::write::TableWriter;

const ROWS: usize = 1_000_000;
const FILES: usize = 10;

fn main() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    let crawl = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample_data/crawl");
    trommel(&["run", "sample", "--input", crawl.to_str().unwrap(), "--out", out.to_str().unwrap()]);
    let bytes = grow(&Layout::new(&out));
    println!("a ledger of {ROWS} documents in {FILES} files, {} MB", bytes / 1_000_000);
    println!("{:<58} {:>8} {:>8}", "trommel judge RUN", "best s", "median");
    for asked in [
        &["--set", "repetition.duplicate_lines.max=0.2"][..],
        &["--set", "length.words.min=100", "--set", "words.stop=off"],
        &["--recipe", "gopher"],
    ] {
        let mut arguments = vec!["judge", out.to_str().unwrap()];
        arguments.extend(asked);
        let mut seconds: Vec<f64> = (0..5)
            .map(|_| {
                let started = Instant::now();
                let told = trommel(&arguments);
                let seconds = started.elapsed().as_secs_f64();
                assert!(told.starts_with("1,000,"), "every document is judged: {told}");
                seconds
            })
            .collect();
        seconds.sort_by(f64::total_cmp);
        println!("{:<58} {:>8.2} {:>8.2}", asked.join(" "), seconds[0], seconds[2]);
    }
}

fn trommel(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_trommel")).args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Puts the large ledger in the place of the run's; its bytes.
fn grow(layout: &Layout) -> u64 {
    let files = layout.files("ledger").unwrap();
    let batches: Vec<RecordBatch> = files
        .iter()
        .flat_map(|path| {
            let file = std::fs::File::open(path).unwrap();
            ParquetRecordBatchReaderBuilder::try_new(file).unwrap().build().unwrap().map(Result::unwrap)
        })
        .collect();
    let whole = concat_batches(&batches[0].schema(), &batches).unwrap();
    let reached = is_not_null(whole.column_by_name("branch").unwrap()).unwrap();
    let documents = filter_record_batch(&whole, &reached).unwrap();
    for path in &files {
        std::fs::remove_file(path).unwrap();
    }
    let (mut row, mut bytes) = (0, 0);
    for file in 1..=FILES {
        let name = format!("ledger/part-{file}.parquet");
        let mut writer = TableWriter::create(layout, &name, documents.schema()).unwrap();
        while row < ROWS * file / FILES {
            writer.write(&renewed(&documents, row)).unwrap();
            row += documents.num_rows();
        }
        writer.finish().unwrap();
        bytes += std::fs::metadata(layout.path(&name)).unwrap().len();
    }
    bytes
}

/// The documents with other ids, URLs and measures; `first` is the number of the first.
fn renewed(documents: &RecordBatch, first: usize) -> RecordBatch {
    let numbers = || (first as u64..).take(documents.num_rows());
    let columns = documents.schema_ref().fields().iter().zip(documents.columns()).map(|(field, column)| -> ArrayRef {
        match field.name().as_str() {
            "id" => {
                let ids = numbers().map(|n| [hash(n).to_le_bytes(), hash(!n).to_le_bytes()].concat());
                Arc::new(FixedSizeBinaryArray::try_from_iter(ids).unwrap())
            }
            "url" => {
                let urls = column.as_string::<i32>().iter().zip(numbers());
                Arc::new(urls.map(|(url, n)| url.map(|url| format!("{url}/{:x}", hash(n)))).collect::<StringArray>())
            }
            "measures" => {
                let measures = column.as_struct();
                let moved = measures.columns().iter().enumerate().map(|(place, values)| -> ArrayRef {
                    let values = values.as_primitive::<Float64Type>().iter().zip(numbers());
                    let share = |n: u64| hash(n ^ ((place as u64) << 40)) as f64 / u64::MAX as f64;
                    let moved = values.map(|(value, n)| value.map(|value| value * (1.0 - share(n) / 1000.0)));
                    Arc::new(moved.collect::<Float64Array>())
                });
                let (fields, nulls) = (measures.fields().clone(), measures.nulls().cloned());
                Arc::new(StructArray::new(fields, moved.collect(), nulls))
            }
            _ => Arc::clone(column),
        }
    });
    RecordBatch::try_new(documents.schema(), columns.collect()).unwrap()
}

/// A number that looks random (`SplitMix64`).
const fn hash(number: u64) -> u64 {
    let z = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
