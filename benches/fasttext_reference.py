"""Predictions of a fastText model per second by the reference implementation: fasttext_reference.py MODEL TEXTS.

The C++ object is asked itself: the package's wrapper around it takes more time.
"""

import sys
import time

import fasttext

fasttext.FastText.eprint = lambda *_: None
model = fasttext.load_model(sys.argv[1]).f
with open(sys.argv[2], encoding="utf-8", newline="\n") as file:
    texts = [line for line in file.read().split("\n") if line]
lines = [text + "\n" for text in texts]
started = time.perf_counter()
for line in lines:
    model.predict(line, 1, 0.0, "strict")
print(round(len(lines) / (time.perf_counter() - started)))
