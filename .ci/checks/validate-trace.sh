#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The schemes of churn and the kernel that has kernel-patch/series agree on the beginning of a trace, in both families: REPLACE,
# single removals, the route attribute, gateways and nexthop objects.
set -eu
sim() { dotnet run --project src/Sim.Runner --no-build -- "$@"; }
updates=tests/fixtures/mrt/morrowc-updates.20260222.1530.bz2
kernel-patch/vm/build.sh uml-patched >/dev/null || exit $(($? == 69 ? 77 : 1)) # 69: a package is missing
# No capture that is small enough to be here changes IPv6 prefixes: those come from the generator.
sim trace generate "$1/v6.mrt" --family 6 --bgp-peers 4 --days 0.02
for trace in "$updates" "$1/v6.mrt"; do
    out=$1/validate-$(basename "$trace")
    sim validate --quick --parts trace --kernel uml-patched --updates "$trace" --schemes replace,remove-me,route,via,nexthop --batch 100 --out "$out"
    grep -q 'trace-replay' "$out/results.csv"
    grep -q '</html>' "$out/index.html"
done
