#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# BIRD, FRR and babeld run over one WireGuard device with several peers: what has to pass does, and what has to fail fails. BIRD fills a
# hub's FIB with 100,000 prefixes of each family. A spoke fails, and then the spokes play real updates. The report has all of it.
set -euo pipefail
kernel-patch/vm/build.sh uml-patched >/dev/null || exit $(($? == 69 ? 77 : 1)) # 69: a package is missing
out=$1/daemons
dotnet run --project src/Sim.Runner --no-build -- daemons --matrix --out "$out" \
    --updates tests/fixtures/mrt/haskmrt-update.bz2 tests/fixtures/mrt/morrowc-updates.20260222.1530.bz2 --speed 100 | tee "$1/daemons.lines"
sed -n 's/^# \(.*claims, .*\)/note: \1/p' "$1/daemons.lines"
grep -q '</html>' "$out/index.html"
grep -q ',fib-complete-ratio,' "$out/results.csv"
grep -q ',daemon-matrix,' "$out/results.csv"
grep -q ',lag-p99,' "$out/results.csv"
