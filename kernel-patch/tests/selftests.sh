#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Boots a patched kernel and runs the series' own selftests in it, tools/testing/selftests/wireguard/route_*.py, as the patches have
# them: tunnels and packets between namespaces. They print KTAP.
#
#   selftests.sh [--kernel FLAVOUR] [--cpus N] [--folder FOLDER] [PROGRAM [ARGUMENT...]]
#
#   --kernel   uml-patched (unless given), uml-smp, uml-debug, qemu-patched or qemu-debug: what vm/build.sh makes
#   --cpus     processors: 2 (unless given), but uml-patched and uml-debug have one
#   --folder   a folder that has that flavour built already: linux or vmlinuz, *.ko, and its kernel's source as source
#   PROGRAM    route_mode, route_multicast or route_peer; all unless given
#   ARGUMENT   for the program: -t CASE runs one case, -l lists them
#
# Exit codes: 0 all claims hold and none was skipped, 1 one does not or the kernel complained, 64 usage, 69 and 70 as vm/build.sh.
set -euo pipefail
tests=$(cd "$(dirname "$0")" && pwd)
. "$tests/../vm/lib.sh"
. "$tests/vm.sh"

flavour=uml-patched folder='' cpus=''
while [ $# -gt 0 ]; do
    case $1 in
    --kernel) flavour=$2 ;;
    --cpus) cpus=$2 ;;
    --folder) folder=$2 ;;
    *) break ;;
    esac
    shift 2
done
case ${1:-} in
'') programs=(route_mode route_multicast route_peer) ;;
route_mode | route_multicast | route_peer) programs=("$1"); shift ;;
*) sed -n '3,15s/^# \?//p' "$0" >&2; exit 64 ;;
esac
case $flavour in uml-patched | uml-debug) cpus=1 ;; *) cpus=${cpus:-2} ;; esac

need iproute2 kmod perl python3 python3-yaml util-linux
[ -n "$folder" ] || folder=$("$tests/../vm/build.sh" "$flavour")
folder=$(readlink -f "$folder")
selftests=$(readlink -f "$folder/source")/tools/testing/selftests/wireguard

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
status=0 claims=0
for program in "${programs[@]}"; do
    # Debian's own Python: another in PATH may be a wrapper that costs thousands of system calls, which User-Mode Linux traces.
    echo "cd ${selftests@Q} && NO_COLOR=1 exec /usr/bin/python3 -B $program.py ${*@Q}" >"$work/guest.sh"
    case $flavour in
    uml-*) UML_CPUS=$cpus UML_MEMORY=${UML_MEMORY:-1G} UML_TIMEOUT=${UML_TIMEOUT:-1800} boot_uml "$folder/linux" "$work/guest.sh" ;;
    qemu-*) QEMU_CPUS=$cpus boot_qemu_root "$folder/vmlinuz" "$work/guest.sh" ;;
    esac >"$work/log" || status=1
    cat "$work/log"
    grep -aqE '^# Totals: pass:[1-9][0-9]* fail:0 xfail:0 xpass:0 skip:0 error:0$' "$work/log" || status=1
    claims=$((claims + $(grep -acE '^ok ' "$work/log" || true)))
done
echo "# $flavour, $cpus processors: $claims claims hold"
exit $status
