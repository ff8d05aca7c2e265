#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The ports agree with the kernel that has kernel-patch/series: routes and nexthop objects that name peers, gateways that choose
# them, and every way to a packet's peer. A sample, and counts alone: no time can fail this.
set -eu
kernel-patch/vm/build.sh uml-patched >/dev/null || exit $(($? == 69 ? 77 : 1)) # 69: a package is missing
out=$1/validate-patched
dotnet run --project src/Sim.Runner --no-build -- validate --quick --kernel uml-patched --parts counts --out "$out"
grep -q '</html>' "$out/index.html"
for way in 'route encap' 'route wgpeer' 'route nexthop' 'route gateway' 'route via'; do
    grep -q ",$way," "$out/results.csv"
done
