#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The schemes of churn and the kernel that has kernel-patch/series agree on the beginning of a trace: REPLACE, single removals,
# the route attribute and nexthop objects.
set -eu
updates=tests/fixtures/mrt/morrowc-updates.20260222.1530.bz2
out=$1/validate-trace
kernel-patch/vm/build.sh uml-patched >/dev/null || exit $(($? == 69 ? 77 : 1)) # 69: a package is missing
dotnet run --project src/Sim.Runner --no-build -- validate --quick --parts trace --kernel uml-patched --updates "$updates" \
    --schemes replace,remove-me,route,nexthop --batch 100 --out "$out"
grep -q 'trace-replay' "$out/results.csv"
grep -q '</html>' "$out/index.html"
