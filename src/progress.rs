//! Progress of long work: bars with ETA on a terminal, plain lines elsewhere.

use std::io::IsTerminal;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use indicatif::{HumanBytes, HumanCount, HumanDuration, ProgressBar, ProgressStyle};
use stages::task::Workbench;

/// How often a plain line is printed where there is no terminal.
const PLAIN_EVERY: Duration = Duration::from_secs(10);

/// The bar of one phase.
pub(crate) struct PhaseBar {
    shared: Arc<Shared>,
    ticker: Option<JoinHandle<()>>,
}

struct Shared {
    name: String,
    total: u64,
    finished: AtomicU64,
    in_bytes: bool,
    bar: ProgressBar,
    bench: Arc<Workbench>,
    started: Instant,
    done: AtomicBool,
}

impl PhaseBar {
    /// A bar over so many bytes of input (`in_bytes`) or tasks.
    pub(crate) fn new(name: &str, total: u64, in_bytes: bool, bench: &Arc<Workbench>) -> Self {
        bench.meter.reset();
        let bar = if std::io::stderr().is_terminal() { ProgressBar::new(total) } else { ProgressBar::hidden() };
        let unit = if in_bytes { "{bytes}/{total_bytes} {binary_bytes_per_sec}" } else { "{pos}/{len}" };
        let template = format!("{{prefix:<24}} {{wide_bar}} {unit} {{msg}} {{eta}} left");
        // The template is ours and valid; a broken one would only cost the looks.
        if let Ok(style) = ProgressStyle::with_template(&template) {
            bar.set_style(style);
        }
        bar.set_prefix(name.to_owned());
        let shared = Arc::new(Shared {
            name: name.to_owned(),
            total,
            finished: AtomicU64::new(0),
            in_bytes,
            bar,
            bench: Arc::clone(bench),
            started: Instant::now(),
            done: AtomicBool::new(false),
        });
        let ticking = Arc::clone(&shared);
        let ticker = std::thread::spawn(move || ticking.tick());
        Self { shared, ticker: Some(ticker) }
    }

    /// A task ended; it stood for so many bytes, or for one task.
    pub(crate) fn finished(&self, weight: u64) {
        self.shared.finished.fetch_add(if self.shared.in_bytes { weight } else { 1 }, Ordering::Relaxed);
    }
}

impl Drop for PhaseBar {
    fn drop(&mut self) {
        self.shared.done.store(true, Ordering::Relaxed);
        if let Some(ticker) = self.ticker.take() {
            ticker.thread().unpark();
            // A ticker that panicked has nothing left to say.
            let _ = ticker.join();
        }
        self.shared.bar.finish_and_clear();
    }
}

impl Shared {
    fn tick(&self) {
        let mut last_line = Instant::now();
        while !self.done.load(Ordering::Relaxed) {
            std::thread::park_timeout(Duration::from_millis(100));
            let position = self.position();
            self.bar.set_position(position);
            self.bar.set_message(self.message());
            if self.bar.is_hidden() && last_line.elapsed() >= PLAIN_EVERY {
                last_line = Instant::now();
                eprintln!("{}: {}", self.name, self.line(position));
            }
        }
    }

    /// Bytes read while tasks run, tasks otherwise.
    fn position(&self) -> u64 {
        let finished = self.finished.load(Ordering::Relaxed);
        let read = if self.in_bytes { self.bench.meter.bytes.load(Ordering::Relaxed) } else { 0 };
        finished.max(read).min(self.total)
    }

    fn message(&self) -> String {
        let documents = self.bench.meter.documents.load(Ordering::Relaxed);
        let kept = self.bench.meter.kept.load(Ordering::Relaxed);
        match (documents, kept) {
            (0, _) => String::new(),
            (documents, 0) => format!("{} documents", HumanCount(documents)),
            (documents, kept) => format!("{} documents, {} kept", HumanCount(documents), HumanCount(kept)),
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "shown as whole percent")]
    fn line(&self, position: u64) -> String {
        let share = position as f64 / self.total.max(1) as f64;
        let elapsed = self.started.elapsed();
        let left = (share > 0.0).then(|| elapsed.div_f64(share).saturating_sub(elapsed));
        let left = left.map_or_else(String::new, |left| format!(", {} left", HumanDuration(left)));
        let amount = if self.in_bytes {
            format!("{} of {}", HumanBytes(position), HumanBytes(self.total))
        } else {
            format!("{position} of {}", self.total)
        };
        let message = self.message();
        let separator = if message.is_empty() { "" } else { ", " };
        format!("{amount} ({:.0}%){separator}{message}{left}", share * 100.0)
    }
}
