#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A hub forwards packets under two schemes, and while another processor changes prefixes: every packet arrives at its peer, or is dropped and
# counted. Peers share a device, or have one each. Quick forms; instructions.sh, whose two kernels take minutes to build, is run by hand.
set -euo pipefail
for part in uml-patched uml-smp; do
    kernel-patch/vm/build.sh "$part" >/dev/null || exit $(($? == 69 ? 77 : 1)) # 69: a package is missing
done
for part in packets peers; do
    dotnet run --project src/Sim.Runner --no-build -- validate --quick --parts "$part" --out "$1/$part" | tee "$1/$part.lines"
    sed -n 's/^# \(.*claims, .*\)/note: \1/p' "$1/$part.lines"
    grep -q '</html>' "$1/$part/index.html"
done
grep -q ',pps-ratio,' "$1/packets/results.csv"
grep -q ',rate-unlimited,' "$1/packets/results.csv"
grep -q ',set-up-time-ratio,' "$1/peers/results.csv"
