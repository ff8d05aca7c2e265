#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Boots the patched kernel with the test program as init and prints its claims.
#
#   run.sh [LINUX GEN_INIT_CPIO]    a kernel built already, else the one that vm/build.sh uml-patched makes
#
# Exit codes: 0 all claims hold, 1 one does not or the kernel complained, 69 and 70 as vm/build.sh.
set -euo pipefail
tests=$(cd "$(dirname "$0")" && pwd)

if [ $# -eq 2 ]; then
    linux=$1 gen_init_cpio=$2
else
    built=$("$tests/../vm/build.sh" uml-patched)
    linux=$built/linux gen_init_cpio=$built/gen_init_cpio
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
gcc -std=gnu11 -O2 -Wall -Wextra -Werror -static -o "$work/init" "$tests/route-peer.c"
cat >"$work/list" <<EOF
dir /dev 0755 0 0
nod /dev/console 0600 0 0 c 5 1
file /init $work/init 0755 0 0
EOF
"$gen_init_cpio" "$work/list" >"$work/initrd"

TMPDIR=${TMPDIR:-/dev/shm} timeout 300 "$linux" mem=512M initrd="$work/initrd" con=null con0=fd:0,fd:1 \
    console=tty0 panic=-1 </dev/null 2>&1 | cat >"$work/log" || true # the console needs a pipe
grep -E '^(ok|not ok|done)' "$work/log" || true
if ! grep -q '^done, 0 failed' "$work/log" || grep -E 'BUG:|WARNING:|Oops|Kernel panic' "$work/log"; then
    tail -n 20 "$work/log" >&2
    exit 1
fi
