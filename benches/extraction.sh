#!/usr/bin/env bash
# Quality and speed of extraction over sets of pages with gold main content, one core; beside it, in the same run,
# Trafilatura and Resiliparse.
#
#   benches/extraction.sh SETS SCORER PYTHON
#
# SETS has a folder for each set, with gold.jsonl and html.tar.zst (docs/models.md tells the layout). SCORER is a script
# with the verbs `pages`, `run --system NAME` and `score` over them. PYTHON is an interpreter that has zstandard,
# trafilatura and resiliparse. What is scored of ours is cross-validated: each page's text comes from a model that saw no
# page of its site.
set -euo pipefail
cd "$(dirname "$0")/.."
sets=$(realpath "$1") scorer=$(realpath "$2") python=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cargo build --release --locked
"$python" "$scorer" pages --sets "$sets" > "$work/pages.jsonl"
target/release/trommel train extraction --data "$(dirname "$sets")" --out "$work/model" --outputs "$work/ours.jsonl" > "$work/card.md"
"$python" "$scorer" score --sets "$sets" --system "trommel, cross-validated" "$work/ours.jsonl"
for system in ${SYSTEMS-trafilatura resiliparse}; do
  taskset -c 0 "$python" "$scorer" run --sets "$sets" --system "$system" --out "$work/$system.jsonl" | tail -1 | sed "s/^all/$system/"
  "$python" "$scorer" score --sets "$sets" --system "$system" "$work/$system.jsonl"
done
taskset -c 0 cargo bench --bench extraction -- "$work/pages.jsonl"
