# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# What a guest of full-table.sh runs:
#
#   guest.sh DAEMONS KEYS UPDATES TABLE DAEMON WAY FAMILY PREFIXES FAILOVER SPEED NLMON
#
# Figures are lines "row NAME VALUE UNIT SECONDS", with the clock of the guest. Its status is 0 if all claims hold.
set -euo pipefail
daemons=$1 keys=$2 updates=$3 table=$4 daemon=$5 way=$6 family=$7 prefixes=$8 failover=$9 speed=${10} nlmon=${11}
readonly nodes=(0 1 2 3 4 5 6 7 8) spokes=(1 2 3 4 5 6 7 8)
. "$daemons/../tests/claims.sh"
. "$daemons/lib.sh"
. "$daemons/full-table/topology.sh"
. "$daemons/full-table/figures.sh"
. "$daemons/full-table/failovers.sh"
. "$daemons/full-table/replay.sh"
. "$daemons/guest-files.sh"

readonly scan_time=30
# Seconds that a step may take, on a busy machine.
limit=$((120 + prefixes / 1000))

# wait_for WHAT SECONDS COMMAND...
wait_for() {
    local what=$1 limit=$2 start=$SECONDS
    shift 2
    until "$@"; do
        if [ $((SECONDS - start)) -ge "$limit" ]; then
            not_ok "$what" "not after $limit s: $*"
            show_state
            exit 1
        fi
        sleep 0.2
    done
}

show_state() {
    on 0 wg show | grep -E 'peer|handshake|transfer' | sed 's/^/# n0: /'
    ! [ "$daemon" = bird ] || on 0 birdc -s /run/bird0.ctl show protocols | sed 's/^/# /'
    tail -n 5 /run/feed-*.log /run/agent.log /run/frr/n0/*.log 2>/dev/null | sed 's/^/# /'
}

have_all() { # STEP: all feeders have come so far
    local spoke
    for spoke in "${spokes[@]}"; do [ -e "/run/feed-$spoke.$1" ] || return 1; done
}

start_feeders() {
    local spoke
    feeders=()
    for spoke in "${spokes[@]}"; do
        full feed "$family" "$spoke" "$updates" "$speed" 2>"/run/feed-$spoke.log" &
        feeders+=($!)
    done
    wait_for "each spoke has a session with the hub" 60 have_all up
    sleep 2 # FRR may end some of them once
    wait_for "each spoke has a session with the hub again" 60 have_all up
}

# The daemon has nothing to do any more, twice.
wait_for_quiet() {
    local ticks before=-1 quiet=0
    while [ $quiet -lt 2 ]; do
        sleep 1
        ticks=$(ticks_of "${daemon_pids[@]}")
        if [ $((ticks - before)) -le 2 ]; then quiet=$((quiet + 1)); else quiet=0; fi
        before=$ticks
    done
}

# BIRD reads all routes of the kernel once in a scan time, so a window of that length has the work of one scan.
scan_routes() {
    wait_for_quiet
    begin_figures
    sleep "$scan_time"
    end_figures scan
    claim "the daemon still runs" kill -0 "${daemon_pids[@]}"
    is "a scan changes no route" "$(($(full count "$family") - base))" "$prefixes"
}

load_backup() {
    kill -USR1 "${feeders[@]}"
    wait_for "the spokes have sent the longer paths" "$limit" have_all backup
    wait_for_quiet
}

# For some seconds the kernel adds routes of its own, while IPv6 addresses are tentative.
is_settled() {
    local before
    before=$(full count "$family")
    sleep 2
    [ -z "$(ip -n n0 -6 address show tentative)" ] && [ "$(full count "$family")" = "$before" ]
}

load_table() {
    begin_figures
    if [ "$daemon" = none ]; then
        rows full install "$family" "$table"
    else
        rows full load "$family" "$prefixes" "$limit" "$agent_file" "${feeders[@]}"
    fi
    end_figures load
    peak_memory
    is "the FIB has all prefixes" "$(value fib_prefixes)" "$prefixes"
    if [ "$failed" -gt 0 ]; then
        show_state
        exit 1
    fi
    [ "$way" != agent ] || claim "the agent has copied all prefixes" test "$(value agent_prefixes)" -ge "$prefixes"
}

full_topology "$way"
receive_everything
"start_$daemon"
agent_file=''
[ "$way" != agent ] || start_agent
[ "$nlmon" = no ] || start_nlmon
if [ "$daemon" = none ]; then wait_for "the kernel has its own routes" 60 is_settled; else start_feeders; fi
base=$(full count "$family")
load_table
if [ "$speed" != 0 ]; then
    play_trace
elif [ "$failover" = scan ]; then
    scan_routes
elif [ "$failover" != none ] && [ "$way" != dummy ]; then
    fail_over
fi
claims_done
