#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Plays a full table into the BGP daemon of a hub with eight spokes, and lets a spoke fail. A guest per daemon, way and family.
#
#   full-table.sh [OPTION...]
#
#   --prefixes N       prefixes of each family, a random sample of the table: 100,000 unless given
#   --table FILE       a table that the harness reads, MRT or list; without it the embedded one
#   --updates FILE     MRT file of updates, which the spokes play when the table is loaded, instead of a failover; may be given again
#   --speed N          how many times as fast as recorded: 100 unless given
#   --streams FOLDER   messages that "wg-sim table updates" has written, in FOLDER/4 and FOLDER/6, instead of the four options above
#   --daemon NAME      bird, frr, both, or none, with which the lab's own program makes the routes: bird unless given
#   --bird PROGRAM     another BIRD than Debian's
#   --way NAME         gateway, agent, dummy, interfaces, all of these, or objects; may be given again: gateway and dummy unless given.
#                      Objects are for no daemon, and for a BIRD with an option "nexthop objects"
#   --family NAME      4, 6 or both: both unless given
#   --failover KIND    session, removal, tunnel, bfd, move, object, object-quiet, scan or none; see README.md: session unless given
#   --rounds N         guests of each kind, in turn: 1 unless given
#   --no-nlmon         does not count netlink messages, which takes time of its own
#   --rows FILE        writes all figures, as CSV
#   --folder FOLDER    a folder that has uml-patched built already; vm/build.sh makes it unless given
#
# WG_SIM is the harness's program, if it is built elsewhere. Exit codes: 0 all claims hold, 1 one does not or the kernel complained, 64
# usage, 69 and 70 as vm/build.sh.
set -euo pipefail
daemons=$(cd "$(dirname "$0")" && pwd)
. "$daemons/../vm/lib.sh"
. "$daemons/../vm/sim.sh"
. "$daemons/../tests/vm.sh"
. "$daemons/host.sh"
. "$daemons/full-table/report.sh"

usage() {
    sed -n '3,24s/^# \?//p' "$0" >&2
    [ -z "${1:-}" ] || say "$1"
    exit 64
}

one_of() { # OPTION VALUE WORD...
    local option=$1 value=$2 word
    shift 2
    for word in "$@"; do [ "$word" != "$value" ] || return 0; done
    usage "$option is one of: $*"
}

table_options=() streams='' has_trace='' speed='' names=(bird) ways=() families=(4 6) failover=session rounds=1 nlmon=yes rows='' folder='' bird=''

parse() { # OPTION VALUE
    case $1 in
    --prefixes) [[ $2 =~ ^[1-9][0-9]{0,6}$ ]] || usage "--prefixes needs a number"; table_options+=("$1" "$2") ;;
    --table) [ -r "$2" ] || usage "no table '$2'"; table_options+=("$1" "$(readlink -f "$2")") ;;
    --updates) [ -r "$2" ] || usage "no updates '$2'"; table_options+=("$1" "$(readlink -f "$2")"); has_trace=yes ;;
    --speed) [[ $2 =~ ^[1-9][0-9]{0,4}$ ]] || usage "--speed needs a number"; speed=$2 ;;
    --streams) [ -d "$2" ] || usage "no folder '$2'"; streams=$(readlink -f "$2") ;;
    --daemon) one_of "$1" "$2" bird frr both none; names=("$2"); [ "$2" != both ] || names=(bird frr) ;;
    --bird) [ -x "$2" ] || usage "no program '$2'"; bird=$(readlink -f "$2") ;;
    --way) one_of "$1" "$2" gateway agent dummy interfaces objects all; ways+=("$2"); [ "$2" != all ] || ways=(gateway dummy agent interfaces) ;;
    --family) one_of "$1" "$2" 4 6 both; families=("$2"); [ "$2" != both ] || families=(4 6) ;;
    --failover) one_of "$1" "$2" session removal tunnel bfd move object object-quiet scan none; failover=$2 ;;
    --rounds) [[ $2 =~ ^[1-9][0-9]?$ ]] || usage "--rounds needs a number"; rounds=$2 ;;
    --rows) [ -d "$(dirname -- "${2:-/none/x}")" ] || usage "no folder for '$2'"; rows=$2 ;;
    --folder) [ -x "$2/linux" ] || usage "no linux in '$2'"; folder=$2 ;;
    *) usage ;;
    esac
}

while [ $# -gt 0 ]; do
    if [ "$1" = --no-nlmon ]; then
        nlmon=no
    else
        parse "$1" "${2:-}"
        shift
    fi
    shift
done
[ ${#ways[@]} -gt 0 ] || [ "${names[0]}" != none ] || ways=(objects)
[ ${#ways[@]} -gt 0 ] || ways=(gateway dummy)

# check DAEMON WAY FAILOVER: refuses what cannot be. With the dummy device there is no failover.
check() {
    case $1:$2 in
    none:objects) ;;
    none:*) usage "no daemon: --way objects alone" ;;
    frr:objects) usage "FRR makes nexthop objects by itself: --way gateway" ;;
    bird:objects) [ -n "$bird" ] || usage "Debian's BIRD makes no nexthop objects: --daemon none, or --bird" ;;
    esac
    case $1:$2:$3 in
    frr:*:scan) usage "--failover scan is for BIRD: zebra does not read the kernel's routes again" ;;
    *:dummy:* | *:none | none:*:move | none:*:object*) ;;
    none:*) usage "--failover $3 needs a daemon" ;;
    *:agent:move | *:interfaces:move) usage "--failover move is for the ways gateway and objects" ;;
    *:objects:object* | frr:gateway:object*) ;;
    *:*:object*) usage "--failover $3 needs nexthop objects: --daemon none, --daemon frr --way gateway, or --bird with --way objects" ;;
    esac
}

for name in "${names[@]}"; do
    for way in "${ways[@]}"; do check "$name" "$way" "$failover"; done
done
[ -z "$has_trace" ] || speed=${speed:-100}
[ -z "$speed" ] || [ -n "$has_trace$streams" ] || usage "--speed is for --updates or --streams"
[ -z "$speed" ] || [ "${names[0]}" != none ] || usage "--speed needs a daemon"
[ -z "$speed" ] || failover=replay-$speed
[ -z "$streams" ] || [ ${#table_options[@]} -eq 0 ] || usage "--streams comes with a table and a trace of its own"

# make_updates FAMILY: the messages of all spokes; kernel-patch/daemons/README.md describes the files.
make_updates() {
    if [ -n "$streams" ]; then
        [ -f "$streams/$1/list" ] || die 64 "no messages in $streams/$1"
        [ -z "$speed" ] || [ -f "$streams/$1/trace" ] || die 64 "no trace in $streams/$1"
        ln -s "$streams/$1" "$work/updates-$1"
    else
        sim table updates "$work/updates-$1" --family "$1" "${table_options[@]}" >/dev/null
    fi
}

# guest LOG MEMORY LIMIT ARG...: runs one guest. Its status goes to a file, as it is a session of its own.
guest() {
    local log=$1 status=0
    GUEST_PATH=$work UML_MEMORY=$2 UML_TIMEOUT=$3 boot_uml "$folder/linux" "$daemons/full-table/guest.sh" "$daemons" "$work/keys" "${@:4}" \
        >"$log" 2>&1 || status=$?
    echo "$status" >"$log.status"
}

# trace_seconds FAMILY: how long the spokes play the trace; 0 without one. A guest has this time in addition.
trace_seconds() {
    if [ -z "$speed" ]; then echo 0; else awk -v speed="$speed" '$1 == "microseconds" { print int($2 / 1e6 / speed) }' "$work/updates-$1/trace"; fi
}

run_guest() { # DAEMON WAY FAMILY
    local count updates=$work/updates-$3/tunnel list=$work/updates-$3/list name="$1 $2 IPv$3" log started=$SECONDS status=1 session
    count=$(wc -l <"$list")
    [ "$1" != frr ] || [ "$count" -le 100000 ] || need_maps 1048576
    log=$work/log-$1-$2-$3
    rm -f "$log.status"
    note_load
    [ "$2" != dummy ] || updates=$work/updates-$3/dummy
    start_session "$name" guest "$log" $((1024 + count / 150))M $((600 + count / 300 + $(trace_seconds "$3"))) \
        "$updates" "$list" "$1" "$2" "$3" "$count" "$failover" "${speed:-0}" "$nlmon"
    session=$!
    wait "$session" || true
    unset "running[$session]"
    [ ! -f "$log.status" ] || read -r status <"$log.status"
    note_guest "$log" "$status" "$name" "$1,$2,$3,$count"
    echo "# $name: $((SECONDS - started)) s"
}

need gcc libc6-dev iproute2 perl procps util-linux wireguard-tools
install_daemons
[ -n "$folder" ] || folder=$("$daemons/../vm/build.sh" uml-patched)
folder=$(readlink -f "$folder")
compile() { gcc -std=gnu11 -O2 -Wall -Wextra -Werror -static -I "$daemons" -I "$daemons/../tests" -o "$work/$1" "${@:2}" "$daemons/../tests/netlink.c"; }
compile lab "$daemons"/{lab,node,attributes,probe}.c
compile full "$daemons"/full-table/*.c "$daemons/node.c"
ln -s "${bird:-/usr/sbin/bird}" "$work/hub-bird"
make_keys 0 1 2 3 4 5 6 7 8
begin_report
for family in "${families[@]}"; do
    make_updates "$family"
    for ((round = 0; round < rounds; round++)); do
        for name in "${names[@]}"; do
            for way in "${ways[@]}"; do run_guest "$name" "$way" "$family"; done
        done
    done
done
end_report
