#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Sends packets by hubs in the patched kernel, one hub per scheme, and prints how many pass a second. A guest per family.
#
#   packets.sh [OPTION...]
#
#   --quick           two schemes, tables of 10, 1,000 and 100,000 prefixes, one size: for tests
#   --smp             on two processors: prefixes change meanwhile, at four rates; one table of 100,000 prefixes unless given
#   --rows FILE       writes all figures, as CSV
#   --family NAME     4, 6 or both: both unless given
#   --scheme NAME     allowed-ips, default-route, route, nexthop or gateway; may be given again: all unless given
#   --prefixes N,...  sizes of the table; "all" is the whole list: 10,1000,100000,all unless given
#   --seconds S       of each measurement: 0.25 unless given
#   --rounds N        5 unless given, 3 with --quick or --smp
#   --list FILE       prefixes, one a line; may be given again. Without it "wg-sim table updates" writes the embedded table
#   --folder FOLDER   a folder that has uml-patched (with --smp: uml-smp) built already; vm/build.sh makes it unless given
#
# WG_SIM is the harness's program, if it is built elsewhere. Exit codes: 0 all claims hold, 1 one does not or the kernel complained, 64
# usage, 69 and 70 as vm/build.sh.
set -euo pipefail
packets=$(cd "$(dirname "$0")" && pwd)
daemons=$packets/../daemons
. "$packets/../vm/lib.sh"
. "$packets/../vm/sim.sh"
. "$packets/../tests/vm.sh"
. "$daemons/host.sh"
. "$packets/report.sh"

usage() {
    sed -n '3,20s/^# \?//p' "$0" >&2
    [ -z "${1:-}" ] || say "$1"
    exit 64
}

quick='' churn='' rows='' families=(4 6) schemes=() prefixes='' seconds='' rounds='' lists=() folder=''

parse() { # OPTION VALUE
    case $1 in
    --rows) [ -d "$(dirname -- "${2:-/none/x}")" ] || usage "no folder for '$2'"; rows=$2 ;;
    --family) case $2 in 4 | 6) families=("$2") ;; both) families=(4 6) ;; *) usage "--family is 4, 6 or both" ;; esac ;;
    --scheme)
        case $2 in default-route | allowed-ips | route | nexthop | gateway) schemes+=("$2") ;; *) usage "no scheme '$2'" ;; esac
        ;;
    --prefixes) [[ $2 =~ ^([1-9][0-9]{0,6}|all)(,([1-9][0-9]{0,6}|all))*$ ]] || usage "--prefixes needs numbers"; prefixes=$2 ;;
    --seconds) [[ $2 =~ ^[0-9]{1,2}(\.[0-9]+)?$ ]] || usage "--seconds needs a number"; seconds=$2 ;;
    --rounds) [[ $2 =~ ^[1-9][0-9]?$ ]] || usage "--rounds needs a number"; rounds=$2 ;;
    --list) [ -r "$2" ] || usage "no list '$2'"; lists+=("$2") ;;
    --folder) [ -x "$2/linux" ] || usage "no linux in '$2'"; folder=$2 ;;
    *) usage ;;
    esac
}

while [ $# -gt 0 ]; do
    case $1 in
    --quick) quick=yes ;;
    --smp) churn=yes ;;
    *) parse "$1" "${2:-}"; shift ;;
    esac
    shift
done

arguments=()

# choose: the arguments of the program, where the user has not chosen.
choose() {
    local sizes=10,1000,100000,all
    [ -z "$quick" ] || sizes=10,1000,100000
    [ -z "$churn" ] || sizes=100000
    prefixes=${prefixes:-$sizes} prefixes=${prefixes//all/9999999}
    if [ -n "$churn" ]; then
        seconds=${seconds:-${quick:+0.5}} seconds=${seconds:-1} rounds=${rounds:-3}
        arguments+=(--churn --size 64 --keys "$([ -n "$quick" ] || echo uniform,)zipf" --variants plain)
    elif [ -n "$quick" ]; then
        seconds=${seconds:-0.2}
        arguments+=(--size 64 --keys "hot,uniform" --variants plain)
    fi
    if [ -n "$quick" ]; then
        rounds=${rounds:-3}
        [ ${#schemes[@]} -gt 0 ] || schemes=(allowed-ips gateway)
    fi
    [ ${#schemes[@]} -gt 0 ] || schemes=(allowed-ips default-route route nexthop gateway)
    arguments+=(--prefixes "$prefixes" --seconds "${seconds:-0.25}" --rounds "${rounds:-5}" --scheme "$(IFS=, && echo "${schemes[*]}")")
}

# make_list FAMILY: the prefixes, as many as are wanted. The program takes the lines of its family.
make_list() {
    if [ ${#lists[@]} -gt 0 ]; then
        cat "${lists[@]}" >"$work/list-$1"
    else
        embedded_list "$1" "$(most_prefixes)" "$work/list-$1"
    fi
}

most_prefixes() { tr , '\n' <<<"$prefixes" | sort -n | tail -n 1; }

# memory FAMILY: megabytes that the guest needs.
memory() {
    local count most bytes=300
    count=$(wc -l <"$work/list-$1")
    most=$(most_prefixes)
    [ "$1" = 4 ] || bytes=900
    echo $((512 + (most < count ? most : count) * (${#schemes[@]} + 1) * bytes / 1000000))
}

# guest FAMILY MEMORY LIMIT CPUS ARG...: runs one guest. Its status goes to a file, as it is a session of its own.
guest() {
    local status=0
    GUEST_PATH=$work UML_MEMORY=$2 UML_TIMEOUT=$3 UML_CPUS=$4 boot_uml "$folder/linux" "$daemons/../packets/packets-guest.sh" \
        "${@:5}" "$1" "$work/list-$1" >"$work/log-$1" 2>&1 || status=$?
    echo "$status" >"$work/log-$1.status"
}

run_guest() { # FAMILY
    local started=$SECONDS status=1 session
    note_load
    start_session "IPv$1" guest "$1" "$(memory "$1")M" 3600 "${churn:+2}" "${arguments[@]}"
    session=$!
    wait "$session" || true
    unset "running[$session]"
    # Without the file, the guest did not come to its end.
    [ ! -f "$work/log-$1.status" ] || read -r status <"$work/log-$1.status"
    note_guest "$work/log-$1" "$status"
    echo "# IPv$1: $((SECONDS - started)) s"
}

choose
need gcc libc6-dev perl procps util-linux
[ -n "$folder" ] || folder=$("$packets/../vm/build.sh" "uml-$([ -n "$churn" ] && echo smp || echo patched)")
folder=$(readlink -f "$folder")
"$packets/compile.sh" "$work/packets"
begin_report
for family in "${families[@]}"; do
    make_list "$family"
    run_guest "$family"
done
end_report
