#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Boots the patched kernel and runs the kernel selftest of routes that name peers: tunnels and packets between namespaces.
#
#   scenes.sh                                   with what vm/build.sh makes: uml-patched and iproute2
#   scenes.sh LINUX IP-FOLDER SELFTEST [SCENE...]    with what is built already; SELFTEST is route_peer.py
#
# Exit codes: 0 all claims hold, 1 one does not or the kernel complained, 69 and 70 as vm/build.sh.
set -euo pipefail
tests=$(cd "$(dirname "$0")" && pwd)
. "$tests/../vm/lib.sh"
. "$tests/vm.sh"

need wireguard-tools python3 util-linux
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if [ $# -ge 3 ]; then
    linux=$1 ip_folder=$2 selftest=$(readlink -f "$3")
    shift 3
else
    linux=$("$tests/../vm/build.sh" uml-patched)/linux
    ip_folder=$("$tests/../vm/build.sh" iproute2)
    selftest=$work/route_peer.py
    # The series has the test as a new file: no kernel source is needed to take it from there.
    git -C "$work" init -q
    git -C "$work" apply --include='*/route_peer.py' "$tests"/../series/*-selftests-wireguard-*.patch
    cp "$work/tools/testing/selftests/wireguard/route_peer.py" "$selftest"
fi

# Debian's own Python: another in PATH may be a wrapper that costs thousands of system calls, which User-Mode Linux traces.
echo "exec /usr/bin/python3 -B $(printf %q "$selftest") ${*@Q}" >"$work/guest.sh"
if GUEST_PATH=$ip_folder UML_MEMORY=${UML_MEMORY:-1G} UML_TIMEOUT=${UML_TIMEOUT:-900} \
    boot_uml "$linux" "$work/guest.sh" >"$work/log"; then status=0; else status=$?; fi
cat "$work/log"
# A run that stopped early, or was skipped, has not said how much it claimed.
grep -qE '^1\.\.[1-9][0-9]*$' "$work/log" || status=1
exit $status
