//! Bucket files: fixed-size records grouped by bucket, the means by which keys meet.
//!
//! A global step is two map-only jobs. *Scatter*: each shard writes one file of its keys, grouped by bucket. *Gather*:
//! each bucket reads its part of every file, sorts it in memory and folds it. Decisions go back the same way, with the
//! shard as bucket. So no job needs another one's memory, each file is written once by one task, and doing a task
//! twice is harmless. This is about ten times cheaper than a general GROUP BY, and deterministic: a gather sorts
//! whole records, so neither the order of files nor the number of buckets shows in what it decides.
//!
//! A record is of fixed width, or carries a list of numbers besides ([`ListWriter`], [`Lists`]), which a gather need not
//! hold. What a scatter and a gather hold is bounded by the budgets that they are given.
//!
//! ```text
//! records of bucket 0 | of bucket 1 | … | records of bucket 0 (second run) | … | table | footer
//! table:  (bucket u32, first byte u64, bytes u64, records u64) for each group that is not empty
//! footer: entries of the table u64, record width u32 (the top bit: with lists), magic u32
//! ```

mod read;
mod write;

pub use read::{Lists, bucket_bytes, each_of_bucket, each_record, read_bucket, read_buckets};
pub use write::{BucketWriter, ListWriter};

/// A record of fixed width in a bucket file.
pub trait Record: Copy + Ord + Send {
    /// Bytes a record takes.
    const WIDTH: usize;

    /// Puts the record into `WIDTH` bytes.
    fn write(&self, into: &mut [u8]);

    /// Takes the record from `WIDTH` bytes.
    fn read(from: &[u8]) -> Self;
}

const MAGIC: u32 = 0x7472_6d63;
const ENTRY: usize = 28;
const FOOTER: usize = 16;
/// In the footer's width: each record has a list.
const LISTS: usize = 1 << 31;

/// The bucket of a hash, by its top bits.
#[must_use]
pub fn bucket_of(hash: u64, bits: u32) -> u32 {
    // A shift by 64 does not exist: zero bits is one bucket.
    u32::try_from(hash.checked_shr(64 - bits).unwrap_or(0)).unwrap_or(0)
}

/// How many bits of the hash choose the bucket, so that a bucket takes about `budget` bytes.
#[must_use]
pub fn bits_for(total_bytes: u64, budget: u64) -> u32 {
    let buckets = total_bytes.div_ceil(budget.max(1 << 16)).max(1);
    buckets.next_power_of_two().trailing_zeros().min(16)
}

/// Declares a record: a struct of numbers, ordered by its fields and written little-endian, one after the other.
#[macro_export]
macro_rules! record {
    ($(#[$meta:meta])* $vis:vis struct $name:ident { $($(#[$field_meta:meta])* $field:ident: $type:ty,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        $vis struct $name { $($(#[$field_meta])* $vis $field: $type,)+ }

        impl $crate::bucket::Record for $name {
            const WIDTH: usize = 0 $(+ size_of::<$type>())+;

            fn write(&self, into: &mut [u8]) {
                let rest = into;
                $(let (field, rest) = rest.split_at_mut(size_of::<$type>());
                  field.copy_from_slice(&self.$field.to_le_bytes());)+
                debug_assert!(rest.is_empty());
            }

            fn read(from: &[u8]) -> Self {
                let rest = from;
                $(let (field, rest) = rest.split_at(size_of::<$type>());
                  let mut bytes = [0; size_of::<$type>()];
                  bytes.copy_from_slice(field);
                  let $field = <$type>::from_le_bytes(bytes);)+
                debug_assert!(rest.is_empty());
                Self { $($field,)+ }
            }
        }
    };
}
pub use crate::record;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::task::Layout;

    record! {
        /// A key and where it comes from.
        struct Pair { key: u64, row: u32, }
    }

    fn scatter(layout: &Layout, name: &str, rows: &[u64], bits: u32, budget: usize) -> std::path::PathBuf {
        let mut writer = BucketWriter::<Pair>::new(layout, name, budget).unwrap();
        for (row, &key) in (0..).zip(rows) {
            writer.push(bucket_of(key, bits), Pair { key, row }).unwrap();
        }
        writer.finish().unwrap();
        layout.path(name)
    }

    #[test]
    fn every_record_comes_back_in_its_bucket_once() {
        let folder = tempfile::tempdir().unwrap();
        let layout = Layout::new(folder.path());
        let keys: Vec<u64> = (0..1000u64).map(|n| n.wrapping_mul(0x9e37_79b9_7f4a_7c15)).collect();
        for (bits, budget) in [(0, 1 << 20), (3, 1 << 20), (5, 256)] {
            let files = [
                scatter(&layout, "a", &keys[..600], bits, budget),
                scatter(&layout, "empty", &[], bits, budget),
                scatter(&layout, "b", &keys[600..], bits, budget),
            ];
            let mut found = Vec::new();
            for bucket in 0..1 << bits {
                let records: Vec<Pair> = read_bucket(&files, bucket).unwrap();
                assert!(records.iter().all(|record| bucket_of(record.key, bits) == bucket));
                found.extend(records.iter().map(|record| record.key));
            }
            found.sort_unstable();
            let mut expected = keys.clone();
            expected.sort_unstable();
            assert_eq!(found, expected, "{bits} bits, runs of {budget} bytes");
        }
    }

    #[test]
    fn lists_come_back_from_memory_and_from_files() {
        let folder = tempfile::tempdir().unwrap();
        let layout = Layout::new(folder.path());
        let list = |row: u32| (0..u64::from(row % 7)).map(|n| n + u64::from(row)).collect::<Vec<_>>();
        let mut paths = Vec::new();
        for (name, rows) in [("a", 0..50), ("b", 50..90)] {
            // A run of few bytes: several groups of one bucket in a file.
            let mut writer = ListWriter::<Pair>::new(&layout, name, 300).unwrap();
            for row in rows.rev() {
                writer.push(row % 3, Pair { key: u64::from(row / 2), row }, &list(row)).unwrap();
            }
            writer.finish().unwrap();
            paths.push(layout.path(name));
        }
        for budget in [0, 1 << 20] {
            let mut seen = 0;
            for bucket in 0..3 {
                let mut lists = Lists::<Pair>::open(&paths, bucket, budget).unwrap();
                assert!(lists.records().is_sorted());
                for place in 0..lists.records().len() {
                    let (row, mut found) = (lists.records()[place].row, vec![1]);
                    lists.get(place, &mut found).unwrap();
                    assert_eq!((row % 3, found), (bucket, list(row)));
                    seen += 1;
                }
            }
            assert_eq!(seen, 90);
        }
        assert!(read_bucket::<Pair>(&paths, 0).is_err(), "records with lists are not records without");
    }

    #[test]
    fn a_damaged_file_is_refused_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let layout = Layout::new(folder.path());
        let path = scatter(&layout, "a", &[1, 2, 3], 0, 1 << 20);
        let bytes = std::fs::read(&path).unwrap();
        for cut in [0, 1, bytes.len() / 2, bytes.len() - 1] {
            std::fs::write(&path, &bytes[..cut]).unwrap();
            let error = read_bucket::<Pair>(std::slice::from_ref(&path), 0).unwrap_err();
            assert!(error.to_string().contains(path.to_str().unwrap()), "{error}");
        }
    }

    #[test]
    fn buckets_fit_the_budget() {
        assert_eq!(bits_for(0, 1 << 30), 0);
        assert_eq!(bits_for(1 << 20, 1 << 20), 0);
        assert_eq!(bits_for(1 << 30, 1 << 27), 3);
        assert_eq!(bits_for(u64::MAX, 1 << 30), 16);
        assert_eq!(bucket_of(u64::MAX, 0), 0);
        assert_eq!(bucket_of(u64::MAX, 4), 15);
    }
}
