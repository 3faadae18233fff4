#!/usr/bin/env bash
# Pages per second of a whole run over one WARC file, one thread; beside it, in the same run, a datatrove pipeline.
#
#   benches/end_to_end.sh FILE.warc.gz MODELS [PYTHON]
#
# MODELS is the folder with lid.176.ftz. PYTHON is an interpreter that has datatrove:
#   python3 -m venv venv && venv/bin/pip install "datatrove[io,processing]" spacy trafilatura lxml_html_clean fasttext-numpy2-wheel
# Both sides are repeated TURNS times (3), by turns; the figures are the medians. CPU is user + system time.
set -euo pipefail
cd "$(dirname "$0")/.."
warc=$(realpath "$1") models=$(realpath "$2") python=${3:-}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cargo build --release --locked
mkdir "$work/in" && ln -s "$warc" "$work/in/$(basename "$warc")"

measure() { # NAME COMMAND…: one line "NAME wall cpu"
  local name=$1
  shift
  TIMEFORMAT="$name %R %U %S"
  { time "$@" > "$work/out" 2> "$work/err"; } 2>> "$work/times" || { cat "$work/err"; exit 1; }
}
for _ in $(seq "${TURNS:-3}"); do
  rm -rf "$work/ours" "$work/theirs"
  measure trommel target/release/trommel run llama3 --input "$work/in" --out "$work/ours" --threads 1 --models "$models"
  [ -z "$python" ] || measure datatrove "$python" benches/datatrove_pipeline.py "$work/in" "$work/theirs" "$models/lid.176.ftz"
done
pages=$(target/release/trommel sql "$work/ours" "select count(*) as pages from ledger where fate['stage'] is distinct from 'read'" --json | tr -dc 0-9)
for name in trommel datatrove; do
  grep "^$name " "$work/times" | sort -k2n | awk -v pages="$pages" -v name="$name" \
    '{ wall[NR] = $2; cpu[NR] = $3 + $4 } END { m = int((NR + 1) / 2); if (NR) printf "%-10s %d pages, median wall %.1f s (%.0f pages/s), cpu %.1f s (%.0f pages/core-s)\n", name, pages, wall[m], pages / wall[m], cpu[m], pages / cpu[m] }' || true
done
