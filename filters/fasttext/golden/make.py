#!/usr/bin/env python3
"""Makes the models and the expected predictions of this folder with the C++ reference.

    pip install fasttext-wheel==0.9.2
    python make.py                     # tiny models and expected.tsv
    python make.py lid path/lid.176.ftz  # lid.176.tsv, the predictions of lid.176 for sentences.txt
    pip install zstandard xxhash
    python make.py udhr path/lid.176.ftz path/udhr.jsonl.zst  # lid.176.udhr.tsv, those for 20,528 paragraphs of UDHR

The lines of expected.tsv are: model, text, and label and probability of up to three labels. Texts are written with
the escapes \\t \\n \\v \\f \\r \\0 \\\\ . Those of lid.176.udhr.tsv: upper half of the text's XXH64, label, probability;
the texts themselves are not part of the sources.
"""

import json
import random
import sys
import tempfile
from pathlib import Path

import fasttext

HERE = Path(__file__).parent
WORDS = {
    "sea": "boat harbour wave gull tide anchor sail fisher net salt storm pier captain rope lighthouse crab".split(),
    "wood": "tree moss deer path fern owl oak mushroom hunter axe berry fox squirrel log shade creek".split(),
    "küche": "Löffel Topf Brot Käse Salz Ofen Messer Suppe Zwiebel Öl Teller Koch süß schälen rühren Gewürz".split(),
    "город": "улица дом трамвай мост рынок площадь метро фонарь двор вокзал окно крыша парк школа шум снег".split(),
    "駅": "電車 切符 ホーム 時刻 改札 乗客 線路 駅員 荷物 急行 到着 出発 座席 窓口 弁当 終点".split(),
}
COMMON = "the and of a in и der 、 with by".split()
TEXTS = [
    "",
    " ",
    "boat",
    "a boat in the harbour",
    "the owl and the fox",
    "Der Koch mit dem Löffel rührt die Suppe",
    "улица и дом",
    "трамвайная остановка у моста",
    "電車 の 切符",
    "電車の切符を駅員に見せる",
    "boathouse seagulls lighthouses",
    "zzz qqq xyzzy",
    "deer\tmoss\rfern\x0bowl\x0coak\0axe",
    "wave </s> tree moss deer path",
    "__label__wood anchor rope __label__unknown",
    "tree tree tree boat",
    "naïve façade 😀 emoji 👩‍👩‍👧",
    "wave\u00a0tide no-break\u3000wide",
    "Salz und salt, Öl and oil; двор, двор!",
    "net",
    "the",
    "  leading and trailing spaces of the sea  ",
    "x",
    "é",
    "a-very-long-word-" + "boat" * 12,
    " ".join(f"{a} {b}" for a, b in zip(WORDS["sea"], WORDS["wood"])),
    "storm by the pier: captain, rope, anchor (and a crab).",
]
SHARED = {"thread": 1, "verbose": 0, "minCount": 1, "seed": 7, "lr": 0.5, "epoch": 20}
MODELS = {
    "softmax.bin": {"loss": "softmax", "dim": 4, "bucket": 0},
    "softmax-one.bin": {"loss": "softmax", "dim": 5, "minn": 1, "maxn": 3, "bucket": 100, "wordNgrams": 3},
    "hs.bin": {"loss": "hs", "dim": 4, "minn": 2, "maxn": 4, "bucket": 300},
    "ova-bigrams.bin": {"loss": "ova", "dim": 4, "wordNgrams": 2, "bucket": 200},
    "hs-bigrams.bin": {"loss": "hs", "dim": 4, "wordNgrams": 2, "minn": 2, "maxn": 3, "bucket": 250},
    "ns-bigrams.bin": {"loss": "ns", "dim": 4, "wordNgrams": 2, "minn": 2, "maxn": 3, "bucket": 250},
    "hs-bigrams.ftz": {"loss": "hs", "dim": 4, "wordNgrams": 3, "bucket": 300},
    "ns-bigrams.ftz": {"loss": "ns", "dim": 4, "wordNgrams": 2, "minn": 2, "maxn": 3, "bucket": 400},
    "softmax.ftz": {"loss": "softmax", "dim": 4, "wordNgrams": 2, "minn": 2, "maxn": 4, "bucket": 400},
    "hs-norms.ftz": {"loss": "hs", "dim": 5, "minn": 2, "maxn": 4, "bucket": 400},
    "hs-pruned.ftz": {"loss": "hs", "dim": 4, "minn": 2, "maxn": 4, "bucket": 2000},
    "ova-pruned-bigrams.ftz": {"loss": "ova", "dim": 5, "wordNgrams": 2, "minn": 2, "maxn": 3, "bucket": 2000},
    "softmax-words.ftz": {"loss": "softmax", "dim": 4, "wordNgrams": 2, "bucket": 300},
    "softmax-out.ftz": {"loss": "softmax", "dim": 4, "minn": 2, "maxn": 3, "bucket": 400},
}
QUANTISED = {
    "hs-bigrams.ftz": {},
    "ns-bigrams.ftz": {"qnorm": True},
    "softmax.ftz": {},
    "hs-norms.ftz": {"qnorm": True, "dsub": 2},
    "hs-pruned.ftz": {"cutoff": 270, "retrain": True},
    "ova-pruned-bigrams.ftz": {"cutoff": 300, "retrain": False, "qnorm": True, "dsub": 3},
    "softmax-words.ftz": {"cutoff": 280, "retrain": True},
    "softmax-out.ftz": {"qout": True},
}


def training_lines(n_labels: int | None) -> list[str]:
    """Lines of a label's words, some rarer labels, so that the Huffman tree is uneven. `n_labels` adds numbered ones."""
    rng = random.Random(1)
    lines = []
    for number, (label, words) in enumerate(WORDS.items()):
        for _ in range(40 - 6 * number):
            picked = rng.choices(words, k=5) + rng.choices(COMMON, k=2)
            rng.shuffle(picked)
            lines.append(f"__label__{label} {' '.join(picked)}")
    for number in range(n_labels or 0):
        lines.append(f"__label__n{number} {number} {number * 7} {rng.choice(COMMON)}")
    rng.shuffle(lines)
    return lines


def escape(text: str) -> str:
    for character, name in (("\\", "\\"), ("\t", "t"), ("\n", "n"), ("\v", "v"), ("\f", "f"), ("\r", "r"), ("\0", "0")):
        text = text.replace(character, "\\" + name)
    return text


def predictions(model, text: str) -> str:
    found = model.f.predict(text + "\n", 3, 0.0, "strict")
    return "\t".join(f"{label.removeprefix('__label__')}\t{probability:.7f}" for probability, label in found)


def make_models() -> None:
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for name, settings in MODELS.items():
            # Output rows can be quantised when there are 256 of them.
            lines = training_lines(260 if QUANTISED.get(name, {}).get("qout") else None)
            source = Path(folder) / "train.txt"
            source.write_text("\n".join(lines) + "\n", encoding="utf-8")
            model = fasttext.train_supervised(str(source), **{**SHARED, **settings})
            if name in QUANTISED:
                model.quantize(input=str(source), **{"retrain": False, "thread": 1, "verbose": 0, **QUANTISED[name]})
            model.save_model(str(HERE / name))
            model = fasttext.load_model(str(HERE / name))
            for text in TEXTS:
                rows.append(f"{name}\t{escape(text)}\t{predictions(model, text)}".rstrip("\t"))
    (HERE / "expected.tsv").write_text("\n".join(rows) + "\n", encoding="utf-8")


def record_lid(path: str) -> None:
    model = fasttext.load_model(path)
    sentences = (HERE / "sentences.txt").read_text(encoding="utf-8").splitlines()
    rows = [f"lid.176.ftz\t{escape(text)}\t{predictions(model, text)}" for text in sentences]
    (HERE / "lid.176.tsv").write_text("\n".join(rows) + "\n", encoding="utf-8")


def record_paragraphs(path: str, paragraphs: str) -> None:
    import xxhash
    import zstandard

    model = fasttext.load_model(path)
    rows = []
    with zstandard.open(paragraphs, "rt", encoding="utf-8", newline="\n") as lines:
        for line in lines:
            text = json.loads(line)["text"]
            found = model.f.predict(" ".join(text.split("\n")) + "\n", 1, 0.0, "strict")
            label, probability = ("", 0.0) if not found else (found[0][1].removeprefix("__label__"), found[0][0])
            rows.append(f"{xxhash.xxh64_intdigest(text.encode()) >> 32:08x}\t{label}\t{probability:.6f}")
    (HERE / "lid.176.udhr.tsv").write_text("\n".join(rows) + "\n", encoding="utf-8")


if __name__ == "__main__":
    fasttext.FastText.eprint = lambda *_: None
    if sys.argv[1:2] == ["lid"]:
        record_lid(sys.argv[2])
    elif sys.argv[1:2] == ["udhr"]:
        record_paragraphs(*sys.argv[2:4])
    else:
        make_models()
