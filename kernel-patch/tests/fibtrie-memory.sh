#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# What the embedded table takes in the kernel as AllowedIPs of 8 peers, in WireGuard's trie and in the FIB's tables
# (series-optional/fib-tables): objects and pages of the slabs that grew, and vmalloc, before and after the load.
#
#   fibtrie-memory.sh
#
# Exit codes: 0 measured, 1 not, 69 and 70 as vm/build.sh.
set -euo pipefail
tests=$(cd "$(dirname "$0")" && pwd)
. "$tests/claims.sh"

agent=$("$tests/../vm/build.sh" agent)/agent
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
: >"$work/load-order"
declare -A count
for family in 4 6; do
    count[$family]=$(cd "$tests/../../datasets" && dotnet run print-embedded.cs -- "$family" "$work/embedded.$family" | tail -n 1)
done

# measure FOLDER FAMILY: the agent's rows in $work/rows: before the load and after.
measure() {
    cat >"$work/list" <<EOF
dir /dev 0755 0 0
nod /dev/console 0600 0 0 c 5 1
dir /modules 0755 0 0
file /modules/load-order $work/load-order 0644 0 0
dir /data 0755 0 0
file /data/embedded.$2 $work/embedded.$2 0644 0 0
file /init $agent 0755 0 0
EOF
    "$1/gen_init_cpio" "$work/list" >"$work/initrd"
    # The agent answers what comes after its "ready"; what came before is lost, and so is a console that ends.
    mkfifo "$work/commands"
    exec 3<>"$work/commands"
    TMPDIR=${TMPDIR:-/dev/shm} timeout 600 "$1/linux" mem=4G initrd="$work/initrd" con=null con0=fd:0,fd:1 console=tty0 \
        slab_nomerge panic=-1 loglevel=3 <"$work/commands" 2>/dev/null | stdbuf -o0 tr -d '\r' >"$work/rows" &
    for _ in {1..600}; do
        ! grep -q '^= ready' "$work/rows" || break
        sleep 0.1
    done
    printf '%s\n' "wg create" "wg reset" slabinfo vmalloc "wg add embedded.$2 0 ${count[$2]} 60000" slabinfo vmalloc quit >&3
    wait $!
    exec 3>&-
    rm "$work/commands"
}

# Rows of slabinfo come twice, and what differs is the load's. kmalloc of more than 4 KiB is left out: messages.
grown() {
    awk '
        $1 == "=" && $2 == "name" { for (i = 2; i < NF; i += 2) v[$i] = $(i + 1)
            kb = v["slabs"] * v["pages-per-slab"] * 4; name = v["name"]
            if (name ~ /^allowedips|^ip_fib|^fib6_node|^kmalloc-(64|96|128|192|256|512|1k|2k|4k)$/) {
                if (name in before) { if (kb - before[name] > 100) {
                    printf "%s %d objects of %d bytes, %d kB\n", name, v["active"] - active[name], v["size"], kb - before[name]
                    sum += kb - before[name]
                    exact += name ~ /^kmalloc/ ? (v["active"] - active[name]) * v["size"] / 1024 : kb - before[name] } }
                else { before[name] = kb; active[name] = v["active"] } } }
        $1 == "=" && $2 == "areas" { kb = $7 * 4; if (seen++) { if (kb > last) printf "vmalloc %d kB\n", kb - last; sum += kb - last; exact += kb - last } last = kb }
        END { printf "sum %d kB; %d kB with the live objects of kmalloc instead of its pages\n", sum, exact }'
}

for family in 4 6; do
    for kernel in ${KERNELS:-uml-patched uml-fibtrie}; do
        folder=$("$tests/../vm/build.sh" "$kernel")
        : >"$work/rows"
        measure "$folder" "$family"
        claim "IPv$family, $kernel: ${count[$family]} prefixes loaded, which needs a row of traffic and no error" \
            awk '/^=err/ { bad = 1 } /^= messages/ { loaded++ } END { exit bad || loaded < 2 }' "$work/rows"
        grown <"$work/rows" | sed "s/^/# IPv$family $kernel: /"
    done
done
claims_done
