#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The micro-benchmarks run, and no lookup allocates: the last column is "-" in every row. Times are not looked at.
set -eu
dotnet run --project src/Sim.Benchmarks -- --filter '*Lookup*' --job dry --artifacts "$1/benchmarks" | grep '^|' | tee "$1/rows"
test "$(grep -c 'lookup' "$1/rows")" -ge 24
! grep 'lookup' "$1/rows" | grep -v -- '- |$'
