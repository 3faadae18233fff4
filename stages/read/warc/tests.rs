//! Every record before a cut, every record but the damaged one: at every place of small files.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::{Item, WarcReader};

const LIMIT: u64 = 1 << 20;

fn record(name: &str, block: &str) -> Vec<u8> {
    format!(
        "WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: http://{name}.example/\r\nContent-Length: {}\r\n\r\n{block}\r\n\r\n",
        block.len()
    )
    .into_bytes()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zstandard(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = zstd::Encoder::new(Vec::new(), 3).unwrap();
    encoder.include_checksum(true).unwrap();
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Records whose blocks differ enough that none of them compresses to nothing.
fn records() -> Vec<Vec<u8>> {
    let block = |n: u32| {
        (0..30)
            .map(|k| format!("{} ", n.wrapping_mul(2_654_435_761).wrapping_add(k * k * 7919)))
            .collect::<Vec<_>>()
            .concat()
    };
    ["a", "b", "c"].into_iter().zip(1..).map(|(name, n)| record(name, &block(n))).collect()
}

fn records_of(name: &str) -> Option<Vec<u8>> {
    let place = ["a", "b", "c"].iter().position(|known| *known == name)?;
    Some(records().swap_remove(place))
}

/// Hosts of the records that are read, and kinds of damage.
fn read(bytes: &[u8]) -> (Vec<String>, Vec<&'static str>) {
    let (mut records, mut damage) = (Vec::new(), Vec::new());
    let mut reader = WarcReader::new(std::io::Cursor::new(bytes.to_vec()), LIMIT).unwrap();
    let mut items = 0;
    while let Some(item) = reader.next_item() {
        match item {
            Item::Record(found) => {
                let name = &found.header.target_uri.unwrap_or_default()[7..8];
                let is_whole =
                    records_of(name).is_some_and(|record| memchr::memmem::find(&record, &found.block).is_some());
                assert!(is_whole && !found.block.is_empty(), "the block of {name} is not what was written");
                records.push(name.to_owned());
            }
            Item::Damage(found) => damage.push(found.kind),
        }
        items += 1;
        assert!(items < 1_000, "the reader goes on for ever");
    }
    assert!(reader.integrity().bytes_lost <= bytes.len() as u64, "no byte is lost twice");
    (records, damage)
}

/// Where each record's bytes end, in that packing.
fn packed(pack: impl Fn(&[u8]) -> Vec<u8>) -> (Vec<u8>, Vec<usize>) {
    let (mut bytes, mut ends) = (Vec::new(), Vec::new());
    for record in records() {
        bytes.extend(pack(&record));
        ends.push(bytes.len());
    }
    (bytes, ends)
}

#[test]
fn every_record_before_a_cut_is_read_and_none_behind_it() {
    // A plain record is whole without the line ends behind it.
    let cases = [("gzip", packed(gzip), 0), ("zstd", packed(zstandard), 0), ("plain", packed(<[u8]>::to_vec), 4)];
    for (what, (bytes, ends), slack) in cases {
        for cut in 0..=bytes.len() {
            let (records, damage) = read(&bytes[..cut]);
            let whole = ends.iter().filter(|end| **end - slack <= cut).count();
            assert_eq!(records.len(), whole, "{what} cut at {cut} of {}: {damage:?}", bytes.len());
            let is_clean = cut == 0 || ends.iter().any(|end| (end - slack..=*end).contains(&cut));
            assert_eq!(damage.is_empty(), is_clean, "{what} cut at {cut}: {damage:?}");
        }
    }
}

#[test]
fn a_flipped_bit_costs_one_record() {
    for (what, (bytes, ends)) in [("gzip", packed(gzip)), ("zstd", packed(zstandard))] {
        for place in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[place] ^= 0x10;
            let (records, damage) = read(&damaged);
            let hit = ends.iter().filter(|end| **end <= place).count();
            let others: Vec<&str> =
                ["a", "b", "c"].into_iter().enumerate().filter(|(n, _)| *n != hit).map(|(_, name)| name).collect();
            // A flip in a field that nobody reads, such as a time stamp, costs nothing.
            let expected = records == others && !damage.is_empty() || records == ["a", "b", "c"];
            // A file that does not begin as one is not searched for what it might hold.
            let is_unknown = damage == ["not_warc"];
            assert!(expected || is_unknown, "{what}, byte {place} of {}: {records:?} {damage:?}", bytes.len());
        }
    }
}

#[test]
fn packings_of_every_shape() {
    let [a, b, c]: [Vec<u8>; 3] = records().try_into().unwrap();
    let lower = String::from_utf8(b.clone()).unwrap().replace("WARC/1.0", "warc/1.0").into_bytes();
    for (what, bytes, expected, kinds) in [
        ("all in one member", gzip(&[a.clone(), b.clone(), c.clone()].concat()), "abc", vec![]),
        ("two in one member", [gzip(&[a.clone(), b.clone()].concat()), gzip(&c)].concat(), "abc", vec![]),
        ("one frame", zstandard(&[a.clone(), b.clone(), c.clone()].concat()), "abc", vec![]),
        ("padding behind members", [gzip(&a), vec![0; 512], gzip(&b), vec![0; 100]].concat(), "ab", vec![]),
        ("an empty member", [gzip(&a), gzip(b""), gzip(&b)].concat(), "ab", vec![]),
        ("version in lower case", [a.clone(), lower].concat(), "ab", vec![]),
        ("garbage between members", [gzip(&a), b"garbage".to_vec(), gzip(&b)].concat(), "ab", vec!["corrupt"]),
        (
            "garbage between records",
            [a.clone(), b"garbage\r\n".to_vec(), b.clone()].concat(),
            "ab",
            vec!["not_a_record"],
        ),
        ("nothing", vec![], "", vec![]),
        ("a letter", b"Dear reader,".to_vec(), "", vec!["not_warc"]),
    ] {
        let (records, damage) = read(&bytes);
        assert_eq!((records.concat().as_str(), damage), (expected, kinds), "{what}");
    }
}

#[test]
fn wrong_lengths_cost_one_record() {
    let [a, b, c]: [Vec<u8>; 3] = records().try_into().unwrap();
    let text = String::from_utf8(b).unwrap();
    let length = text.split("Content-Length: ").nth(1).unwrap().split("\r\n").next().unwrap().to_owned();
    for wrong in ["0", "7", "400", "1048576", "99999999999", "-1", "x"] {
        let wrong_b = text.replace(&format!("Content-Length: {length}"), &format!("Content-Length: {wrong}"));
        for pack in [gzip, <[u8]>::to_vec] {
            let file = [&a, wrong_b.as_bytes(), &c].map(pack).concat();
            let (records, damage) = read(&file);
            assert_eq!(records.concat(), "ac", "{wrong}: {damage:?}");
            assert_eq!(damage.len(), 1, "{wrong}: {damage:?}");
        }
    }
}
