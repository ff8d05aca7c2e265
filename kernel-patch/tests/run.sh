#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Boots a patched kernel with a test program as init and prints its claims.
#
#   run.sh [--kernel FLAVOUR] [--folder FOLDER] [--log FILE] [route-peer | route-modes | deletes | stress] [ARGUMENT...]
#
#   --kernel   uml-patched (unless given), uml-debug, qemu-patched or qemu-debug: what vm/build.sh makes
#   --folder   a folder that has that flavour built already: linux or vmlinuz, gen_init_cpio and *.ko
#   --log      a file for all that the console said
#   ARGUMENT   for the program: stress knows --seconds N (60) and --seed N (1)
#
# Exit codes: 0 all claims hold, 1 one does not or the kernel complained, 64 usage, 69 and 70 as vm/build.sh.
set -euo pipefail
tests=$(cd "$(dirname "$0")" && pwd)
. "$tests/vm.sh"

flavour=uml-patched folder='' log=''
while [ $# -gt 0 ]; do
    case $1 in
    --kernel) flavour=$2 ;;
    --folder) folder=$2 ;;
    --log) log=$2 ;;
    *) break ;;
    esac
    shift 2
done
program=${1:-route-peer}
[ $# -eq 0 ] || shift
case $program in
route-peer | route-modes) sources=("$program.c" tunnels.c netlink.c) ;;
deletes) sources=(deletes.c netlink.c) ;;
stress) sources=(stress.c stress-churn.c stress-requests.c stress-traffic.c netlink.c) ;;
*) sed -n '3,14s/^# \?//p' "$0" >&2; exit 64 ;;
esac
[ -n "$folder" ] || folder=$("$tests/../vm/build.sh" "$flavour")

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
gcc -std=gnu11 -O2 -Wall -Wextra -Werror -static -o "$work/init" "${sources[@]/#/$tests/}"
program_initrd "$folder" "$work/init" "$work/initrd"

boot() {
    local append=(panic=-1 loglevel=5 slab_nomerge log_buf_len=16M -- "$@")
    case $flavour in
    uml-*)
        # The console needs a pipe.
        TMPDIR=${TMPDIR:-/dev/shm} timeout 900 "$folder/linux" mem=1G initrd="$work/initrd" con=null con0=fd:0,fd:1 \
            console=tty0 "${append[@]}" </dev/null 2>&1 | cat
        ;;
    qemu-*)
        timeout 900 qemu-system-x86_64 -accel tcg,thread=multi -cpu max,la57=off -smp 4 -m 2G -nodefaults -nographic \
            -serial stdio -no-reboot -kernel "$folder/vmlinuz" -initrd "$work/initrd" \
            -append "console=ttyS0 end_by_reboot=1 ${append[*]}" </dev/null 2>&1 | stdbuf -oL tr -d '\r'
        ;;
    esac
}

started=$SECONDS
boot "$@" >"$work/log" || true
[ -z "$log" ] || cp "$work/log" "$log"
grep -aE '^(ok|not ok|#|done)' "$work/log" || true
echo "# $flavour $program $*: $((SECONDS - started)) s"
if ! grep -qa '^done, 0 failed' "$work/log" || grep -aE "$complaints" "$work/log"; then
    tail -n 20 "$work/log" >&2
    exit 1
fi
