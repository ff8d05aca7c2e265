#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The kernel with kernel-patch/series does what the patches say, `ip` and `wg` with their patches too, and WireGuard's own test passes.
# The series' selftests run on two processors (kernel-patch-smp.sh).
set -u
kernel-patch/vm/build.sh uml-patched >/dev/null || exit $(($? == 69 ? 77 : 1)) # 69: a package is missing
tests=kernel-patch/tests status=0
# Reports show the lines of code that were counted last.
$tests/count-lines.sh --csv | diff kernel-patch/lines.csv - || status=1
for test in "run.sh route-peer" "run.sh peer-gone" "run.sh route-modes" iproute2.sh wireguard-tools.sh netns.sh; do
    start=$SECONDS
    # shellcheck disable=SC2086 # a name and its arguments
    bash $tests/$test >"$1/kernel-patch" 2>&1
    result=$?
    if [ $result -eq 0 ] && grep -qE '^ok\b' "$1/kernel-patch"; then
        echo "$test: $(grep -cE '^ok\b' "$1/kernel-patch") claims hold ($((SECONDS - start)) s)"
    elif [ $result -eq 77 ]; then
        echo "note: $test skipped: $(tail -n 1 "$1/kernel-patch")"
    else
        echo "$test:"
        grep -E '^(not ok|#|error|lab)' "$1/kernel-patch" | tail -n 15
        tail -n 10 "$1/kernel-patch"
        status=1
    fi
done
exit $status
