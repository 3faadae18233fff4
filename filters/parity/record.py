"""Records what datatrove says of real texts, for `filters/parity/mod.rs`.

    cargo build --release -p trommel-filters --example measure
    python record.py DATA measure           # writes real.tsv and own.tsv beside this file

DATA is the folder of real documents (`domains/weborganizer.jsonl.zst`, `warc/hplt_crawl_sample.jsonl.zst`,
`lid/udhr.jsonl.zst`); `measure` the example's program. Needs datatrove 0.10.1, nltk, spacy, zstandard; no network.

Every value is datatrove's own, made with its functions on our words, and held against its filters: at the value as its
threshold the filter keeps, just below it rejects. Its verdicts are made with its own words and sentences; a language
that it cannot split here (the tokenizer is not installed, or it knows none) has none, `-`.
"""

import collections
import hashlib
import io
import json
import math
import pathlib
import re
import subprocess
import sys
from importlib.metadata import version

import numpy as np
import zstandard
from datatrove.data import Document
from datatrove.pipeline.filters import (
    C4QualityFilter,
    FineWebQualityFilter,
    GopherQualityFilter,
    GopherRepetitionFilter,
    c4_filters,
    fineweb_quality_filter,
    gopher_quality_filter,
    gopher_repetition_filter,
)
from datatrove.pipeline.filters.gopher_repetition_filter import (
    find_all_duplicate,
    find_duplicates,
    find_top_duplicate,
    get_n_grams,
)
from datatrove.utils import text as datatrove_text
from datatrove.utils.text import PUNCTUATION_SET, TERMINAL_PUNCTUATION

HERE = pathlib.Path(__file__).parent
TOP = {2: 0.20, 3: 0.18, 4: 0.16}
DUPLICATE = {5: 0.15, 6: 0.14, 7: 0.13, 8: 0.12, 9: 0.11, 10: 0.10}


def records(path):
    with open(path, "rb") as file:
        reader = zstandard.ZstdDecompressor(max_window_size=1 << 27).stream_reader(file)
        yield from map(json.loads, io.TextIOWrapper(reader, encoding="utf-8", newline="\n"))


def normal(text):
    """As extraction leaves texts: lines trimmed, one blank line at most, no control characters."""
    text = "".join(c if c >= " " or c == "\n" else "\n" if c in "\r\x0b\x0c\x1c\x1d\x1e" else " " for c in text)
    text = re.sub("[\x85\u2028\u2029]", "\n", text)
    return re.sub("\n{3,}", "\n\n", "\n".join(line.strip() for line in text.split("\n"))).strip()


def real(data):
    """The documents, in order: English web pages, pages in many languages, one text for each language of the UDHR."""
    for place, record in enumerate(records(data / "domains/weborganizer.jsonl.zst")):
        if place % 4 == 0:
            yield {"text": normal(record["text"]), "language": "eng_Latn"}
    without = 0
    for record in records(data / "warc/hplt_crawl_sample.jsonl.zst"):
        if record["t"]:
            yield {"text": normal(record["t"]), "language": record["lang"]}
        else:
            without += 1
    print(f"warc/hplt_crawl_sample.jsonl.zst: {without} records left out, which have no text")
    articles = collections.defaultdict(list)
    for record in records(data / "lid/udhr.jsonl.zst"):
        articles[f"{record['iso639_3']}_{record['script']}"].append(record["text"])
    for language in sorted(articles):
        yield {"text": normal("\n\n".join(articles[language])), "language": language}


def own():
    for line in open(HERE / "own.jsonl", encoding="utf-8"):
        record = json.loads(line)
        yield {**record, "text": normal(record["text"])}


def measure(program, documents):
    lines = "".join(json.dumps(document) + "\n" for document in documents)
    out = subprocess.run([program], input=lines.encode(), stdout=subprocess.PIPE, check=True).stdout
    return [json.loads(line) for line in out.decode().split("\n") if line]


class GivenWords:
    """Words and sentences for datatrove's filters in place of its own."""

    def __init__(self):
        self.words, self.sentences = [], {}
        for module in (gopher_quality_filter, gopher_repetition_filter, fineweb_quality_filter):
            module.split_into_words = lambda text, language: self.words
        c4_filters.split_into_sentences = lambda line, language: [None] * self.sentences[line]


def restore():
    for module in (gopher_quality_filter, gopher_repetition_filter, fineweb_quality_filter):
        module.split_into_words = datatrove_text.split_into_words
    c4_filters.split_into_sentences = datatrove_text.split_into_sentences


def values(text, words):
    """The values of datatrove's formulas, by our names."""
    n = len(words)
    lines, gopher_lines = text.splitlines(), re.split("\n+", text)
    paragraphs = re.split(r"\n{2,}", text.strip())
    full = [line for line in text.split("\n") if line.strip() != ""]
    found = {}
    for name, pieces in (("paragraph", paragraphs), ("line", gopher_lines)):
        count, chars = find_duplicates(pieces)
        found[f"repetition.duplicate_{name}s"] = count / len(pieces)
        found[f"repetition.duplicate_{name}_chars"] = chars / len(text)
    for size in TOP:
        ngrams = get_n_grams(words, size)
        found[f"repetition.top_{size}gram"] = find_top_duplicate(ngrams) / len(text) if ngrams else 0.0
    for size in DUPLICATE:
        found[f"repetition.duplicate_{size}gram"] = find_all_duplicate(words, size) / len(text)
    plain = [word for word in words if any(c not in PUNCTUATION_SET for c in word)]
    found["length.words"] = float(len(plain))
    found["length.mean_word"] = float(np.mean([len(word) for word in plain]))
    found["symbols.hash_to_word"] = text.count("#") / n
    found["symbols.ellipsis_to_word"] = (text.count("...") + text.count("…")) / n
    found["lines.bullet_start"] = sum(line.lstrip().startswith(("•", "-")) for line in lines) / len(lines)
    found["lines.ellipsis_end"] = sum(line.rstrip().endswith(("...", "…")) for line in lines) / len(lines)
    found["words.alphabetic"] = sum(any(c.isalpha() for c in word) for word in words) / n
    found["words.stop"] = float(len(set(gopher_quality_filter.STOP_WORDS) & set(words)))
    found["lines.terminal_punctuation"] = sum(line.endswith(tuple(TERMINAL_PUNCTUATION)) for line in full) / len(full)
    found["lines.short"] = sum(len(line) <= 30 for line in full) / len(full)
    found["lines.duplicate_chars"] = find_duplicates(full)[1] / len(text.replace("\n", ""))
    found["lines.feeds_per_word"] = text.count("\n") / n
    return found


REPETITION_OFF = dict(
    dup_line_frac=None, dup_para_frac=None, dup_line_char_frac=None, dup_para_char_frac=None, top_n_grams=(), dup_n_grams=()
)
QUALITY_OFF = dict(
    min_doc_words=None,
    max_doc_words=None,
    min_avg_word_length=None,
    max_avg_word_length=None,
    max_symbol_word_ratio=None,
    max_bullet_lines_ratio=None,
    max_ellipsis_lines_ratio=None,
    max_non_alpha_words_ratio=None,
    min_stop_words=None,
)
FINEWEB_OFF = dict(line_punct_thr=-1, short_line_thr=999, char_duplicates_ratio=999, new_line_ratio=999)


def with_threshold(name, bound):
    """datatrove's filter that judges by one measure alone, at this threshold."""
    if name.startswith("repetition.top_"):
        return GopherRepetitionFilter(**{**REPETITION_OFF, "top_n_grams": ((int(name[15]), bound),)})
    if found := re.match(r"repetition.duplicate_(\d+)gram", name):
        return GopherRepetitionFilter(**{**REPETITION_OFF, "dup_n_grams": ((int(found[1]), bound),)})
    arguments = {
        "repetition.duplicate_lines": "dup_line_frac",
        "repetition.duplicate_paragraphs": "dup_para_frac",
        "repetition.duplicate_line_chars": "dup_line_char_frac",
        "repetition.duplicate_paragraph_chars": "dup_para_char_frac",
        "length.words": "max_doc_words",
        "length.mean_word": "max_avg_word_length",
        "lines.bullet_start": "max_bullet_lines_ratio",
        "lines.ellipsis_end": "max_ellipsis_lines_ratio",
        "words.alphabetic": "max_non_alpha_words_ratio",
        "words.stop": "min_stop_words",
        "lines.terminal_punctuation": "line_punct_thr",
        "lines.short": "short_line_thr",
        "lines.duplicate_chars": "char_duplicates_ratio",
        "lines.feeds_per_word": "new_line_ratio",
    }
    argument = arguments.get(name)
    if argument is None:  # the two symbols share one threshold
        return None
    if argument in REPETITION_OFF:
        return GopherRepetitionFilter(**{**REPETITION_OFF, argument: bound})
    if argument in QUALITY_OFF:
        return GopherQualityFilter(**{**QUALITY_OFF, argument: bound})
    return FineWebQualityFilter(**{**FINEWEB_OFF, argument: bound})


def keeps(stage, text):
    return stage.filter(Document(text=text, id="")) is True


def check_against_filters(text, found):
    for name, value in found.items():
        if value == 0.0 and name not in ("lines.terminal_punctuation", "words.alphabetic", "words.stop"):
            continue  # datatrove takes a threshold of 0 as none
        is_minimum = name in ("lines.terminal_punctuation", "words.alphabetic", "words.stop")
        beyond = math.nextafter(value, math.inf if is_minimum else -math.inf)
        at, past = with_threshold(name, value), with_threshold(name, beyond)
        if at is not None:
            assert keeps(at, text) and not keeps(past, text), (name, value)


def c4(text):
    """What C4's filter leaves of a text, or why it goes."""
    document = Document(text=text, id="")
    result = C4QualityFilter().filter(document)
    return document.text if result is True else result[1]


def verdicts(document, splits):
    """What each of datatrove's filters says with its own words and sentences: K keeps, R rejects, - cannot be said."""
    language, text = document["language"], document["text"]
    # Its stop words are English ones.
    stop = {} if language.startswith("eng") else {"min_stop_words": None}
    try:
        stages = (
            GopherRepetitionFilter(language=language),
            GopherQualityFilter(language=language, **stop),
            FineWebQualityFilter(language=language),
            C4QualityFilter(language=language),
        )
        return "".join("K" if keeps(stage, text) else "R" for stage in stages)
    except Exception as error:  # no tokenizer: each language has its own kind of failure
        splits[type(error).__name__] += 1
        return "-"


def record(name, documents, program):
    measured = measure(program, documents)
    splits, left_out = collections.Counter(), 0
    said = [verdicts(document, splits) for document in documents]
    print(f"{name}: {len(documents)} documents; not split by datatrove, by error: {dict(splits)}")
    given, rows = GivenWords(), []
    for document, ours, verdict in zip(documents, measured, said):
        text, given.words = document["text"], ours["words"]
        if not given.words:
            left_out += 1
            continue
        found = values(text, given.words)
        check_against_filters(text, found)
        given.sentences = dict(zip(ours["lines"]["text"].split("\n"), ours["lines"]["sentences"]))
        digest = hashlib.sha256(c4(text).encode()).hexdigest()[:16]
        rows.append([ours["hash"], document["language"], digest, verdict, *(repr(value) for value in found.values())])
    restore()
    names = ["hash", "language", "c4", "verdicts", *found]
    with open(HERE / f"{name}.tsv", "w", encoding="utf-8") as file:
        file.write(f"# datatrove {version('datatrove')}, on our words; see record.py\n")
        file.writelines("\t".join(row) + "\n" for row in [names, *rows])
    print(f"{name}: {len(rows)} documents recorded, {left_out} without a word left out")


def main(data, program):
    record("own", list(own()), program)
    record("real", list(real(pathlib.Path(data))), program)


if __name__ == "__main__":
    main(*sys.argv[1:])
