#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# `bench --family 6` measures the IPv6 FIB beside AllowedIPs, with a verdict of its own and the reasons.
set -eu
out=$1/bench-ipv6
dotnet run --project src/Sim.Runner -- bench --family 6 --quick --out "$out"
grep -q '</html>' "$out/index.html"
grep -q 'class="headline">In IPv6 ' "$out/index.html"
grep -q 'id="why"' "$out/index.html"
grep -q ',fib/allowedips,,6,' "$out/results.csv"
