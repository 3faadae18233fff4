//! How lines begin and end, how long they are, and what they are made of.

mod capitals;
mod duplicate_chars;
mod feeds;
mod length;
mod questionable;
mod shapes;
mod starts_and_ends;
mod terminal_punctuation;

pub(crate) use capitals::{Capitals, Numeric};
pub(crate) use duplicate_chars::DuplicateChars;
pub(crate) use feeds::FeedsPerWord;
pub(crate) use length::{Long, MeanWords, Short};
pub(crate) use questionable::{AbnormalLength, ListCase, Technical};
pub(crate) use shapes::Shapes;
pub(crate) use starts_and_ends::{BulletStart, EllipsisEnd};
pub(crate) use terminal_punctuation::TerminalPunctuation;
