#!/bin/sh
# SPDX-License-Identifier: MIT
# Takes the runs that the README's answer is made of, and writes the answer: some 12 minutes on a quiet machine.
#
#   take-samples.sh           bench and churn
#   take-samples.sh daemons   BIRD with the whole table; it needs the lab and root, and takes some 20 minutes
#   take-samples.sh hub       packets through a hub, and a device per peer; it needs the lab, and takes some 40 minutes
set -eu
cd "$(dirname "$0")/.."
out=artifacts/samples
rm -rf "$out"
dotnet build -v q
sim() { artifacts/bin/Sim.Runner/release/wg-sim "$@"; }
case ${1:-} in
'')
    sim bench --out "$out/bench"
    sim bench --family 6 --out "$out/bench-ipv6"
    sim churn --updates tests/fixtures/mrt/morrowc-updates.20260222.1530.bz2 --out "$out/churn"
    sim churn --family 6 --updates tests/fixtures/mrt/haskmrt-update.bz2 --out "$out/churn-ipv6"
    ;;
daemons)
    sim daemons --prefixes 1000000 --way all --matrix --out "$out/daemons" --speed 100 \
        --updates tests/fixtures/mrt/haskmrt-update.bz2 tests/fixtures/mrt/morrowc-updates.20260222.1530.bz2
    ;;
hub)
    sim validate --parts packets --out "$out/packets"
    sim validate --parts peers --out "$out/peers"
    ;;
*) echo "take-samples.sh: no samples '$1'" >&2 && exit 64 ;;
esac
SIM_SAMPLES=$PWD/$out artifacts/bin/Sim.Runner.Tests/release/Sim.Runner.Tests -class '*ReadmeTests' -method '*answer_in_the_readme*'
