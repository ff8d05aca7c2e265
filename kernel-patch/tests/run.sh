#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Boots a patched kernel with a test program as init and prints its claims.
#
#   run.sh [--kernel FLAVOUR] [--cpus N] [--folder FOLDER] [--log FILE] [PROGRAM] [ARGUMENT...]
#
#   --kernel   uml-patched (unless given), uml-smp, uml-debug, qemu-patched or qemu-debug: what vm/build.sh makes
#   --cpus     processors: 2 (unless given) with uml-smp, 4 with QEMU; uml-patched and uml-debug have one
#   --folder   a folder that has that flavour built already: linux or vmlinuz, gen_init_cpio and *.ko
#   --log      a file for all that the console said
#   PROGRAM    route-peer (unless given), peer-gone, route-modes, deletes, dead-peers, stale-routes, which needs two processors, stress, or
#              faults, which needs a debug kernel
#   ARGUMENT   for the program: stress knows --seconds N (60) and --seed N (1), stale-routes --seconds N for each change of a route (5),
#              faults 4 or 6 for one family
#
# Exit codes: 0 all claims hold, 1 one does not or the kernel complained, 64 usage, 69 and 70 as vm/build.sh.
set -euo pipefail
tests=$(cd "$(dirname "$0")" && pwd)
. "$tests/vm.sh"

flavour=uml-patched folder='' log='' cpus=''
while [ $# -gt 0 ]; do
    case $1 in
    --kernel) flavour=$2 ;;
    --cpus) cpus=$2 ;;
    --folder) folder=$2 ;;
    --log) log=$2 ;;
    *) break ;;
    esac
    shift 2
done
program=${1:-route-peer}
[ $# -eq 0 ] || shift
case $program in
route-peer | peer-gone | route-modes) sources=("$program.c" routes.c tunnels.c netlink.c) ;;
deletes | stale-routes | dead-peers) sources=("$program.c" netlink.c) ;;
faults) sources=(faults.c checks.c routes.c tunnels.c netlink.c) ;;
stress) sources=(stress.c stress-churn.c stress-nexthops.c stress-requests.c stress-traffic.c checks.c netlink.c) ;;
*) sed -n '3,20s/^# \?//p' "$0" >&2; exit 64 ;;
esac
# Seconds until it is given up. On a busy machine the debug kernels take several minutes to start and to end.
limit=1200
case $program in
faults) limit=3600 ;;
stress) [[ " $* " =~ " --seconds "([0-9]+) ]] && limit=$((limit + BASH_REMATCH[1])) ;;
esac
smp=() pin=()
case $flavour in
uml-smp) [ "${cpus:-2}" = 1 ] || smp=(ncpus="${cpus:-2}" seccomp=on) ;; # with ptrace there is one processor
esac
# One processor of the machine does best for one of the guest, as each system call goes from one process to another.
case $flavour in
uml-*) [ ${#smp[@]} -gt 0 ] || pin=(taskset -c "$(taskset -cp $$ | sed 's/.*[ ,-]//')") ;;
esac
[ -n "$folder" ] || folder=$("$tests/../vm/build.sh" "$flavour")

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
gcc -std=gnu11 -O2 -Wall -Wextra -Werror -static -o "$work/init" "${sources[@]/#/$tests/}"
program_initrd "$folder" "$work/init" "$work/initrd"

boot() {
    # User-Mode Linux adds a root= to a command line that has none, and behind -- it would be an argument of the program.
    local append=(root=/dev/ram0 panic=-1 loglevel=5 slab_nomerge log_buf_len=16M -- "$@")
    case $flavour in
    uml-*)
        # The console needs a pipe.
        TMPDIR=${TMPDIR:-/dev/shm} timeout "$limit" ${pin[@]+"${pin[@]}"} "$folder/linux" mem=1G ${smp[@]+"${smp[@]}"} initrd="$work/initrd" con=null con0=fd:0,fd:1 \
            console=tty0 "${append[@]}" </dev/null 2>&1 | cat
        ;;
    qemu-*)
        timeout "$limit" qemu-system-x86_64 -accel tcg,thread=multi -cpu max,la57=off -smp "${cpus:-4}" -m 2G -nodefaults -nographic \
            -serial stdio -no-reboot -kernel "$folder/vmlinuz" -initrd "$work/initrd" \
            -append "console=ttyS0 end_by_reboot=1 ${append[*]}" </dev/null 2>&1 | stdbuf -oL tr -d '\r'
        ;;
    esac
}

started=$SECONDS
boot "$@" >"$work/log" || true
[ -z "$log" ] || cp "$work/log" "$log"
# The first splat of the boot silences the checks that come after.
sed '/^# start/,$d' "$work/log" | grep -aE "$complaints" | sed 's/^/# at boot: /' || true
grep -aE '^(ok|not ok|#|done)' "$work/log" || true
echo "# $flavour $program $*: $((SECONDS - started)) s"
# What the kernel said before the program started is the boot's, except for WireGuard's own selftests.
if ! grep -qa '^done, 0 failed' "$work/log" || grep -a 'self-test.*FAIL' "$work/log" ||
    sed -n '/^# start/,$p' "$work/log" | grep -aE "$complaints"; then
    tail -n 20 "$work/log" >&2
    exit 1
fi
