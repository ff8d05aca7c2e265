#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Counts the instructions of the hub's kernel for each packet that it encrypts or decrypts, by function. See instructions.md.
#
#   instructions.sh [--quick] [OPTION...]
#
#   --quick         64 bytes, 10 and 1,000 prefixes, schemes allowed-ips and gateway
#   --scheme NAME   default-route, allowed-ips, route, nexthop or gateway; may be given again: all unless given
#   --prefixes N,.. sizes of the table, ascending; "all" is the whole list: 10,1000,100000,all unless given
#   --family NAME   4, 6 or both: both unless given
#   --list FILE     prefixes of both families, one a line; without it a sample of the embedded table
#   --rows FILE     writes all figures, as CSV
#   --profile FILE  writes the instructions of each function, as CSV
#
# WG_SIM is the harness's program, if it is built elsewhere. Exit codes: 0 all claims hold, 1 one does not or the kernel complained, 64
# usage, 69 and 70 as vm/build.sh.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../vm/lib.sh"
. "$here/../vm/sim.sh"
. "$here/../tests/vm.sh"
. "$here/../tests/claims.sh"

usage() {
    sed -n '3,17s/^# \?//p' "$0" >&2
    [ -z "${1:-}" ] || say "$1"
    exit 64
}

schemes=() prefixes='' families=(4 6) sizes=64,1400 keys=hot,uniform generic=yes list='' rows='' profile='' quick=''
parse() { # OPTION VALUE
    case $1:$2 in
    --scheme:default-route | --scheme:allowed-ips | --scheme:route | --scheme:nexthop | --scheme:gateway) schemes+=("$2") ;;
    --prefixes:*) [[ $2 =~ ^([1-9][0-9]{0,6}|all)(,([1-9][0-9]{0,6}|all))*$ ]] || usage "--prefixes needs numbers"; prefixes=$2 ;;
    --family:4 | --family:6) families=("$2") ;;
    --family:both) families=(4 6) ;;
    --list:*) [ -r "$2" ] || usage "no list '$2'"; list=$(readlink -f "$2") ;;
    --rows:?*) [ -d "$(dirname -- "$2")" ] || usage "no folder for '$2'"; rows=$2 ;;
    --profile:?*) [ -d "$(dirname -- "$2")" ] || usage "no folder for '$2'"; profile=$2 ;;
    *) usage ;;
    esac
}

while [ $# -gt 0 ]; do
    if [ "$1" = --quick ]; then
        quick=yes sizes=64 keys=uniform generic=''
    else
        parse "$1" "${2:-}"
        shift
    fi
    shift
done
if [ -n "$quick" ]; then
    [ ${#schemes[@]} -gt 0 ] || schemes=(allowed-ips gateway)
    prefixes=${prefixes:-10,1000}
fi
[ ${#schemes[@]} -gt 0 ] || schemes=(default-route allowed-ips route nexthop gateway)
prefixes=${prefixes:-10,1000,100000,all} prefixes=${prefixes//all/9999999}

# make_list FAMILY: a sample of the prefixes, the same each time.
make_list() {
    local colon=-v from=$list
    [ "$1" = 4 ] || colon=-e
    if [ -z "$list" ]; then
        from=$work/whole-list
        embedded_list "$1" "${prefixes##*,}" "$from"
    fi
    grep -F $colon : "$from" | shuf -n "${prefixes##*,}" --random-source=<(yes) >"$work/list" || true # yes ends by a signal
    [ -s "$work/list" ] || die 64 "no prefixes of IPv$1"
}

# memory FAMILY: megabytes that a guest needs for the list in $work, with all schemes.
memory() {
    local bytes=300
    [ "$1" = 4 ] || bytes=900
    echo $((512 + $(wc -l <"$work/list") * ${#schemes[@]} * bytes / 1000000))
}

compile() {
    local tests=$here/../tests full=$here/../daemons/full-table
    gcc -std=gnu11 -O2 -Wall -Wextra -Werror -static -I "$tests" -I "$full" -I "$here/../daemons" -o "$work/init" \
        "$here"/{instructions,instructions-frames,hub,load,table,traffic}.c "$full/prefix.c" "$here/../daemons/node.c" "$tests/netlink.c"
    gcc -std=gnu11 -O2 -Wall -Wextra -Werror -shared -fPIC -fvisibility=hidden -o "$work/plugin.so" "$here/instructions-plugin.c"
}

# guest FOLDER CPU ARG...: runs the program under the kernel in the folder. Its status is that of the guest.
guest() {
    local folder=$1 processor=$2
    shift 2
    program_initrd "$folder" "$work/init" "$work/initrd"
    timeout -k 5 "${QEMU_TIMEOUT:-3600}" qemu-system-x86_64 -nodefaults -no-user-config -nographic -no-reboot -serial stdio -m "$(memory "$1")M" -smp 1 \
        -accel tcg -cpu "$processor" -icount shift=0,sleep=off -seed 1 -rtc base=2026-01-01,clock=vm \
        -plugin "$work/plugin.so,symbols=$work/symbols,profile=$work/profile" -kernel "$folder/vmlinuz" -initrd "$work/initrd" \
        -virtfs "local,path=$work,mount_tag=lab,security_model=none" \
        -append "console=ttyS0 end_by_reboot=1 panic=-1 loglevel=5 root=/dev/ram0 random.trust_cpu=on tsc=reliable -- $*" \
        </dev/null 2>&1 | tr -d '\r' >"$work/log" || true
    grep -aE '^(ok|not ok|#  )' "$work/log" || true
    grep -qa '^done, 0 failed' "$work/log" && ! sed -n '/^# start/,$p' "$work/log" | grep -aqE "$complaints"
}

# count VARIANT FOLDER CPU FAMILY SCHEMES PREFIXES KEYS: a guest, what it counted, and what holds for any.
count() {
    local variant=$1 started=$SECONDS
    echo "# $variant, IPv$4"
    if guest "$2" "$3" "$4" "$5" "$6" "$7" "$sizes"; then
        ok "$variant, IPv$4: the guest comes to its end, and the kernel does not complain"
    else
        not_ok "$variant, IPv$4: the guest comes to its end, and the kernel does not complain" "$(tail -n 12 "$work/log")"
    fi
    claims=$((claims + $(grep -acE '^(not )?ok - ' "$work/log" || true)))
    failed=$((failed + $(grep -acE '^not ok - ' "$work/log" || true)))
    awk -v variant="$variant" -v functions="$work/functions" -f "$here/instructions-count.awk" "$work/log" "$work/profile" >"$work/seen"
    grep -v '^clock' "$work/seen" >>"$work/counts" || true
    is "$variant, IPv$4: the plugin counts what the machine's clock counts, to 1 %" "$(awk '$1 == "clock" { print $2 }' "$work/seen")" same
    echo "# $variant, IPv$4: $((SECONDS - started)) s"
}

# judge NAME TEXT: a claim for each group of configurations: their figures of that name, in per mille, are all below 10.
judge() {
    local group worst where
    grep -q "^$1," "$work/rows" || not_ok "$2" "no configuration was counted"
    while read -r group worst where; do
        is "${group//,_/, }: $2 (most: $worst per mille, $where)" "$(awk -v x="$worst" 'BEGIN { print x < 10 ? "less" : "more" }')" less
    done < <(awk -v name="$1" -f "$here/instructions-worst.awk" "$work/rows")
}

need gcc libc6-dev qemu-system-x86
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
patched=$("$here/../vm/build.sh" qemu-patched)
unpatched=$("$here/../vm/build.sh" qemu-unpatched)
compile
: >"$work/counts"
: >"$work/functions"
echo "# with $(qemu-system-x86_64 --version | sed -n 1p), gcc $(gcc -dumpfullversion), 1 processor"
# Without erms: TCG counts an instruction for each byte of "rep stosb".
readonly cpu=max,la57=off,-erms
baselines=$(printf '%s\n' "${schemes[@]}" | grep -xE 'default-route|allowed-ips' | paste -sd, || true)
all=$(IFS=,; echo "${schemes[*]}")
for family in "${families[@]}"; do
    make_list "$family"
    count plain "$patched" "$cpu" "$family" "$all" "$prefixes" "$keys"
    [ -z "$baselines" ] || count stock "$unpatched" "$cpu" "$family" "$baselines" "$prefixes" "$keys"
    [ -z "$generic" ] || count generic "$patched" "$cpu,-ssse3,-sse4.1,-sse4.2,-avx,-avx2" "$family" "$all" "${prefixes%%,*}" uniform
done
awk -f "$here/instructions-rows.awk" "$work/counts" >"$work/rows"
judge repeat "two of three runs differ by less than 1 %"
[ -z "$baselines" ] || judge unused_overhead "compiled in and unused, the series costs less than 1 %"
is "the choice of the peer is seen in every count" "$(awk -F, '$1 == "choice_instructions" && $2 <= 0' "$work/rows")" ""
[ -z "$rows" ] || cp "$work/rows" "$rows"
[ -z "$profile" ] ||
    sed '1i function,module,group,instructions,scheme,family,operation,keys,prefixes,peers,size,variant' "$work/functions" >"$profile"
claims_done
