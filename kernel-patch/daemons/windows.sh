#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Moves routes and allowed IPs as routing daemons and agents do, and sends packets meanwhile, on two processors. Counts the packets that
# are lost and those that go the old way.
#
#   windows.sh [--seconds N] [--rows FILE] [--folder FOLDER] [GROUP...]
#
#   --seconds  of each scene in a tight loop: 3 unless given
#   --rows     writes all figures, as CSV
#   --folder   a folder that has uml-smp built already; vm/build.sh makes it unless given
#   GROUP      loops, bird-gateway, bird-device, babeld; all unless given
#
# Exit codes: 0 all claims hold, 1 one does not or the kernel complained, 64 usage, 69 and 70 as vm/build.sh.
set -euo pipefail
daemons=$(cd "$(dirname "$0")" && pwd)
. "$daemons/../vm/lib.sh"
. "$daemons/../tests/vm.sh"
. "$daemons/host.sh"
. "$daemons/windows/report.sh"
readonly all_groups=(loops bird-gateway bird-device babeld)

usage() {
    sed -n '3,13s/^# \?//p' "$0" >&2
    [ -z "${1:-}" ] || say "$1"
    exit 64
}

seconds=3 rows='' folder='' groups=()
while [ $# -gt 0 ]; do
    case $1 in
    --seconds) [[ ${2:-} =~ ^[1-9][0-9]?$ ]] || usage "--seconds needs a number"; seconds=$2; shift ;;
    --rows) [ -d "$(dirname -- "${2:-/none/x}")" ] || usage "no folder for '${2:-}'"; rows=$2; shift ;;
    --folder) [ -x "${2:-}/linux" ] || usage "no linux in '${2:-}'"; folder=$2; shift ;;
    *) [[ " ${all_groups[*]} " = *" $1 "* ]] || usage "no group $1"; groups+=("$1") ;;
    esac
    shift
done
[ ${#groups[@]} -gt 0 ] || groups=("${all_groups[@]}")

# guest GROUP SECONDS: runs one guest. Its status goes to a file, as it is a session of its own.
guest() {
    local status=0
    GUEST_PATH=$work UML_MEMORY=768M UML_TIMEOUT=600 UML_CPUS=2 boot_uml "$folder/linux" "$daemons/windows/guest.sh" "$daemons" \
        "$work/keys" "$@" >"$work/$1.log" 2>&1 || status=$?
    echo "$status" >"$work/$1.status"
}

run_guest() { # GROUP
    local started=$SECONDS status=1 session
    start_session "$1" guest "$1" "$seconds"
    session=$!
    wait "$session" || true
    unset "running[$session]"
    # Without the file, the guest did not come to its end.
    [ ! -f "$work/$1.status" ] || read -r status <"$work/$1.status"
    note_guest "$work/$1.log" "$status"
    echo "# $1: $((SECONDS - started)) s"
}

need gcc libc6-dev iproute2 perl procps util-linux wireguard-tools
install_daemons
[ -n "$folder" ] || folder=$("$daemons/../vm/build.sh" uml-smp)
folder=$(readlink -f "$folder")
compile() {
    gcc -std=gnu11 -O2 -Wall -Wextra -Werror -static -I "$daemons" -I "$daemons/full-table" -I "$daemons/../tests" -o "$work/$1" "${@:2}" \
        "$daemons/../tests/netlink.c"
}
compile lab "$daemons"/{lab,node,attributes,probe}.c
compile full "$daemons"/full-table/*.c "$daemons/node.c" # the agent
compile windows "$daemons"/windows/*.c "$daemons"/full-table/{peers,prefix,routes}.c "$daemons/node.c"
make_keys 0 1 2 3
begin_report
for group in "${groups[@]}"; do run_guest "$group"; done
end_report
