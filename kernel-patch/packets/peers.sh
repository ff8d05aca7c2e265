#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Compares one WireGuard device with N peers against N devices with one peer each: memory, set-up, loading a table, failover, handshakes.
#
#   peers.sh [OPTION...]
#
#   --quick            1, 10 and 100 peers, and 10,000 prefixes
#   --peers N,...      numbers of peers: 1,10,100,1000,10000 unless given, up to the size of the table. More than 1,000: one device alone
#   --prefixes N       size of the table: 100,000 unless given, or the whole list if it is shorter
#   --list FILE        a file with a prefix a line; without it the prefixes are made. Then --family needs 4 or 6
#   --family NAME      4, 6 or both: both unless given
#   --rounds N         rounds that take times: 3 unless given
#   --smp              a kernel with two processors (uml-smp), which waits for RCU as real machines do: 1 and 10 peers and 10,000 prefixes
#                      unless given, as each device takes 0.2 to 0.3 s to delete. Its rows are variants smp-...
#   --rows FILE        writes all figures, as CSV
#   --folder FOLDER    a folder that has the kernel built already; vm/build.sh makes it unless given
#
# Exit codes: 0 all claims hold, 1 one does not or the kernel complained, 64 usage, 69 and 70 as vm/build.sh.
set -euo pipefail
packets=$(cd "$(dirname "$0")" && pwd)
daemons=$packets/../daemons
. "$packets/../vm/lib.sh"
. "$packets/../tests/vm.sh"
# shellcheck source=../daemons/host.sh
. "$daemons/host.sh"
# shellcheck source=../daemons/full-table/report.sh
. "$daemons/full-table/report.sh" # note_load

usage() {
    sed -n '3,18s/^# \?//p' "$0" >&2
    [ -z "${1:-}" ] || say "$1"
    exit 64
}

peers='' prefixes='' list='-' families=(4 6) rounds=3 rows='' folder='' quick='' two=''

parse() { # OPTION VALUE
    case $1 in
    --peers) [[ $2 =~ ^[1-9][0-9]{0,4}(,[1-9][0-9]{0,4})*$ ]] || usage "--peers needs numbers"; peers=$2 ;;
    --prefixes) [[ $2 =~ ^[1-9][0-9]{0,6}$ ]] || usage "--prefixes needs a number"; prefixes=$2 ;;
    --list) [ -r "$2" ] || usage "no list '$2'"; list=$(readlink -f "$2") ;;
    --family) [[ $2 =~ ^(4|6|both)$ ]] || usage "--family is 4, 6 or both"; families=("$2"); [ "$2" != both ] || families=(4 6) ;;
    --rounds) [[ $2 =~ ^[1-9][0-9]?$ ]] || usage "--rounds needs a number"; rounds=$2 ;;
    --rows) [ -d "$(dirname -- "${2:-/none/x}")" ] || usage "no folder for '$2'"; rows=$2 ;;
    --folder) [ -x "$2/linux" ] || usage "no linux in '$2'"; folder=$2 ;;
    *) usage ;;
    esac
}

while [ $# -gt 0 ]; do
    case $1 in
    --quick) quick=yes ;;
    --smp) two=yes ;;
    *)
        parse "$1" "${2:-}"
        shift
        ;;
    esac
    shift
done
if [ -z "$prefixes" ]; then
    prefixes=100000
    [ -z "$two$quick" ] || prefixes=10000
    [ "$list" = - ] || listed=$(grep -c . "$list" || true)
    [ "${listed:-$prefixes}" -ge "$prefixes" ] || prefixes=$listed
fi
if [ -n "$peers" ]; then
    IFS=, read -ra numbers <<<"$peers"
else
    numbers=(1 10 100 1000 10000)
    [ -z "$quick" ] || numbers=(1 10 100)
    [ -z "$two" ] || numbers=(1 10)
    while [ ${#numbers[@]} -gt 1 ] && [ "${numbers[-1]}" -gt "$prefixes" ]; do unset "numbers[-1]"; done
fi
for number in "${numbers[@]}"; do
    [ "$number" -le 10000 ] || usage "$number peers are too many: 10000"
    [ "$number" -le "$prefixes" ] || usage "$number peers need as many prefixes"
done
[ "$list" = - ] || [ ${#families[@]} = 1 ] || usage "--list has prefixes of one family: --family 4 or 6"

# guest FAMILY: runs one guest. Its status goes to a file, as it is a session of its own.
guest() {
    local status=0
    # One processor of the machine does best for one of the guest, as each system call goes from one process to another.
    [ "$cpus" != 1 ] || taskset -cp "$(taskset -cp $$ | sed 's/.*[ ,-]//')" $BASHPID >/dev/null
    GUEST_PATH=$work UML_MEMORY=${memory}M UML_TIMEOUT=3600 UML_CPUS=$cpus boot_uml "$folder/linux" "$packets/peers-guest.sh" \
        "$packets" "$@" >"$work/$1.log" 2>&1 || status=$?
    echo "$status" >"$work/$1.status"
}

run_guest() { # FAMILY
    local begun=$SECONDS status=1 session
    note_load
    start_session "IPv$1" guest "$1" "$rounds" "$prefixes" "$list" "${numbers[@]}"
    session=$!
    wait "$session" || true
    unset "running[$session]"
    # Without the file, the guest did not come to its end.
    [ ! -f "$work/$1.status" ] || read -r status <"$work/$1.status"
    sed -n 's/^row //p' "$work/$1.log" | if [ -n "$two" ]; then sed 's/[^,]*$/smp-&/'; else cat; fi >>"$all_rows"
    grep -aE '^(ok|not ok|#) ' "$work/$1.log" || true
    if [ "$status" != 0 ]; then
        bad=$((bad + 1))
        grep -avE '^(row|ok|not ok|#) ' "$work/$1.log" | tail -n 20 || true
    fi
    claims=$((claims + $(grep -acE '^(not )?ok - ' "$work/$1.log" || true)))
    failed=$((failed + $(grep -acE '^not ok - ' "$work/$1.log" || true)))
    echo "# IPv$1: $((SECONDS - begun)) s"
}

need gcc libc6-dev iproute2 perl procps util-linux
flavour=uml-patched cpus=1 memory=1024
export packets cpus memory # for guest, which is in a session of its own
[ -z "$two" ] || flavour=uml-smp cpus=2
for number in "${numbers[@]}"; do [ "$number" -le 100 ] || memory=3072; done
[ -n "$folder" ] || folder=$("$packets/../vm/build.sh" "$flavour")
folder=$(readlink -f "$folder")
gcc -std=gnu11 -O2 -Wall -Wextra -Werror -static -I "$daemons" -I "$daemons/full-table" -I "$packets/../tests" -o "$work/peers" \
    "$packets"/peers/*.c "$daemons"/full-table/{prefix,routes}.c "$daemons/node.c" "$packets/../tests/netlink.c"
all_rows=$work/rows.csv started=$SECONDS
echo "name,value,unit,scheme,family,operation,keys,prefixes,peers,size,variant" >"$all_rows"
echo "# with Linux $("$folder/linux" --version)"
for family in "${families[@]}"; do run_guest "$family"; done
[ -z "$rows" ] || cp "$all_rows" "$rows"
awk -F, -f "$packets/peers-table.awk" "$all_rows"
[ "$busy" = 0 ] || echo "# The machine was busy with other work ($busy % of a processor): do not compare these times."
echo "# $claims claims, $failed failed, $bad guests not as expected, $((SECONDS - started)) s"
[ "$bad" -eq 0 ] && [ "$claims" -gt 0 ]
