#!/bin/sh
# SPDX-License-Identifier: MIT
# Takes the runs that the README's answer is made of, and writes the answer: some 12 minutes on a quiet machine.
set -eu
cd "$(dirname "$0")/.."
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
dotnet build -c Release -v q src/Sim.Runner
sim() { artifacts/bin/Sim.Runner/release/wg-sim "$@"; }
sim bench --out "$out/bench"
sim bench --family 6 --out "$out/bench-ipv6"
sim churn --updates tests/fixtures/mrt/morrowc-updates.20260222.1530.bz2 --out "$out/churn"
sim churn --family 6 --updates tests/fixtures/mrt/haskmrt-update.bz2 --out "$out/churn-ipv6"
SIM_SAMPLES=$out dotnet run --project tests/Sim.Runner.Tests -- -class '*ReadmeTests' -method '*answer_in_the_readme*'
