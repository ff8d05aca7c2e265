# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# A test that is a script claims things, a line each: "ok - ..." or "not ok - ..." with what was seen. Sourced.

claims=0 failed=0

ok() { # TEXT
    claims=$((claims + 1))
    echo "ok - $1"
}

not_ok() { # TEXT SEEN
    claims=$((claims + 1)) failed=$((failed + 1))
    echo "not ok - $1"
    head -n 12 <<<"$2" | sed 's/^/#   /'
}

# claim TEXT COMMAND...: the command succeeds.
claim() {
    local text=$1 seen
    shift
    if seen=$("$@" 2>&1); then ok "$text"; else not_ok "$text" "$* said: $seen"; fi
}

# refused TEXT MESSAGE COMMAND...: the command fails and says so.
refused() {
    local text=$1 message=$2 seen
    shift 2
    if seen=$("$@" 2>&1); then
        not_ok "$text" "accepted: $*"
    elif grep -qF -- "$message" <<<"$seen"; then
        ok "$text"
    else
        not_ok "$text" "$* said: $seen"
    fi
}

# is TEXT SEEN WANTED
is() {
    if [ "$2" = "$3" ]; then ok "$1"; else not_ok "$1" "seen:   $2"$'\n'"wanted: $3"; fi
}

# claims_done: the sum; its status is the test's. A test that stopped early has not said "done".
claims_done() {
    echo "done, $claims claims, $failed failed"
    [ "$failed" -eq 0 ] && [ "$claims" -gt 0 ]
}
