#!/usr/bin/env bash
# Predictions per second of a fastText model, by this program and by the reference implementation, one core, by turns.
#
#   benches/fasttext.sh MODEL TEXTS PYTHON
#
# MODEL is a .bin or .ftz file, TEXTS has a text a line, PYTHON is an interpreter that has the package fasttext. TURNS (5) and
# CORE (0) may be set.
set -euo pipefail
model=$(realpath "$1") texts=$(realpath "$2") python=$3
cd "$(dirname "$0")/.."
ours=(cargo bench --locked --quiet -p trommel-filters --bench fasttext)
"${ours[@]}" --no-run
printf '%10s %10s %6s\n' trommel reference ratio
for _ in $(seq "${TURNS:-5}"); do
  fast=$(taskset -c "${CORE:-0}" "${ours[@]}" -- "$model" "$texts")
  slow=$(taskset -c "${CORE:-0}" "$python" benches/fasttext_reference.py "$model" "$texts")
  printf '%10s %10s %6s\n' "$fast" "$slow" "$(bc <<< "scale=2; $fast / $slow")"
done
