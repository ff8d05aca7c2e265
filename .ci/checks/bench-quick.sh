#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# `bench --quick` on the embedded table ends well, and its report is whole.
set -eu
out=$1/bench-quick
dotnet run --project src/Sim.Runner -- bench --quick --out "$out"
for file in index.html results.csv results.json; do
    test -s "$out/$file"
done
ls "$out"/*.png >/dev/null
grep -q '</html>' "$out/index.html"
# The process stays under 2 GiB.
awk -F, '$14 == "peak-working-set" { print "peak bytes", $16; found = $16 < 2147483648 } END { exit !found }' "$out/results.csv"
