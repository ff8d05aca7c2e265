#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The schemes of churn and the kernel that has kernel-patch/series agree on the beginning of a trace: REPLACE, single removals,
# the route attribute and nexthop objects. Where the shared data is not beside the checkout, RealKernelTests' made-up trace is all.
set -eu
updates=../shared/data/mrt/morrowc-updates.20260222.1530.bz2
out=$1/validate-trace
[ -f "$updates" ] || { echo "no $updates: not checked here"; exit 0; }
dotnet run --project src/Sim.Runner --no-build -- validate --quick --parts trace --kernel uml-patched --updates "$updates" \
    --schemes 1,3,4,6 --batch 100 --out "$out"
grep -q 'trace-replay' "$out/results.csv"
grep -q '</html>' "$out/index.html"
