"""MB/s of datatrove's Gopher, C4 and FineWeb filters over JSON lines; see `filters.sh`."""

import json
import sys
import time
from importlib.metadata import version

from datatrove.data import Document
from datatrove.pipeline.filters import (
    C4QualityFilter,
    FineWebQualityFilter,
    GopherQualityFilter,
    GopherRepetitionFilter,
)

with open(sys.argv[1], encoding="utf-8", newline="\n") as file:
    texts = [json.loads(line)["text"] for line in file]
megabytes = sum(len(text.encode()) for text in texts) / 1e6
total = 0.0
print(f"datatrove {version('datatrove')}, {len(texts)} documents, {megabytes:.1f} MB, one core")
for filter_class in (GopherRepetitionFilter, GopherQualityFilter, C4QualityFilter, FineWebQualityFilter):
    stage = filter_class()
    stage.filter(Document(text="The tokenizer is loaded. So are its rules.", id="0"))
    started = time.perf_counter()
    for place, text in enumerate(texts):
        stage.filter(Document(text=text, id=str(place)))
    seconds = time.perf_counter() - started
    total += seconds
    print(f"  {filter_class.__name__}: {megabytes / seconds:.2f} MB/s")
print(f"  all four: {megabytes / total:.3f} MB/s")
