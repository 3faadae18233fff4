//! Addresses of cryptocurrencies: Bitcoin's with their checksums, Ethereum's by form.

use sha2::{Digest, Sha256};

use super::numbers::Group;
use super::stands_alone;

pub(super) fn find(text: &str, groups: &[Group], add: &mut impl FnMut(usize, usize)) {
    let bytes = text.as_bytes();
    for Group { start, end } in groups.iter().copied() {
        match bytes[start] {
            // Segregated witness (BIP 173, BIP 350).
            b'1' if matches!(&bytes[..start], [.., b'b', b'c'] | [.., b'B', b'C']) => {
                word(bytes, start - 2, 14..=74, is_segwit_address, add);
            }
            // Pay to public key hash or script hash: Base58Check, version 0 or 5, which writes as a 1 or 3 in front.
            b'1' | b'3' => word(bytes, start, 26..=35, is_base58_address, add),
            // Ethereum: twenty bytes. Its checksum is in the case of letters, and optional.
            b'0' if end == start + 1 && bytes.get(end) == Some(&b'x') => {
                word(bytes, start, 42..=42, |address| address[2..].iter().all(u8::is_ascii_hexdigit), add);
            }
            _ => {}
        }
    }
}

/// Adds the word of letters and digits that begins here, if it is of such a length and passes.
fn word(
    bytes: &[u8],
    start: usize,
    lengths: std::ops::RangeInclusive<usize>,
    passes: impl Fn(&[u8]) -> bool,
    add: &mut impl FnMut(usize, usize),
) {
    let length = bytes[start..].iter().take(lengths.end() + 1).take_while(|byte| byte.is_ascii_alphanumeric()).count();
    let end = start + length;
    if lengths.contains(&length) && stands_alone(bytes, start, end) && passes(&bytes[start..end]) {
        add(start, end);
    }
}

/// A character's value: its place in the alphabet.
fn place_of(byte: u8, alphabet: &[u8]) -> Option<u32> {
    memchr::memchr(byte, alphabet).and_then(|place| u32::try_from(place).ok())
}

fn is_base58_address(address: &[u8]) -> bool {
    const ALPHABET: &[u8] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    // Version, twenty bytes, four of checksum.
    let mut decoded = [0_u8; 25];
    for byte in address {
        let Some(mut carry) = place_of(*byte, ALPHABET) else { return false };
        for place in decoded.iter_mut().rev() {
            carry += u32::from(*place) * 58;
            *place = carry.to_le_bytes()[0];
            carry >>= 8;
        }
        if carry != 0 {
            return false;
        }
    }
    let (payload, checksum) = decoded.split_at(21);
    matches!(payload[0], 0 | 5) && Sha256::digest(Sha256::digest(payload))[..4] == *checksum
}

fn is_segwit_address(address: &[u8]) -> bool {
    const ALPHABET: &[u8] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    const GENERATORS: [u32; 5] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3];
    // Checksums of Bech32 for version 0 and of Bech32m for the later ones.
    const BECH32: u32 = 1;
    const BECH32M: u32 = 0x2bc8_30a3;
    let is_mixed = address.iter().any(u8::is_ascii_uppercase) && address.iter().any(u8::is_ascii_lowercase);
    let step = |check: u32, value: u32| {
        let top = check >> 25;
        let shifted = (check & 0x01ff_ffff) << 5 ^ value;
        (0..5).filter(|bit| top >> bit & 1 == 1).fold(shifted, |check, bit| check ^ GENERATORS[bit])
    };
    // The prefix `bc`, expanded: high bits, zero, low bits.
    let mut check = [3, 3, 0, 2, 3].into_iter().fold(1, step);
    for byte in &address[3..] {
        let Some(value) = place_of(byte.to_ascii_lowercase(), ALPHABET) else { return false };
        check = step(check, value);
    }
    let expected = if address[3].eq_ignore_ascii_case(&b'q') { BECH32 } else { BECH32M };
    !is_mixed && check == expected
}

#[cfg(test)]
mod tests {
    use super::super::{Kind, check};

    #[test]
    fn addresses() {
        // The examples of BIP 173 and BIP 350, and the first block's address.
        check(
            Kind::Crypto,
            &[
                ("send to 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa.", &["1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"]),
                ("(3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy)", &["3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy"]),
                (
                    "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4 BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4",
                    &["bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", "BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4"],
                ),
                (
                    "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0",
                    &["bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0"],
                ),
                ("0x52908400098527886E0F7030069857D2E4169EE7", &["0x52908400098527886E0F7030069857D2E4169EE7"]),
                ("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb, bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5", &[]),
                ("bc1Qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4, 0x52908400, 1111111111111111111111111111", &[]),
                ("x1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa, bc1, 0x", &[]),
            ],
        );
    }
}
