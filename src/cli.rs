//! Arguments. What changes the output is in the recipe; what changes only the run is a flag.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use stages::dedup::Level;

/// Web crawls in, mixed pre-training data out.
///
/// Streams WARC files, extracts the main text of pages, scrubs personal details, deduplicates by URL, document and
/// line, filters, classifies, and writes Parquet mixed by tokens. Every input record ends kept, rejected (by which
/// rule, value and bound) or failed (where, why), and can be asked about.
///
/// Start with `trommel run`, which cleans a small crawl that is part of the program.
#[derive(Debug, Parser)]
#[command(name = "trommel", version, max_term_width = 110)]
pub(crate) struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The verbs.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run a recipe over input files; resumes where an earlier try stopped
    Run(RunArgs),
    /// Deduplicate a corpus of texts: exact copies, near-duplicates, URLs, lines
    Dedup(DedupArgs),
    /// Take documents out of a finished run: tables, mixes, and what later runs compare with
    Forget(ForgetArgs),
    /// Write a mix of a finished run, in other shares or of another size
    Mix(MixArgs),
    /// Say what became of a document and why, or show how one HTML file is treated
    Explain(ExplainArgs),
    /// Say what other bounds would keep and drop, from a run's ledger
    Judge(JudgeArgs),
    /// Query a run's tables: documents, rejected, failed, ledger, dedup, lines, and each mix as mix_NAME
    Sql(SqlArgs),
    /// List the filters, or show one with its definition, source and examples
    Filters(FiltersArgs),
    /// Print a recipe with every default filled in; the result is a recipe
    PrintConfig(PrintConfigArgs),
    /// Run one stage over JSON lines, standard input to standard output
    Stage(StageArgs),
    /// Check this build on a corpus made on the spot, whose truth is known
    Selftest(SelftestArgs),
    /// Train the small models that ship
    Train(TrainArgs),
}

/// Arguments of `run`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  trommel run                                          the sample crawl, into ./trommel-sample
  trommel run llama3 --input 'crawl/*.warc.gz' --out run --models models
  trommel run my.toml --input crawl --out run --limit 1000   a first look

Input files: WARC (.warc, .warc.gz, .warc.zst), WET, Parquet and JSON lines with a `text` column.
The same command again resumes a stopped run; finished tasks are not repeated.")]
pub(crate) struct RunArgs {
    /// A recipe file, or a built-in recipe: sample, llama3, gopher, c4, refinedweb, fineweb, fineweb2, dclm
    pub recipe: Option<String>,
    /// Input files, folders or glob patterns
    #[arg(long, num_args = 1.., value_name = "GLOB")]
    pub input: Vec<String>,
    /// The folder of the run
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Stop reading each input file after so many records
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub limit: Option<u64>,
    /// Fail when more than this share of the input's bytes could not be read, 0 to 1
    #[arg(long, value_name = "SHARE", value_parser = parse_share)]
    pub max_loss: Option<f64>,
    /// Do a finished run again with other inputs or another --limit; its results and mixes are replaced
    #[arg(long)]
    pub replace: bool,
    /// Keep what goes between passes (text and keys), to resume with other inputs, or to deduplicate against
    #[arg(long)]
    pub keep_work: bool,
    #[command(flatten)]
    pub resources: ResourceArgs,
}

/// Arguments of `dedup`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  trommel dedup corpus/*.jsonl.zst --out unique
  trommel dedup corpus --out unique --threshold 0.7 --bands 20 --jsonl removed.jsonl
  trommel dedup crawl.parquet --out unique --levels url,exact,document,line --by-language

Input files: JSON lines and Parquet with a `text` column (and `id`, `url`, `captured_at`, `language` where there are
such), and WET. Of copies the latest capture stays, then the longest text, then the smallest id.
What is removed went for a document that stays and is at least --threshold similar: the folder's table dedup/ says for
which, and how similar they are. The folder is that of a run: `sql` and `explain` answer about it, and the same command
again resumes it.")]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub(crate) struct DedupArgs {
    /// Input files, folders or glob patterns
    #[arg(required = true, value_name = "INPUT")]
    pub input: Vec<String>,
    /// The folder to write
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// The levels: url, exact, document, line
    #[arg(long, value_name = "LEVEL,…", value_delimiter = ',', default_value = "exact,document", value_parser = parse_level)]
    pub levels: Vec<Level>,
    /// Smallest true Jaccard similarity, inclusive, at which a document goes for another's sake
    #[arg(long, value_name = "J", default_value_t = 0.8)]
    pub threshold: f64,
    /// Words in a shingle
    #[arg(long, value_name = "N", default_value_t = 5)]
    pub ngram: usize,
    /// Bands of the MinHash signature: more find more pairs
    #[arg(long, value_name = "N", default_value_t = 14)]
    pub bands: usize,
    /// Rows in a band: more find fewer pairs
    #[arg(long, value_name = "N", default_value_t = 8)]
    pub rows: usize,
    /// What a word is in scripts without spaces: clauses, or characters
    #[arg(long, value_name = "WHAT", default_value = "clauses", value_parser = ["clauses", "characters"])]
    pub unspaced: String,
    /// The hash functions of the signature: our own, or datatrove's, value for value (several times slower)
    #[arg(long, value_name = "FAMILY", default_value = "trommel", value_parser = ["trommel", "datatrove"])]
    pub hash: String,
    /// Compare only documents of one language, as the input gives it
    #[arg(long)]
    pub by_language: bool,
    /// Write a line for each removed document: `{id, duplicate_of, jaccard, level}`
    #[arg(long, value_name = "FILE")]
    pub jsonl: Option<PathBuf>,
    /// Write a line for each pair that shares a band, before verification: `{a, b, band}`
    #[arg(long, value_name = "FILE")]
    pub candidates: Option<PathBuf>,
    /// Largest text; larger ones fail as `too_large`
    #[arg(long, value_name = "SIZE", default_value = "128MiB", value_parser = parse_size)]
    pub max_text: u64,
    /// Finished folders of this verb, made with --keep-work: what is like a document that stays there goes
    #[arg(long, value_name = "DIR", num_args = 1..)]
    pub against: Vec<PathBuf>,
    /// Of copies here and there the latest stays; the table superseded/ says what that changes there
    #[arg(long, requires = "against")]
    pub latest: bool,
    /// Keep keys and texts, so that later corpora can be deduplicated against this one
    #[arg(long)]
    pub keep_work: bool,
    /// Do it again over other inputs; the results are replaced
    #[arg(long)]
    pub replace: bool,
    #[command(flatten)]
    pub resources: ResourceArgs,
}

/// What every verb that works hard takes.
#[derive(Debug, Args)]
pub(crate) struct ResourceArgs {
    /// Threads [default: all cores]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub threads: Option<u16>,
    /// Memory that a global step may hold, such as 512MiB or 4GiB
    #[arg(long, value_name = "SIZE", default_value = "1GiB", value_parser = parse_size)]
    pub memory: u64,
    /// The folder for what goes between passes and what spills, on a disk with room [default: the run's folder]
    #[arg(long, value_name = "DIR")]
    pub temp: Option<PathBuf>,
    /// The folder of models that recipes name [env: TROMMEL_MODELS, then the user's cache]
    #[arg(long, value_name = "DIR")]
    pub models: Option<PathBuf>,
}

/// Arguments of `forget`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  trommel forget run --domain takedown.txt
  trommel forget run --url pages.txt --id ids.txt

Each file names one a line; `#` begins a comment. A URL stands for every capture of its page, a domain for all hosts below
it. What had gone as a duplicate of a forgotten document is decided again, and the best of it comes back. The run keeps the
list (forgotten.json), and leaves what it names out if it is ever done again. All is changed, or nothing is.")]
#[command(group(clap::ArgGroup::new("what").required(true).multiple(true).args(["url", "domain", "id"])))]
pub(crate) struct ForgetArgs {
    /// The folder of a finished run
    pub run: PathBuf,
    /// URLs to forget
    #[arg(long, value_name = "FILE")]
    pub url: Option<PathBuf>,
    /// Domains to forget
    #[arg(long, value_name = "FILE")]
    pub domain: Option<PathBuf>,
    /// Ids to forget: 32 hexadecimal digits
    #[arg(long, value_name = "FILE")]
    pub id: Option<PathBuf>,
    #[command(flatten)]
    pub resources: ResourceArgs,
}

/// Arguments of `mix`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  trommel mix run --ratio general=0.5,math=0.25,code=0.17,multilingual=0.08
  trommel mix run --name code-heavy --ratio general=0.4,code=0.6 --budget 2000000000 --max-epochs 4")]
pub(crate) struct MixArgs {
    /// The folder of a finished run
    pub run: PathBuf,
    /// Share of tokens of each class: general, math, code, multilingual [default: the recipe's]
    #[arg(long, value_name = "CLASS=SHARE,…", value_delimiter = ',')]
    pub ratio: Vec<String>,
    /// The mix's folder under mixes/
    #[arg(long, default_value = "default")]
    pub name: String,
    /// Tokens of the mix [default: as many as there are with no class above --max-epochs]
    #[arg(long, value_name = "TOKENS")]
    pub budget: Option<u64>,
    /// Most times that a class may be repeated [default: 1]
    #[arg(long, value_name = "N")]
    pub max_epochs: Option<f64>,
    /// Take what there is of a class that cannot fill its share, and say so, instead of stopping
    #[arg(long)]
    pub fill: bool,
    /// Tokens of one output file, about
    #[arg(long, value_name = "TOKENS")]
    pub shard_tokens: Option<u64>,
    /// The seed of the draws [default: the recipe's]
    #[arg(long)]
    pub seed: Option<u64>,
    #[command(flatten)]
    pub resources: ResourceArgs,
}

/// Arguments of `explain`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  trommel explain run 3f2a…                 a document by id (a unique beginning is enough)
  trommel explain run https://example.com/a the captures of a URL
  trommel explain page.html                 one page by hand, stage by stage")]
pub(crate) struct ExplainArgs {
    /// The folder of a run, or an HTML file
    pub place: PathBuf,
    /// A document's id or URL
    pub document: Option<String>,
    /// The recipe by which an HTML file is treated
    #[arg(long, default_value = "sample")]
    pub recipe: String,
    #[command(flatten)]
    pub resources: ResourceArgs,
}

/// Arguments of `judge`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  trommel judge run --set repetition.duplicate_lines.max=0.2
  trommel judge run --set length.words.min=100 --set words.stop=off
  trommel judge run --set deu:classify.quality.min=0.2   by the stored quality scores
  trommel judge run --recipe other.toml")]
pub(crate) struct JudgeArgs {
    /// The folder of a finished run
    pub run: PathBuf,
    /// A bound to move: FILTER.min=N, FILTER.max=N, or FILTER=off; LANGUAGE:FILTER.max=N for one language
    #[arg(long, value_name = "BOUND")]
    pub set: Vec<String>,
    /// Another recipe, whose filter bounds are compared with the run's
    #[arg(long)]
    pub recipe: Option<String>,
    /// Documents shown on each side
    #[arg(long, default_value_t = 20)]
    pub samples: usize,
}

/// Arguments of `sql`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  trommel sql run \"select class, count(*), sum(n_tokens) from documents group by class\"
  trommel sql run \"select fate['rule'] as rule, count(*) as n from ledger group by 1 order by 2 desc\"")]
pub(crate) struct SqlArgs {
    /// The folder of a run
    pub run: PathBuf,
    /// The query
    pub query: String,
    /// Print JSON lines instead of a table
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `filters`.
#[derive(Debug, Args)]
pub(crate) struct FiltersArgs {
    /// `show`, to see one filter
    #[arg(value_parser = ["show"])]
    pub show: Option<String>,
    /// The filter to show
    #[arg(requires = "show")]
    pub id: Option<String>,
}

/// Arguments of `print-config`.
#[derive(Debug, Args)]
pub(crate) struct PrintConfigArgs {
    /// A recipe file, or a built-in recipe: sample, llama3, gopher, c4, refinedweb, fineweb, fineweb2, dclm
    pub recipe: String,
}

/// Arguments of `stage`.
#[derive(Debug, Args)]
#[command(
    after_help = "Each line in gives one line out; unknown fields pass through. A bad line gives {\"error\": …}, and the
stream goes on. Optional fields everywhere: blocks, language, url, class.

  extract   {id, html | html_base64, url?, content_type?} → {id, text, title, language_hint, blocks}
  language  {id, text} → {id, text, label, script, confidence, basis, language, second_language, second_language_share}
  scrub     {id, text} → {id, text, spans: [{start, end, kind}]}     offsets in bytes of the text given
  filter    {id, text, language?, second_language_share?} → {id, measures, verdicts: [{filter, value, bound, keep}], keep}
  classify  {id, text, url?} → {id, class, topic, scores}"
)]
pub(crate) struct StageArgs {
    /// The stage
    #[arg(value_parser = ["extract", "language", "scrub", "filter", "classify"])]
    pub name: String,
    /// The recipe whose settings the stage has
    #[arg(long, default_value = "sample")]
    pub recipe: String,
    #[command(flatten)]
    pub resources: ResourceArgs,
}

/// Arguments of `selftest`.
#[derive(Debug, Args)]
pub(crate) struct SelftestArgs {
    /// What is checked: dedup, over planted pairs; kl, the divergence filter over real texts and planted junk
    #[arg(value_parser = ["dedup", "kl"])]
    pub what: String,
    /// Of `kl`: the folder of data (see docs/kl.md for what it reads)
    #[arg(long, value_name = "DIR", env = "TROMMEL_DATA", required_if_eq("what", "kl"))]
    pub data: Option<PathBuf>,
    /// Of `dedup`: documents of the corpus
    #[arg(long, default_value_t = 20_000, value_parser = clap::value_parser!(u32).range(100..=10_000_000))]
    pub docs: u32,
    /// The seed
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    #[command(flatten)]
    pub resources: ResourceArgs,
}

/// Arguments of `train`.
#[derive(Debug, Args)]
pub(crate) struct TrainArgs {
    /// The model: language, class, topic, quality, or extraction (which blocks of a page are content); distil, a small
    /// model of labels or of the scores of a run; kl, a file of token references for the divergence filter, of --input; or
    /// language-thresholds, the least confidence of each language by FineWeb-2's rule, and quality-thresholds, the quality
    /// score of its best documents, printed for a recipe
    #[arg(value_parser = [
        "language", "class", "topic", "quality", "extraction", "distil", "kl", "language-thresholds", "quality-thresholds",
    ])]
    pub model: String,
    /// The folder of training data (see docs/models.md for its layout); of the thresholds, that of a finished run
    #[arg(long, value_name = "DIR", env = "TROMMEL_DATA", required_unless_present_any = ["input", "scores"])]
    pub data: Option<PathBuf>,
    /// Of `quality-thresholds`: the share of each language's documents that stays, 0 to 1
    #[arg(long, value_name = "SHARE", value_parser = parse_share, default_value_t = 0.5)]
    pub share: f64,
    /// Of `class`: a folder of source files to learn code from, such as an installed standard library; may be repeated
    #[arg(long, value_name = "DIR", num_args = 1.., required_if_eq("model", "class"))]
    pub code: Vec<PathBuf>,
    /// Of `kl`: the corpus, JSON lines, Parquet or WET with texts and their languages; or the folder of a finished run. Of
    /// `distil`: JSON lines {text, label or score, url?, id?}, plain or .zst
    #[arg(long, num_args = 1.., value_name = "GLOB", required_if_eq("model", "kl"))]
    pub input: Vec<String>,
    /// Of `distil`: a finished run and a column of its documents with numbers, such as scores.quality
    #[arg(long, num_args = 2, value_names = ["RUN", "COLUMN"], conflicts_with = "input")]
    pub scores: Vec<String>,
    /// Of `distil`: the scores between labels, rising: `low` and `high` about one, else 0, 1, …
    #[arg(long, value_name = "SCORES", value_delimiter = ',', default_value = "0.5")]
    pub bins: Vec<f64>,
    /// Of `distil`: what the model sees: words (as topic models), or shapes of lines too (as class and quality models)
    #[arg(long, value_parser = ["shapes", "words"], default_value = "shapes")]
    pub tokens: String,
    /// Of `distil`: bytes of the model, at most
    #[arg(long, value_name = "SIZE", value_parser = parse_size, default_value = "1MiB")]
    pub max_size: u64,
    /// Of `distil`: texts, at most; which ones is drawn by hash
    #[arg(long, value_name = "N", default_value_t = 50_000)]
    pub texts: usize,
    /// Of `distil`: models to try
    #[arg(long, value_name = "N", default_value_t = 16, value_parser = clap::value_parser!(u16).range(1..))]
    pub tries: u16,
    /// Of `kl`: the language of texts for which the input gives none, such as `eng_Latn`
    #[arg(long, value_name = "LABEL")]
    pub language: Option<String>,
    /// Where the model and its card are written [default: where the shipped model stands in the sources]; of `kl` and
    /// `distil`, the file: references to be named in a recipe (`[[stage]] kind = "filter", references = "FILE"`), or a
    /// model, beside which its report and its calibration go (.md, .svg)
    #[arg(long, value_name = "PATH", required_if_eq_any([("model", "kl"), ("model", "distil")]))]
    pub out: Option<PathBuf>,
    /// Also write what a model says of texts that it did not see in training, as JSON lines: of `extraction` {id, text},
    /// of `topic` (sites held out) and `quality` (texts held out) {id, topic or quality, scores}
    #[arg(long, value_name = "FILE")]
    pub outputs: Option<PathBuf>,
    /// The seed
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    #[command(flatten)]
    pub resources: ResourceArgs,
}

/// A level of deduplication by its name.
fn parse_level(text: &str) -> Result<Level, String> {
    let levels = [Level::Url, Level::Exact, Level::Document, Level::Line];
    let found = levels.into_iter().find(|level| level.name().trim_start_matches("dedup.") == text);
    found.ok_or_else(|| format!("there is no level `{text}`; there are: url, exact, document, line"))
}

/// A share, 0 to 1.
fn parse_share(text: &str) -> Result<f64, String> {
    let share = text.parse().ok().filter(|share| (0.0..=1.0).contains(share));
    share.ok_or_else(|| format!("`{text}` is no share; write a number from 0 to 1, such as 0.001"))
}

/// Bytes of a size as people write it.
fn parse_size(text: &str) -> Result<u64, String> {
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let number: f64 = text[..digits].parse().map_err(|_| format!("`{text}` is no size; write 512MiB or 4GiB"))?;
    let factor = match text[digits..].trim().to_ascii_lowercase().trim_end_matches("ib").trim_end_matches('b') {
        "" => 1.0,
        "k" => 1024.0,
        "m" => 1024.0 * 1024.0,
        "g" => 1024.0 * 1024.0 * 1024.0,
        "t" => 1024.0 * 1024.0 * 1024.0 * 1024.0,
        unit => return Err(format!("`{unit}` is no unit; write KiB, MiB, GiB or TiB")),
    };
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a size is positive, whole bytes")]
    Ok((number * factor) as u64)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_arguments_are_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn sizes_as_people_write_them() {
        for (text, expected) in [("512MiB", 512 << 20), ("4g", 4 << 30), ("1.5K", 1536), ("10", 10), ("2 GB", 2 << 30)]
        {
            assert_eq!(parse_size(text), Ok(expected), "{text}");
        }
        assert!(parse_size("much").is_err() && parse_size("4 parsecs").is_err());
    }
}
