//! From the labels of language models to one name for each language: ISO 639-3.

/// The language that a model's label names, as ISO 639-3; `None` where it names none (`und`, `zxx` and the like, two
/// letters that are no language, and whatever has the form of no code).
///
/// - `__label__`, case and further parts of the label are left out: `zho_Hans`, `zh-Hant` and `ZH` are `zho`.
/// - Two letters are ISO 639-1, some retired codes included.
/// - Where ISO 639-1 and lid.176 know a macrolanguage, the member that other models stand it for takes its name:
///   `arb` is `ara`, `cmn` is `zho`. So a language has one name, whichever model finds it. Other members stay.
/// - In lid.176, `als` is Alemannic; in ISO 639-3 it is Tosk Albanian. `of_lid_176` says which labels these are.
pub(super) fn language(label: &str, of_lid_176: impl FnOnce() -> bool) -> Option<String> {
    let code = parts(label).next().unwrap_or_default().to_ascii_lowercase();
    match code.as_str() {
        "" | "und" | "unk" | "unknown" | "mis" | "zxx" | "none" | "null" => None,
        "als" if script(label).is_none() && of_lid_176() => Some("gsw".into()),
        _ if code.len() == 2 => find(ISO_639_1, &code).map(str::to_owned),
        _ if code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_lowercase()) => {
            Some(find(MEMBERS, &code).map_or(code, str::to_owned))
        }
        _ => None,
    }
}

/// The label's script, when it says one: its part of four letters, such as `Hant`.
pub(super) fn script(label: &str) -> Option<&str> {
    parts(label).skip(1).find(|part| part.len() == 4 && part.bytes().all(|byte| byte.is_ascii_alphabetic()))
}

/// Whether labels are those of lid.176 and its kind: mostly of two letters.
pub(super) fn are_two_letters<'a>(labels: impl Iterator<Item = &'a str>) -> bool {
    let (mut n_short, mut n_labels) = (0, 0);
    for label in labels {
        n_labels += 1;
        n_short += usize::from(parts(label).next().is_some_and(|code| code.len() == 2));
    }
    n_short * 2 > n_labels
}

fn parts(label: &str) -> impl Iterator<Item = &str> {
    label.strip_prefix("__label__").unwrap_or(label).trim().split(['_', '-'])
}

/// What stands beside a code in one of the tables.
fn find(table: &[&'static str], code: &str) -> Option<&'static str> {
    let (from, to) = table
        .binary_search_by_key(&code, |line| line.split(' ').next().unwrap_or_default())
        .map_or(("", ""), |at| table[at].split_once(' ').unwrap_or_default());
    (from == code).then_some(to)
}

/// ISO 639-1 and 639-3. `no` and `sh` are Bokmål and Serbo-Croatian, as in Wikipedia, whose texts models are made of;
/// `bh` is Bhojpuri for the same reason. `in`, `iw`, `ji`, `jw` and `mo` are retired.
#[rustfmt::skip]
const ISO_639_1: &[&str] = &[
    "aa aar", "ab abk", "ae ave", "af afr", "ak aka", "am amh", "an arg", "ar ara", "as asm", "av ava", "ay aym",
    "az aze", "ba bak", "be bel", "bg bul", "bh bho", "bi bis", "bm bam", "bn ben", "bo bod", "br bre", "bs bos",
    "ca cat", "ce che", "ch cha", "co cos", "cr cre", "cs ces", "cu chu", "cv chv", "cy cym", "da dan", "de deu",
    "dv div", "dz dzo", "ee ewe", "el ell", "en eng", "eo epo", "es spa", "et est", "eu eus", "fa fas", "ff ful",
    "fi fin", "fj fij", "fo fao", "fr fra", "fy fry", "ga gle", "gd gla", "gl glg", "gn grn", "gu guj", "gv glv",
    "ha hau", "he heb", "hi hin", "ho hmo", "hr hrv", "ht hat", "hu hun", "hy hye", "hz her", "ia ina", "id ind",
    "ie ile", "ig ibo", "ii iii", "ik ipk", "in ind", "io ido", "is isl", "it ita", "iu iku", "iw heb", "ja jpn",
    "ji yid", "jv jav", "jw jav", "ka kat", "kg kon", "ki kik", "kj kua", "kk kaz", "kl kal", "km khm", "kn kan",
    "ko kor", "kr kau", "ks kas", "ku kur", "kv kpv", "kw cor", "ky kir", "la lat", "lb ltz", "lg lug", "li lim",
    "ln lin", "lo lao", "lt lit", "lu lub", "lv lav", "mg mlg", "mh mah", "mi mri", "mk mkd", "ml mal", "mn mon",
    "mo ron", "mr mar", "ms msa", "mt mlt", "my mya", "na nau", "nb nob", "nd nde", "ne nep", "ng ndo", "nl nld",
    "nn nno", "no nob", "nr nbl", "nv nav", "ny nya", "oc oci", "oj oji", "om orm", "or ori", "os oss", "pa pan",
    "pi pli", "pl pol", "ps pus", "pt por", "qu que", "rm roh", "rn run", "ro ron", "ru rus", "rw kin", "sa san",
    "sc srd", "sd snd", "se sme", "sg sag", "sh hbs", "si sin", "sk slk", "sl slv", "sm smo", "sn sna", "so som",
    "sq sqi", "sr srp", "ss ssw", "st sot", "su sun", "sv swe", "sw swa", "ta tam", "te tel", "tg tgk", "th tha",
    "ti tir", "tk tuk", "tl tgl", "tn tsn", "to ton", "tr tur", "ts tso", "tt tat", "tw twi", "ty tah", "ug uig",
    "uk ukr", "ur urd", "uz uzb", "ve ven", "vi vie", "vo vol", "wa wln", "wo wol", "xh xho", "yi yid", "yo yor",
    "za zha", "zh zho", "zu zul",
];

/// Members by which models such as NLLB's, `OpenLID` and `GlotLID` stand for a macrolanguage, and its name.
#[rustfmt::skip]
const MEMBERS: &[&str] = &[
    "als sqi", "arb ara", "ayr aym", "azj aze", "bih bho", "cmn zho", "ekk est", "gaz orm", "gug grn", "khk mon",
    "kmr kur", "knc kau", "kom kpv", "lvs lav", "nor nob", "npi nep", "ory ori", "pbt pus", "pes fas", "plt mlg",
    "quy que", "src srd", "swh swa", "twi aka", "uzn uzb", "ydd yid", "zsm msa",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_of_all_models_are_one_name() {
        for (label, of_lid_176, expected) in [
            ("en", true, Some("eng")),
            ("eng", false, Some("eng")),
            ("__label__eng_Latn", false, Some("eng")),
            ("zh", true, Some("zho")),
            ("zho_Hans", false, Some("zho")),
            ("zh-Hant", false, Some("zho")),
            ("cmn_Hani", false, Some("zho")),
            ("pt_BR", false, Some("por")),
            ("als", true, Some("gsw")),
            ("als", false, Some("sqi")),
            ("als_Latn", true, Some("sqi")),
            ("sh", true, Some("hbs")),
            ("no", true, Some("nob")),
            ("nno_Latn", false, Some("nno")),
            ("bh", true, Some("bho")),
            ("arb_Arab", false, Some("ara")),
            ("arz", true, Some("arz")),
            ("NAP", true, Some("nap")),
            ("zxx_Zxxx", false, None),
            ("und", false, None),
            ("", true, None),
            ("qq", true, None),
            ("spam", false, None),
            ("x-y", false, None),
            ("küche", false, None),
        ] {
            assert_eq!(language(label, || of_lid_176).as_deref(), expected, "{label}");
        }
    }

    #[test]
    fn scripts_are_parts_of_four_letters() {
        for (label, expected) in
            [("zho_Hant", Some("Hant")), ("zh-Hans-CN", Some("Hans")), ("en", None), ("pt_BR", None), ("Hans", None)]
        {
            assert_eq!(script(label), expected, "{label}");
        }
    }

    #[test]
    fn each_label_of_lid_176_is_a_language_of_its_own() {
        let labels = "af als am an ar arz as ast av az azb ba bar bcl be bg bh bn bo bpy br bs bxr ca cbk ce ceb ckb \
            co cs cv cy da de diq dsb dty dv el eml en eo es et eu fa fi fr frr fy ga gd gl gn gom gu gv he hi hif \
            hr hsb ht hu hy ia id ie ilo io is it ja jbo jv ka kk km kn ko krc ku kv kw ky la lb lez li lmo lo lrc \
            lt lv mai mg mhr min mk ml mn mr mrj ms mt mwl my myv mzn nah nap nds ne new nl nn no oc or os pa pam \
            pfl pl pms pnb ps pt qu rm ro ru rue sa sah sc scn sco sd sh si sk sl so sq sr su sv sw ta te tg th tk \
            tl tr tt tyv ug uk ur uz vec vep vi vls vo wa war wuu xal xmf yi yo yue zh";
        assert!(are_two_letters(labels.split_whitespace()));
        assert!(!are_two_letters(["eng_Latn", "deu_Latn", "en"].into_iter()));
        let mut languages: Vec<String> =
            labels.split_whitespace().filter_map(|label| language(label, || true)).collect();
        assert!(languages.iter().all(|code| code.len() == 3), "{languages:?}");
        languages.sort();
        languages.dedup();
        assert_eq!(languages.len(), 176);
    }

    #[test]
    fn tables_are_sorted() {
        assert!(ISO_639_1.is_sorted() && MEMBERS.is_sorted());
        assert!(ISO_639_1.iter().all(|line| line.len() == 6) && MEMBERS.iter().all(|line| line.len() == 7));
    }
}
