#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# IPv6 has no FIB yet: bench measures AllowedIPs alone, and says so instead of failing.
set -eu
dotnet run --project src/Sim.Runner -- bench --family 6 --quick --out "$1/bench-ipv6"
grep -q '</html>' "$1/bench-ipv6/index.html"
