#!/usr/bin/env bash
# Speed of all measures, and of datatrove's Gopher, C4 and FineWeb filters over the same documents, one core, one run.
#
#   benches/filters.sh TEXTS.jsonl PYTHON
#
# TEXTS.jsonl has a document a line, {"text": …, "language": "eng_Latn"}. PYTHON is an interpreter that has
# datatrove[processing]. datatrove's filters judge every document, as the measures here are taken of every document.
set -euo pipefail
texts=$(realpath "$1") python=$2
cd "$(dirname "$0")/.."
cargo bench --locked -p trommel-filters --bench filters --no-run
taskset -c 0 cargo bench --locked -p trommel-filters --bench filters -- "$texts"
taskset -c 0 "$python" benches/filters_datatrove.py "$texts"
