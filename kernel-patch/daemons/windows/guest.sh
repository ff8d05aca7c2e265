# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# What a guest of windows.sh runs: guest.sh DAEMONS KEYS GROUP SECONDS. Figures are lines "row NAME VALUE UNIT SCENE FAMILY". Its status
# is 0 if all claims hold.
set -euo pipefail
daemons=$1 keys=$2 group=$3
# shellcheck disable=SC2034 # used by the groups
readonly seconds=$4 nodes=(0 1 2 3) spokes=(1 2 3) families=(4 6)
. "$daemons/../tests/claims.sh"
. "$daemons/lib.sh"
. "$daemons/full-table/topology.sh"
. "$daemons/guest-files.sh"
declare -A values=()

value() { echo "${values[$1]:-none}"; } # NAME

# measure SCENE FAMILY COMMAND...: makes rows of the lines "NAME VALUE UNIT" that the command prints.
measure() {
    local scene=$1 of=$2 name value unit
    shift 2
    values=()
    claim "$scene, IPv$of: the run comes to its end" eval "${*@Q} >/run/rows"
    while read -r name value unit; do
        values[$name]=$value
        echo "row $name $value $unit $scene $of"
    done </run/rows
}

wait_for() { # WHAT SECONDS COMMAND...
    local what=$1 limit=$2 start=$SECONDS
    shift 2
    until "$@"; do
        if [ $((SECONDS - start)) -ge "$limit" ]; then
            not_ok "$what" "not after $limit s: $*"
            show_daemons
            exit 1
        fi
        sleep 0.2
    done
}

# watch_flips SCENE FAMILY FLIPS PREFIXES: a daemon moves its routes whenever the function flip is called with the spoke.
watch_flips() {
    local flipper fifo=/run/flips
    rm -f "$fifo"
    mkfifo "$fifo"
    while read -r spoke; do flip "$spoke"; done <"$fifo" >/run/flips.log 2>&1 &
    flipper=$!
    measure "$1" "$2" windows watch "$2" "$3" "$4" "$fifo"
    wait "$flipper"
}

# claim_watch SCENE FAMILY: what holds for every daemon.
claim_watch() {
    local at="$1, IPv$2"
    is "$at: the kernel's notifications are complete, and no packet is damaged" "$(value overruns) $(value damaged)" "0 0"
    is "$at: once the kernel has announced the new route, no packet is lost" "$(value lost_after_confirmation)" 0
    is "$at: and none goes the old way" "$(value wrong) $(value astray)" "0 0"
    is "$at: no packet is lost without an error of sendto()" "$(value lost_silently)" 0
}

# Everything but the prober is on the first processor.
taskset -cp 0 $$ >/dev/null
# shellcheck source=/dev/null
. "$daemons/windows/$group.sh"
claims_done
