#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# AllowedIPs in the FIB's tables (series-optional/fib-tables) against WireGuard's own trie: the same random requests in both kernels must
# leave the same dumps, errors and answers. Each answer is a packet of a real tunnel.
#
#   run-fibtrie.sh [--debug] [--steps N] [SEED...]
#
#   --debug    the optional patches' kernel is the debug one; seeds are 1 and 2, and steps 200, unless given
#
# Exit codes: 0 no difference, 1 one or the kernel complained, 64 usage, 69 and 70 as vm/build.sh.
set -euo pipefail
tests=$(cd "$(dirname "$0")" && pwd)
. "$tests/claims.sh"
. "$tests/vm.sh"

# Seconds until a kernel is given up. On a busy machine the debug one needs many minutes.
variant=uml-fibtrie steps=200 limit=900
while [ $# -gt 0 ]; do
    case $1 in
    --debug) variant=uml-fibtrie-debug limit=3600 ;;
    --steps) steps=$2; shift ;;
    -*) sed -n '3,11s/^# \?//p' "$0" >&2; exit 64 ;;
    *) break ;;
    esac
    shift
done
[ $# -gt 0 ] || set -- 1 2
stock=$("$tests/../vm/build.sh" uml-patched)
fibtrie=$("$tests/../vm/build.sh" "$variant")

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
gcc -std=gnu11 -O2 -Wall -Wextra -Werror -static -o "$work/init" "$tests"/{fibtrie,routes,tunnels,netlink}.c

boot() { # FOLDER LOG ARGUMENT...
    local folder=$1 log=$2
    shift 2
    program_initrd "$folder" "$work/init" "$work/initrd"
    TMPDIR=${TMPDIR:-/dev/shm} timeout "$limit" "$folder/linux" mem=1G initrd="$work/initrd" con=null con0=fd:0,fd:1 console=tty0 \
        panic=-1 loglevel=5 slab_nomerge log_buf_len=16M -- "$@" </dev/null 2>&1 | tr -d '\r' >"$log" || true
}

for seed in "$@"; do
    boot "$stock" "$work/stock" "$seed" "$steps"
    boot "$fibtrie" "$work/fibtrie" "$seed" "$steps"
    [ -z "${FIBTRIE_LOGS:-}" ] || cp "$work/stock" "$work/fibtrie" "$FIBTRIE_LOGS"
    for kernel in stock fibtrie; do
        grep '^step' "$work/$kernel" >"$work/$kernel.steps" || true
        claim "seed $seed: $kernel took $steps steps, each answer of sending agrees with that of receiving" \
            grep -qx 'done, 0 failed' "$work/$kernel"
        is "seed $seed: $kernel's kernel has nothing to complain of" "$(grep -aE "$complaints" "$work/$kernel" || true)" ""
        is "seed $seed: $kernel ran $steps steps" "$(wc -l <"$work/$kernel.steps")" "$steps"
    done
    claim "seed $seed: the same errors, dumps and answers" diff "$work/stock.steps" "$work/fibtrie.steps"
done
claims_done
