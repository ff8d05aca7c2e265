#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A dump of many peers that we write is read alike by bgpdump and by us, and is loaded within the table's memory.
set -euo pipefail
command -v bgpdump >/dev/null || { echo "bgpdump is not installed"; exit 77; }
sim() { dotnet run --project src/Sim.Runner --no-build -- "$@"; }
sim table generate "$1/dump.mrt" --prefixes 200000 --to mrt --mrt-peers 20 --mrt-missing 0.1
ours=$(sim table info "$1/dump.mrt" --json | sed -n 's/.*"entries": \([0-9]*\).*/\1/p')
theirs=$(bgpdump -m "$1/dump.mrt" 2>/dev/null | wc -l)
echo "entries: $ours, bgpdump $theirs"
test "$ours" -eq "$theirs"
sim stat --table "$1/dump.mrt" --json | grep '"prefixes": 200000'
