"""Makes a corpus of many short documents out of real sentences, with planted copies, for timing `trommel dedup`.

    python benches/dedup_short.py SENTENCES.jsonl OUT --docs 1000000

SENTENCES.jsonl has rows with a `text`; OUT becomes a folder of four JSON lines files. Documents are five to eight sentences
drawn at random, about 120 words; one in twenty is an exact copy of an earlier one, one in ten a copy with one to three
words changed.
"""

import argparse
import json
import random
import re
from pathlib import Path

arguments = argparse.ArgumentParser()
arguments.add_argument("sentences", type=Path)
arguments.add_argument("out", type=Path)
arguments.add_argument("--docs", type=int, default=1_000_000)
arguments = arguments.parse_args()

draws, pool = random.Random(7), set()
with arguments.sentences.open() as rows:
    for number, row in enumerate(rows):
        for sentence in re.split(r"(?<=[.!?])\s+|\n", json.loads(row)["text"]):
            if 30 <= len(sentence) <= 300 and sentence.count(" ") >= 4:
                pool.add(" ".join(sentence.split()))
        if len(pool) >= 250_000:
            break
pool = sorted(pool)
arguments.out.mkdir(parents=True, exist_ok=True)
files = [(arguments.out / f"part-{part}.jsonl").open("w") for part in range(4)]
recent = []
for number in range(arguments.docs):
    kind = draws.random()
    if kind < 0.15 and recent:
        words = draws.choice(recent).split(" ")
        for _ in range(draws.randint(1, 3) if kind < 0.10 else 0):
            words[draws.randrange(len(words))] = "changed" + chr(97 + draws.randrange(26)) * 3
        text = " ".join(words)
    else:
        text = " ".join(draws.choice(pool) for _ in range(draws.randint(5, 8)))
        if len(recent) < 200_000:
            recent.append(text)
        else:
            recent[draws.randrange(len(recent))] = text
    files[number % 4].write(json.dumps({"id": f"d{number:07}", "text": text}) + "\n")
