# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154
# What run.sh and full-table.sh share on the host: a folder for the run, guests that end with the script, packages, keys. Sourced after
# vm/lib.sh and tests/vm.sh.

work=$(mktemp -d)
policy='' maps=''
declare -A running=() # the session of a guest: its name

# Each guest is a session of its own, except for User-Mode Linux, which begins another one. timeout(1) hands the signal to it.
stop() {
    local session
    trap '' INT TERM HUP
    for session in "${!running[@]}"; do
        while pkill -TERM -s "$session" -x timeout || pgrep -s "$session" >/dev/null; do sleep 0.1; done
    done
    wait
    [ -z "$policy" ] || rm -f "$policy"
    [ -z "$maps" ] || echo "$maps" >"$max_map_count"
    rm -rf "$work"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

readonly max_map_count=/proc/sys/vm/max_map_count

# need_maps N: User-Mode Linux makes a mapping of the host for each contiguous piece of a guest process. Of a process with too many, it says
# that it ran out of memory. Where the host allows fewer than N, more are allowed until the end.
need_maps() {
    local allowed
    read -r allowed <"$max_map_count"
    [ "$allowed" -lt "$1" ] || return 0
    [ -w "$max_map_count" ] || die "$EX_UNAVAILABLE" "a guest with so large a table needs more mappings: sysctl -w vm.max_map_count=$1"
    echo "$1" >"$max_map_count"
    maps=$allowed
    say "vm.max_map_count is $1 instead of $allowed until the end"
}

# start_session NAME FUNCTION ARG...: runs the function, which boots a guest, in a session of its own.
start_session() {
    local name=$1 function=$2
    shift
    setsid bash -c "$(declare -p daemons work folder complaints); $(declare -f "$function" boot_uml guest_init guest_output guest_status)
        set -euo pipefail; ${*@Q}" </dev/null &
    running[$!]=$name
}

# install_daemons: Debian's packages. Their services do not start meanwhile.
install_daemons() {
    local file=/usr/sbin/policy-rc.d
    if [ "$(id -u)" = 0 ] && [ ! -e "$file" ]; then
        policy=$file
        printf '#!/bin/sh\nexit 101\n' >"$policy"
        chmod 755 "$policy"
    fi
    need bird2 frr babeld
    [ -z "$policy" ] || rm "$policy"
    policy=''
}

make_keys() { # NODE...
    local node
    mkdir "$work/keys"
    for node in "$@"; do
        (umask 077 && wg genkey >"$work/keys/$node.key")
        wg pubkey <"$work/keys/$node.key" >"$work/keys/$node.pub"
    done
}
