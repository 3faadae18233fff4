//! The script of a text, by ISO 15924 code.

use std::sync::LazyLock;

/// The letters of a text, counted by script.
#[derive(Debug, Default)]
pub(super) struct Letters {
    /// Weights in the order in which the scripts were met.
    counts: Vec<(&'static str, usize)>,
    /// Characters that only simplified, and only traditional Chinese has.
    n_simplified: usize,
    n_traditional: usize,
}

impl Letters {
    /// Counts the letters of a text; digits, punctuation, marks and symbols are none.
    pub(super) fn of(text: &str) -> Self {
        let mut letters = Self::default();
        let mut range = &RANGES[0];
        let mut weight = 0;
        let alphabetic = &*ALPHABETIC;
        for character in text.chars() {
            let code = u32::from(character) as usize;
            let is_letter = match alphabetic.get(code / 64) {
                Some(bits) => bits >> (code % 64) & 1 == 1,
                None => character.is_alphabetic(),
            };
            if !is_letter {
                continue;
            }
            if !range.holds(character) {
                let Some(other) = Range::of(character) else {
                    letters.add(OTHER, 1);
                    continue;
                };
                letters.add(range.script, std::mem::take(&mut weight));
                range = other;
            }
            weight += range.weight();
            if range.script == HAN {
                match CHINESE.binary_search_by_key(&character, |(character, _)| *character) {
                    Ok(at) if CHINESE[at].1 => letters.n_traditional += 1,
                    Ok(_) => letters.n_simplified += 1,
                    Err(_) => {}
                }
            }
        }
        letters.add(range.script, weight);
        letters
    }

    fn add(&mut self, script: &'static str, weight: usize) {
        match self.counts.iter_mut().find(|(other, _)| *other == script) {
            Some((_, count)) => *count += weight,
            None if weight > 0 => self.counts.push((script, weight)),
            None => {}
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }

    fn count(&self, script: &str) -> usize {
        self.counts.iter().find(|(other, _)| *other == script).map_or(0, |(_, count)| *count)
    }

    /// The script that most letters are of. Han and Kana are one, and what they are is a question of their own:
    /// - `Jpan` when the language is Japanese, or when there is more Kana than a quotation or a name would bring;
    /// - else `Hans` or `Hant`, by the characters that only one of them has; where there are none, `hint` (what the
    ///   model says) or what is usual in the language.
    pub(super) fn script(&self, language: &str, hint: Option<&str>) -> &'static str {
        let han_and_kana = self.count(HAN) + self.count(KANA);
        let mut most = (if han_and_kana > 0 { HAN } else { "Zyyy" }, han_and_kana);
        for (script, count) in &self.counts {
            if *script != HAN && *script != KANA && *count > most.1 {
                most = (script, *count);
            }
        }
        if most.0 != HAN {
            return most.0;
        }
        if language == "jpn" || self.count(KANA) * 10 >= han_and_kana {
            return "Jpan";
        }
        match (self.n_simplified.cmp(&self.n_traditional), hint) {
            (std::cmp::Ordering::Less, _) | (std::cmp::Ordering::Equal, Some("Hant")) => "Hant",
            (std::cmp::Ordering::Equal, None) if matches!(language, "yue" | "lzh") => "Hant",
            _ => "Hans",
        }
    }
}

/// A bit for each character of the first plane, set for letters: 8 kB, and looked up several times faster than
/// [`char::is_alphabetic`] finds it.
static ALPHABETIC: LazyLock<Vec<u64>> = LazyLock::new(|| {
    let is_letter = |code: u32| char::from_u32(code).is_some_and(char::is_alphabetic);
    let block = |start: u32| (0..64).fold(0, |bits, at| bits | u64::from(is_letter(start + at)) << at);
    (0..=0xffff).step_by(64).map(block).collect()
});

const HAN: &str = "Hani";
/// Hiragana and Katakana together.
const KANA: &str = "Hrkt";

/// Letters of scripts that are not in [`RANGES`].
const OTHER: &str = "Zzzz";

/// A stretch of Unicode whose letters are of one script.
struct Range {
    first: u32,
    last: u32,
    script: &'static str,
}

impl Range {
    fn of(character: char) -> Option<&'static Self> {
        let after = RANGES.partition_point(|range| range.first <= u32::from(character));
        RANGES[..after].last().filter(|range| range.holds(character))
    }

    fn holds(&self, character: char) -> bool {
        (self.first..=self.last).contains(&u32::from(character))
    }

    /// A Chinese, Japanese or Korean character says about as much as two letters: a Chinese text with many English
    /// terms is still written in Han.
    fn weight(&self) -> usize {
        if matches!(self.script, HAN | KANA | "Hang") { 2 } else { 1 }
    }
}

const fn range(first: u32, last: u32, script: &'static str) -> Range {
    Range { first, last, script }
}

/// Scripts by block (Unicode 16, `Blocks.txt`), historic ones left out.
#[rustfmt::skip]
static RANGES: &[Range] = &[
    range(0x41, 0x24f, "Latn"), range(0x250, 0x2af, "Latn"), range(0x370, 0x3e1, "Grek"), range(0x3e2, 0x3ef, "Copt"),
    range(0x3f0, 0x3ff, "Grek"), range(0x400, 0x52f, "Cyrl"), range(0x530, 0x58f, "Armn"), range(0x590, 0x5ff, "Hebr"),
    range(0x600, 0x6ff, "Arab"), range(0x700, 0x74f, "Syrc"), range(0x750, 0x77f, "Arab"), range(0x780, 0x7bf, "Thaa"),
    range(0x7c0, 0x7ff, "Nkoo"), range(0x800, 0x83f, "Samr"), range(0x840, 0x85f, "Mand"), range(0x860, 0x86f, "Syrc"),
    range(0x870, 0x8ff, "Arab"), range(0x900, 0x97f, "Deva"), range(0x980, 0x9ff, "Beng"), range(0xa00, 0xa7f, "Guru"),
    range(0xa80, 0xaff, "Gujr"), range(0xb00, 0xb7f, "Orya"), range(0xb80, 0xbff, "Taml"), range(0xc00, 0xc7f, "Telu"),
    range(0xc80, 0xcff, "Knda"), range(0xd00, 0xd7f, "Mlym"), range(0xd80, 0xdff, "Sinh"), range(0xe00, 0xe7f, "Thai"),
    range(0xe80, 0xeff, "Laoo"), range(0xf00, 0xfff, "Tibt"), range(0x1000, 0x109f, "Mymr"),
    range(0x10a0, 0x10ff, "Geor"), range(0x1100, 0x11ff, "Hang"), range(0x1200, 0x139f, "Ethi"),
    range(0x13a0, 0x13ff, "Cher"), range(0x1400, 0x167f, "Cans"), range(0x1680, 0x169f, "Ogam"),
    range(0x16a0, 0x16ff, "Runr"), range(0x1700, 0x171f, "Tglg"), range(0x1720, 0x173f, "Hano"),
    range(0x1740, 0x175f, "Buhd"), range(0x1760, 0x177f, "Tagb"), range(0x1780, 0x17ff, "Khmr"),
    range(0x1800, 0x18af, "Mong"), range(0x18b0, 0x18ff, "Cans"), range(0x1900, 0x194f, "Limb"),
    range(0x1950, 0x197f, "Tale"), range(0x1980, 0x19df, "Talu"), range(0x1a00, 0x1a1f, "Bugi"),
    range(0x1a20, 0x1aaf, "Lana"), range(0x1b00, 0x1b7f, "Bali"), range(0x1b80, 0x1bbf, "Sund"),
    range(0x1bc0, 0x1bff, "Batk"), range(0x1c00, 0x1c4f, "Lepc"), range(0x1c50, 0x1c7f, "Olck"),
    range(0x1c80, 0x1c8f, "Cyrl"), range(0x1c90, 0x1cbf, "Geor"), range(0x1cc0, 0x1ccf, "Sund"),
    range(0x1d00, 0x1dbf, "Latn"), range(0x1e00, 0x1eff, "Latn"), range(0x1f00, 0x1fff, "Grek"),
    range(0x2c00, 0x2c5f, "Glag"), range(0x2c60, 0x2c7f, "Latn"), range(0x2c80, 0x2cff, "Copt"),
    range(0x2d00, 0x2d2f, "Geor"), range(0x2d30, 0x2d7f, "Tfng"), range(0x2d80, 0x2ddf, "Ethi"),
    range(0x2de0, 0x2dff, "Cyrl"), range(0x2e80, 0x2fdf, HAN), range(0x3005, 0x3007, HAN),
    range(0x3021, 0x3029, HAN), range(0x3040, 0x30ff, KANA), range(0x3100, 0x312f, HAN),
    range(0x3130, 0x318f, "Hang"), range(0x31a0, 0x31bf, HAN), range(0x31f0, 0x31ff, KANA),
    range(0x3400, 0x4dbf, HAN), range(0x4e00, 0x9fff, HAN), range(0xa000, 0xa4cf, "Yiii"),
    range(0xa4d0, 0xa4ff, "Lisu"), range(0xa500, 0xa63f, "Vaii"), range(0xa640, 0xa69f, "Cyrl"),
    range(0xa6a0, 0xa6ff, "Bamu"), range(0xa720, 0xa7ff, "Latn"), range(0xa800, 0xa82f, "Sylo"),
    range(0xa840, 0xa87f, "Phag"), range(0xa880, 0xa8df, "Saur"), range(0xa8e0, 0xa8ff, "Deva"),
    range(0xa900, 0xa92f, "Kali"), range(0xa930, 0xa95f, "Rjng"), range(0xa960, 0xa97f, "Hang"),
    range(0xa980, 0xa9df, "Java"), range(0xa9e0, 0xa9ff, "Mymr"), range(0xaa00, 0xaa5f, "Cham"),
    range(0xaa60, 0xaa7f, "Mymr"), range(0xaa80, 0xaadf, "Tavt"), range(0xaae0, 0xaaff, "Mtei"),
    range(0xab00, 0xab2f, "Ethi"), range(0xab30, 0xab6f, "Latn"), range(0xab70, 0xabbf, "Cher"),
    range(0xabc0, 0xabff, "Mtei"), range(0xac00, 0xd7ff, "Hang"), range(0xf900, 0xfaff, HAN),
    range(0xfb00, 0xfb06, "Latn"), range(0xfb13, 0xfb17, "Armn"), range(0xfb1d, 0xfb4f, "Hebr"),
    range(0xfb50, 0xfdff, "Arab"), range(0xfe70, 0xfeff, "Arab"), range(0xff21, 0xff5a, "Latn"),
    range(0xff66, 0xff9f, KANA), range(0xffa0, 0xffdc, "Hang"), range(0x10330, 0x1034f, "Goth"),
    range(0x10400, 0x1044f, "Dsrt"), range(0x104b0, 0x104ff, "Osge"), range(0x10d00, 0x10d3f, "Rohg"),
    range(0x11080, 0x110cf, "Kthi"), range(0x11100, 0x1114f, "Cakm"), range(0x11180, 0x111df, "Shrd"),
    range(0x11300, 0x1137f, "Gran"), range(0x11400, 0x1147f, "Newa"), range(0x11480, 0x114df, "Tirh"),
    range(0x11600, 0x1165f, "Modi"), range(0x11680, 0x116cf, "Takr"), range(0x11700, 0x1174f, "Ahom"),
    range(0x16b00, 0x16b8f, "Hmng"), range(0x1b000, 0x1b16f, KANA), range(0x1e100, 0x1e14f, "Hmnp"),
    range(0x1e900, 0x1e95f, "Adlm"), range(0x20000, 0x3ffff, HAN),
];

/// Frequent characters that were simplified, and their traditional forms. Pairs of which one form is in use on both
/// sides (后, 里, 面) are left out.
const SIMPLIFIED: &str = "这们个来时说国会为发过对学经现动点开关长问还进样实见门东车马书话电头两无从当让给边远运连气\
    总战华区导师张报认议计设论证识试语误读课谁请调谈谢变员图团园场块坏声处备够夺奖妇妈娱宝宫将岁岛币帮广庆应\
    择担护拥据换损摆断旧显晓术机杀权条极构枪标栏树桥欢残毕汉汤沟泽洁测济浓涛温湿满灭灯灵炼热爱牵独狱环疗监盘\
    确离种积称穷竞筑简类纪级纯纸线练组细织终绍结绝统继绩续维网罗联职肃肤脑脸舰艺节药营虽蛮补袭规视觉览触订讨训";
const TRADITIONAL: &str = "這們個來時說國會為發過對學經現動點開關長問還進樣實見門東車馬書話電頭兩無從當讓給邊遠運連氣\
    總戰華區導師張報認議計設論證識試語誤讀課誰請調談謝變員圖團園場塊壞聲處備夠奪獎婦媽娛寶宮將歲島幣幫廣慶應\
    擇擔護擁據換損擺斷舊顯曉術機殺權條極構槍標欄樹橋歡殘畢漢湯溝澤潔測濟濃濤溫濕滿滅燈靈煉熱愛牽獨獄環療監盤\
    確離種積稱窮競築簡類紀級純紙線練組細織終紹結絕統繼績續維網羅聯職肅膚腦臉艦藝節藥營雖蠻補襲規視覺覽觸訂討訓";

/// Characters by code, and whether they are traditional ones.
static CHINESE: LazyLock<Vec<(char, bool)>> = LazyLock::new(|| {
    let simplified = SIMPLIFIED.chars().map(|character| (character, false));
    let mut characters: Vec<_> = simplified.chain(TRADITIONAL.chars().map(|character| (character, true))).collect();
    characters.sort_unstable();
    characters
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn most_letters_decide() {
        for (what, text, language, hint, expected) in [
            ("nothing", "", "und", None, "Zyyy"),
            ("digits and symbols", "12 + 30 = 42 😀 №", "eng", None, "Zyyy"),
            ("Latin", "Überall größere Äpfel", "deu", None, "Latn"),
            ("beside a few words of another", "Владимир (born Vladimir) живёт в Москве", "rus", None, "Cyrl"),
            ("Serbian, both ways", "Jutros je padala kiša", "srp", None, "Latn"),
            ("the text, not the label", "Јутрос је падала киша", "srp", Some("Latn"), "Cyrl"),
            ("Greek with accents", "ἐν ἀρχῇ ἦν ὁ λόγος", "grc", None, "Grek"),
            ("Devanagari with its vowel signs", "कल सुबह हम नदी", "hin", None, "Deva"),
            ("Arabic", "غدا صباحا", "ara", None, "Arab"),
            ("Korean", "내일 아침에 시장", "kor", None, "Hang"),
            ("Georgian", "ხვალ დილით", "kat", None, "Geor"),
            ("Amharic", "ነገ ጠዋት", "amh", None, "Ethi"),
            ("Adlam, beyond the first plane", "𞤀𞤣𞤤𞤢𞤥", "ful", None, "Adlm"),
            ("a script that is not listed", "𐤀𐤁𐤂", "phn", None, "Zzzz"),
            ("Japanese", "明日の朝は市場へ行きます", "jpn", None, "Jpan"),
            ("Japanese without Kana", "東京都新宿区", "jpn", None, "Jpan"),
            ("Kana, whatever the language", "ひらがな", "zho", None, "Jpan"),
            ("half-width Kana", "ｶﾀｶﾅ", "jpn", None, "Jpan"),
            ("simplified", "明天早上我们去市场买新鲜的蔬菜", "zho", None, "Hans"),
            ("traditional", "明天早上我們去市場買新鮮的蔬菜", "zho", None, "Hant"),
            ("the text, not the label", "我們去市場", "zho", Some("Hans"), "Hant"),
            ("nothing to tell them apart", "上海大小天地", "zho", None, "Hans"),
            ("then the label", "上海大小天地", "zho", Some("Hant"), "Hant"),
            ("or what is usual", "聽日朝早", "yue", None, "Hant"),
            ("one Kana in a Chinese text", "我们今天去の市场买新鲜蔬菜和水果吧", "zho", None, "Hans"),
            ("Chinese with English terms", "使用Python的pandas库读取数据文件", "zho", None, "Hans"),
            ("English with a Chinese name", "The Analects (论语) of Confucius (孔子)", "eng", None, "Latn"),
        ] {
            assert_eq!(Letters::of(text).script(language, hint), expected, "{what}: {text}");
        }
        assert!(Letters::of(" 12.5% — … ").is_empty());
    }

    #[test]
    fn ranges_are_in_order() {
        assert!(RANGES.iter().all(|range| range.first <= range.last));
        assert!(RANGES.windows(2).all(|pair| pair[0].last < pair[1].first));
    }

    #[test]
    fn characters_are_of_one_side_only() {
        assert_eq!(SIMPLIFIED.chars().count(), TRADITIONAL.chars().count());
        assert!(CHINESE.windows(2).all(|pair| pair[0].0 != pair[1].0));
    }
}
