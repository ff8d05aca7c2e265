#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Every property test on random cases, for three seconds each: over a minute in all. A failure names the seed and the smallest case found.
# The what-ifs behind AllowedIPs get 100,000 operations for each structure and family instead, and a million if SIM_SOAK is at least 30.
#
#   soak.sh                            on new cases
#   SIM_SEED=N SIM_SOAK=60 soak.sh     on the cases of a run that said N, a minute for each property
set -u
cd "$(dirname "$0")/../.."
export SIM_SEED=${SIM_SEED:-$((RANDOM << 15 | RANDOM))} SIM_SOAK=${SIM_SOAK:-3}
dotnet build Sim.sln -c Release -v q || exit 1
log=$(mktemp)
trap 'rm -f "$log"' EXIT
status=0 properties=0
for program in artifacts/bin/*.Tests/release/*.Tests; do
    "$program" -trait kind=property -showLiveOutput -noColor -noLogo >"$log" 2>&1 || { status=1; cat "$log"; }
    properties=$((properties + $(grep -c ' cases of SIM_SEED=' "$log")))
done
echo "note: SIM_SEED=$SIM_SEED, $properties properties held for $SIM_SOAK s each"
[ "$properties" -gt 0 ] && exit $status
