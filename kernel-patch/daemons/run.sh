#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Runs routing daemons over WireGuard devices in the patched kernel, a guest per scene, and says which packets pass.
#
#   run.sh [--jobs N] [--folder FOLDER] [SCENE...]
#
#   --jobs     guests at once: twice the number of processors unless given, as the daemons mostly wait for their timers
#   --folder   a folder that has uml-patched built already; vm/build.sh makes it unless given
#   SCENE      the name of a file in scenes, without .sh; all unless given
#
# Exit codes: 0 all claims hold, 1 one does not or the kernel complained, 64 usage, 69 and 70 as vm/build.sh.
set -euo pipefail
daemons=$(cd "$(dirname "$0")" && pwd)
. "$daemons/../vm/lib.sh"
. "$daemons/../tests/vm.sh"
. "$daemons/host.sh"

usage() {
    sed -n '3,11s/^# \?//p' "$0" >&2
    [ -z "${1:-}" ] || say "$1"
    exit 64
}

jobs=$((2 * $(nproc))) folder='' scenes=()
while [ $# -gt 0 ]; do
    case $1 in
    --jobs) [[ ${2:-} =~ ^[1-9][0-9]?$ ]] || usage "--jobs needs a number"; jobs=$2; shift ;;
    --folder) [ -x "${2:-}/linux" ] || usage "no linux in '${2:-}'"; folder=$2; shift ;;
    -*) usage ;;
    *) [ -f "$daemons/scenes/$1.sh" ] || usage "no scene $1"; scenes+=("$1") ;;
    esac
    shift
done
# The scenes that take longest come first.
[ ${#scenes[@]} -gt 0 ] ||
    mapfile -t scenes < <(cd "$daemons/scenes" && grep -H '^# seconds: ' -- *.sh | sort -t: -k3 -rn | sed 's/\.sh:.*//')

# guest SCENE: runs one scene; run with setsid. Its output and status go to files, as several run at once.
guest() {
    local started=$SECONDS status=0
    GUEST_PATH=$work UML_MEMORY=512M UML_TIMEOUT=300 boot_uml "$folder/linux" "$daemons/guest.sh" "$daemons" "$work/keys" "$1" \
        >"$work/$1.log" 2>&1 || status=$?
    echo "$status $((SECONDS - started))" >"$work/$1.status"
}

start_guest() { start_session "$1" guest "$1"; } # SCENE

# finish_guest: waits for any of the guests and prints what it said.
finish_guest() {
    local session='' scene status seconds
    wait -n -p session "${!running[@]}" || true
    scene=${running[$session]}
    unset "running[$session]"
    status=1 seconds='?'
    # Without the file, the guest did not come to its end.
    [ ! -f "$work/$scene.status" ] || read -r status seconds <"$work/$scene.status"
    sed -n "s/^# \(shows: .*\)/# $scene \1/p" "$daemons/scenes/$scene.sh"
    # Daemons have warnings of their own, which matter if something went wrong.
    if [ "$status" = 0 ]; then grep -aE '^(ok|not ok|#) ' "$work/$scene.log"; else cat "$work/$scene.log"; fi |
        sed "s/^\(ok\|not ok\) - /&$scene: /"
    echo "# $scene: $seconds s"
    claims=$((claims + $(grep -acE '^(not )?ok - ' "$work/$scene.log" || true)))
    failed=$((failed + $(grep -acE '^not ok - ' "$work/$scene.log" || true)))
    [ "$status" = 0 ] || bad+=("$scene")
}

need gcc libc6-dev iproute2 perl procps util-linux wireguard-tools
install_daemons
[ -n "$folder" ] || folder=$("$daemons/../vm/build.sh" uml-patched)
folder=$(readlink -f "$folder")
files=("${scenes[@]/#/$daemons/scenes/}")
files=("${files[@]/%/.sh}")
# The ip(8) that knows via-wgpeer.
if grep -q patched-ip -- "${files[@]}"; then ln -s "$("$daemons/../vm/build.sh" iproute2)/ip" "$work/patched-ip"; fi
gcc -std=gnu11 -O2 -Wall -Wextra -Werror -static -I "$daemons/../tests" -o "$work/lab" "$daemons"/{lab,node,attributes,probe}.c \
    "$daemons/../tests/netlink.c"
make_keys 0 1 2 3

claims=0 failed=0 bad=() started=$SECONDS
for scene in "${scenes[@]}"; do
    [ ${#running[@]} -lt "$jobs" ] || finish_guest
    start_guest "$scene"
done
while [ ${#running[@]} -gt 0 ]; do finish_guest; done
echo "# ${#scenes[@]} scenes, $claims claims, $failed failed${bad[*]:+, not as expected: ${bad[*]}}, $((SECONDS - started)) s"
[ ${#bad[@]} -eq 0 ]
