//! Sentences made from a seed: valid values of nine kinds, and near misses that hold nothing.

use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumberFormat};
use sha2::{Digest, Sha256};

use super::super::{Kind, luhn};
use super::{Gold, Row};

const LOWER: &str = "abcdefghijklmnopqrstuvwxyz";
const UPPER: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const DIGITS: &str = "0123456789";
const HEX: &str = "0123456789abcdef";
const ALPHANUMERIC: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// Values of each kind, and sentences of each near miss.
const VALUES: usize = 200;
const NEAR_MISSES: usize = 40;

/// Countries of the phone numbers.
const PHONES: [&str; 24] = [
    "AR", "AU", "BR", "CA", "CH", "CN", "DE", "EG", "ES", "FR", "GB", "ID", "IN", "IT", "JP", "KE", "KR", "MX", "NG",
    "PL", "RU", "TR", "US", "VN",
];

type Make = fn(&mut Maker) -> String;

const KINDS: [(Kind, Make, [&str; 4]); 9] = [
    (Kind::Email, Maker::email, ["Write to {}.", "From: <{}>", "{}", "Contact ({}) for details"]),
    (Kind::Phone, Maker::phone, ["Call {} now", "Fax {}", "Phone: {}.", "reach me at {}, please"]),
    (Kind::Ip, Maker::ip, ["Connection from {} refused", "server={}", "The host {}, port 22", "{} - - GET /"]),
    (Kind::CreditCard, Maker::card, ["Card {} exp 04/27", "Paid with {}.", "credit card number: {}", "{}"]),
    (Kind::Iban, Maker::iban, ["IBAN {}", "Please transfer to {}.", "Account: {}", "{}"]),
    (
        Kind::UsSsn,
        Maker::ssn,
        ["SSN {}", "My social security number is {}.", "SSN: {}, DOB 1970", "social security: {}"],
    ),
    (Kind::Crypto, Maker::crypto, ["Donate: {}", "BTC/ETH wallet {}", "send it to {}.", "{}"]),
    (Kind::UrlCredentials, Maker::url_credentials, ["Use {}", "DATABASE_URL={}", "see {} for it", "git clone {}"]),
    (Kind::Secret, Maker::secret, ["token = '{}'", "export KEY={}", "Authorization: Bearer {}", "key: {}"]),
];

/// For [`Maker::fill`]. The first two are valid in form alone: their checksum is wrong.
const NEAR: [&str; 22] = [
    "Card {card} was rejected",
    "IBAN {iban} is wrong",
    "ISBN 978-#-####-####-#, 2nd edition",
    "doi:10.####/#######.#######",
    "arXiv:<10..23>0<1..9>.#####v2",
    "Posted on <1990..2023>-0<1..9>-<10..28> 12:<10..59>:00",
    "the years 19##-20##, pp. ####-####",
    "Upgrade to version <1..11>.#.#.# of the driver",
    "Mozilla/5.0 (X11; Linux) Chrome/<80..124>.0.<3000..6499>.<10..254>",
    "see section <1..8>.<1..19>.<1..8>.<1..8> of the manual",
    "a loss of $<1..8>,###,###.## in <1990..2023>",
    "x = 3.############### and y = -0.############",
    "### ### ### + ### ### ### = ?",
    "Order no. <1..8>######### has shipped",
    "ts=16######## level=info id=#############",
    "id %%%%%%%%-%%%%-4%%%-a%%%-%%%%%%%%%%%%",
    "sha256:%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%%",
    "located at <10..59>.######, -<10..119>.######",
    "part 666-<10..99>-####",
    "thanks @~~~~~~~~ and user@host for the fix",
    "https://www.~~~~~~~.com/a@b/#########?q=1:2@3",
    "#-#, ##-##, ###-### in three sets",
];

/// The sentences.
pub(super) fn rows() -> Vec<Row> {
    let mut maker = Maker { state: 1 };
    let mut rows = Vec::new();
    for (kind, make, carriers) in KINDS {
        for number in 0..VALUES {
            let (carrier, value) = (carriers[number % carriers.len()], make(&mut maker));
            let start = carrier.find("{}").unwrap();
            let gold = vec![Gold { start, end: start + value.len(), kind, is_ignored: false }];
            rows.push(Row { text: carrier.replace("{}", &value), gold });
        }
    }
    for pattern in NEAR {
        rows.extend((0..NEAR_MISSES).map(|_| Row { text: maker.fill(pattern), gold: Vec::new() }));
    }
    rows
}

struct Maker {
    state: u64,
}

impl Maker {
    fn below(&mut self, limit: usize) -> usize {
        self.state = self.state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.state >> 33).unwrap() % limit
    }

    fn pick<'t>(&mut self, items: &[&'t str]) -> &'t str {
        items[self.below(items.len())]
    }

    fn text(&mut self, length: usize, alphabet: &str) -> String {
        (0..length).map(|_| char::from(alphabet.as_bytes()[self.below(alphabet.len())])).collect()
    }

    /// `#` a digit, `%` a hexadecimal digit, `~` a letter, `<a..b>` a number, `{card}` and `{iban}` with a wrong checksum.
    fn fill(&mut self, pattern: &str) -> String {
        let mut filled = String::new();
        let mut rest = pattern;
        while let Some(sign) = rest.chars().next() {
            let mut taken = sign.len_utf8();
            match sign {
                '#' => filled += &self.text(1, DIGITS),
                '%' => filled += &self.text(1, HEX),
                '~' => filled += &self.text(1, LOWER),
                '<' => {
                    taken = rest.find('>').unwrap() + 1;
                    let (from, to) = rest[1..taken - 1].split_once("..").unwrap();
                    let (from, to): (usize, usize) = (from.parse().unwrap(), to.parse().unwrap());
                    filled += &(from + self.below(to - from + 1)).to_string();
                }
                '{' => {
                    taken = rest.find('}').unwrap() + 1;
                    filled += &if &rest[..taken] == "{card}" { self.card_of(false) } else { self.iban_of(false) };
                }
                other => filled.push(other),
            }
            rest = &rest[taken..];
        }
        filled
    }

    fn email(&mut self) -> String {
        let names = ["anna", "j.smith", "m_keller", "li-wei", "ops+alerts", "k.o'neil", "r2d2", "sales99", "Anna.Berg"];
        let (name, sub) = (self.pick(&names), self.pick(&["mail.", "", "eu."]));
        let host = self.text(7, LOWER);
        format!("{name}@{sub}{host}.{}", self.pick(&["com", "de", "co.uk", "io", "museum"]))
    }

    /// The example number of a country's plan.
    fn phone(&mut self) -> String {
        let region = PHONES[self.below(PHONES.len())].parse().unwrap();
        PHONE_NUMBER_UTIL.get_example_number(region).unwrap().format_as(PhoneNumberFormat::International).into_owned()
    }

    fn ip(&mut self) -> String {
        if self.below(10) < 3 {
            let groups: Vec<String> = (0..7).map(|_| format!("{:x}", 1 + self.below(0xffff))).collect();
            return format!("2a02:{}", groups.join(":"));
        }
        // First bytes whose whole range is public.
        let first = [3, 8, 17, 45, 64, 81, 93, 104, 130, 151, 178, 185, 201, 212, 217][self.below(15)];
        format!("{first}.{}.{}.{}", self.below(256), self.below(256), 1 + self.below(254))
    }

    fn card(&mut self) -> String {
        self.card_of(true)
    }

    fn card_of(&mut self, is_valid: bool) -> String {
        let prefix = self.pick(&["4", "51", "53", "55", "37", "6011"]);
        let length = if prefix == "37" { 15 } else { 16 };
        let body = format!("{prefix}{}", self.text(length - 1 - prefix.len(), DIGITS));
        let passes = |last: &char| luhn(format!("{body}{last}").bytes().map(|digit| digit - b'0'));
        let (right, wrong): (Vec<char>, Vec<char>) = DIGITS.chars().partition(passes);
        let last = if is_valid { right[0] } else { wrong[self.below(9)] };
        let number = format!("{body}{last}");
        let cuts = if length == 15 { vec![4, 10, 15] } else { vec![4, 8, 12, 16] };
        let starts = [0].iter().chain(&cuts);
        let groups: Vec<&str> = starts.zip(&cuts).map(|(start, end)| &number[*start..*end]).collect();
        groups.join(self.pick(&["", "", " ", "-"]))
    }

    fn iban(&mut self) -> String {
        self.iban_of(true)
    }

    fn iban_of(&mut self, is_valid: bool) -> String {
        let (country, letters, digits) =
            [("DE", 0, 18), ("GB", 4, 14), ("FR", 0, 23), ("NL", 4, 10), ("ES", 0, 20)][self.below(5)];
        let body = self.text(letters, UPPER) + &self.text(digits, DIGITS);
        let rest = format!("{body}{country}00").bytes().fold(0_u32, |rest, byte| match byte {
            b'0'..=b'9' => (rest * 10 + u32::from(byte - b'0')) % 97,
            _ => (rest * 100 + u32::from(byte - b'A') + 10) % 97,
        });
        // Another number below 97 than the right one, for the wrong ones.
        let check = if is_valid { 98 - rest } else { (98 - rest + 7) % 97 + 2 };
        let number = format!("{country}{check:02}{body}");
        if self.below(10) < 4 {
            let groups: Vec<&str> =
                (0..number.len()).step_by(4).map(|at| &number[at..number.len().min(at + 4)]).collect();
            return groups.join(" ");
        }
        number
    }

    fn ssn(&mut self) -> String {
        let area = [1, 78, 123, 212, 333, 457, 581, 665, 667, 772, 899][self.below(11)];
        format!("{area:03}-{:02}-{:04}", 1 + self.below(99), 1 + self.below(9999))
    }

    /// Half in `Base58Check`, half in hexadecimal.
    fn crypto(&mut self) -> String {
        let bytes: Vec<u8> = (0..20).map(|_| self.below(256).to_le_bytes()[0]).collect();
        match self.below(4) {
            0 => base58check(0, &bytes),
            1 => base58check(5, &bytes),
            _ => bytes.iter().fold("0x".to_owned(), |text, byte| format!("{text}{byte:02x}")),
        }
    }

    fn url_credentials(&mut self) -> String {
        let scheme = self.pick(&["https", "ftp", "postgres", "mongodb+srv", "redis"]);
        let user = self.pick(&["admin", "svc_app", "deploy"]);
        let (password, host) = (self.text(11, ALPHANUMERIC), self.text(6, LOWER));
        let (top, path) = (self.pick(&["com", "net"]), self.pick(&["", "db", "a/b?x=1"]));
        format!("{scheme}://{user}:{password}@{host}.{top}/{path}")
    }

    fn secret(&mut self) -> String {
        match self.below(4) {
            0 => format!("AKIA{}", self.text(16, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")),
            1 => format!("ghp_{}", self.text(36, ALPHANUMERIC)),
            2 => {
                let [one, two] = [12, 12].map(|length| self.text(length, DIGITS));
                format!("xoxb-{one}-{two}-{}", self.text(24, ALPHANUMERIC))
            }
            _ => format!("eyJhbGciOiJIUzI1NiJ9.{}.{}", self.text(60, ALPHANUMERIC), self.text(43, ALPHANUMERIC)),
        }
    }
}

fn base58check(version: u8, bytes: &[u8]) -> String {
    const ALPHABET: &[u8] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    let mut data = vec![version];
    data.extend(bytes);
    data.extend(&Sha256::digest(Sha256::digest(&data))[..4]);
    let zeros = data.iter().take_while(|byte| **byte == 0).count();
    let mut written = Vec::new();
    while data.iter().any(|byte| *byte != 0) {
        let mut rest = 0;
        for byte in &mut data {
            rest = rest * 256 + usize::from(*byte);
            *byte = u8::try_from(rest / 58).unwrap();
            rest %= 58;
        }
        written.push(ALPHABET[rest]);
    }
    written.extend(std::iter::repeat_n(b'1', zeros));
    written.reverse();
    String::from_utf8(written).unwrap()
}
