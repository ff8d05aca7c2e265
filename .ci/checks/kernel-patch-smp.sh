#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The series on two processors: lookups that meet a change of their route, the series' own selftests, readers beside a writer, and packets
# beside the changes that routing daemons make.
set -eu
kernel-patch/vm/build.sh uml-smp >/dev/null || exit $(($? == 69 ? 77 : 1)) # 69: a package is missing
bash kernel-patch/tests/run.sh --kernel uml-smp stale-routes --seconds 2
bash kernel-patch/tests/selftests.sh --kernel uml-smp
dotnet run --project src/Sim.Runner --no-build -- validate --kernel uml-smp --parts readers --quick --out "$1/validate-smp"
grep -q '</html>' "$1/validate-smp/index.html"
status=0
bash kernel-patch/daemons/windows.sh --seconds 1 || status=$?
[ "$status" -ne 69 ] || exit 77
exit "$status"
