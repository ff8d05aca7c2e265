# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154
# Spokes play a trace of updates in a guest of full-table.sh, and what has to hold then. Sourced.

trace_fact() { awk -v name="$1" '$1 == name { print $2 }' "${table%/list}/trace"; } # NAME

play_trace() {
    local beacons=0 seconds
    [ "$way" = dummy ] || beacons=$(trace_fact beacons)
    seconds=$(($(trace_fact microseconds) / 1000000 / speed))
    row replay_updates "$(trace_fact updates)" messages
    row replay_changes "$(trace_fact changes)" changes
    row replay_peers "$(trace_fact peers)" peers
    begin_figures
    rows full replay "$family" "$beacons" $((seconds + limit)) "${feeders[@]}"
    end_figures replay
    wait_for "each spoke has played its trace" 1 have_all trace
    wait_for_quiet
    claim "the daemon still runs" kill -0 "${daemon_pids[@]}"
    is "the FIB has every prefix that a spoke announces, and no other" "$(($(full count "$family") - base))" "$(trace_fact prefixes)"
    [ "$way" = dummy ] || claim_beacons "$beacons"
}

claim_beacons() { # NUMBER
    is "a packet reaches each beacon" "$(value replay_beacons)" "$1"
    is "no packet comes to a spoke that did not announce its beacon" "$(value replay_misled_packets)" 0
}
