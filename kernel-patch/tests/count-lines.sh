#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Lines of code that each variant adds and removes: what is left of a file without comments and blank lines, before and after
# each patch. Documentation, selftests and MAINTAINERS do not count; a macro of several lines is one.
#
#   count-lines.sh          a table for the README
#   count-lines.sh --csv    kernel-patch/lines.csv, from which reports take it
#
# Exit codes: 0 counted, 1 a patch does not apply, 69 and 70 as vm/build.sh.
set -euo pipefail
tests=$(cd "$(dirname "$0")" && pwd)
. "$tests/../vm/lib.sh"
csv=
[ "${1:-}" != --csv ] || csv=yes

need gcc patch
kernel_source
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
shopt -s nullglob
fixes=("$tests"/../series-fixes/000[1-9]-*.patch)
series=("$tests"/../series/000[1-9]-*.patch "$tests"/../series/00[1-9]?-*.patch)
optional=("$tests"/../series-optional/fib-tables/*.patch)
metadata=("$tests"/../series-optional/metadata/*.patch)
shopt -u nullglob
# What a patch of the series is part of; documentation and selftests count nowhere.
gateways=() multicast=() attribute=()
for patch in "${series[@]}"; do
    case $patch in
    *multicast*) multicast+=("$patch") ;;
    *lwtunnel* | *routes-name* | *routes-that-name*) attribute+=("$patch") ;;
    *) gateways+=("$patch") ;;
    esac
done

files_of() { sed -nE 's,^(---|\+\+\+) [ab]/(.*)$,\2,p' "$@" | sort -u; }

code_of() { # FILE
    case $1 in
    *.[ch]) [ ! -e "$1" ] || gcc -fpreprocessed -dD -E -P "$1" 2>/dev/null | grep -v '^[[:space:]]*$' || true ;;
    *) [ ! -e "$1" ] || grep -vE '^[[:space:]]*(#|$)' "$1" || true ;;
    esac
}

# count PATCH: applies it in the tree and adds what it did to $added and $removed, to $wireguard for drivers/net/wireguard.
count() {
    local file
    rm -rf "$work/before"
    cp -a "$work/tree" "$work/before"
    patch -s -d "$work/tree" -p1 --no-backup-if-mismatch -F0 -f <"$1" || { echo "error: $(basename "$1") does not apply" >&2; exit 1; }
    while read -r file; do
        case $file in Documentation/* | tools/* | */selftest/* | MAINTAINERS) continue ;; esac
        diff <(code_of "$work/before/$file") <(code_of "$work/tree/$file") >"$work/diff" || true
        local plus minus
        plus=$(grep -c '^>' "$work/diff" || true)
        minus=$(grep -c '^<' "$work/diff" || true)
        added=$((added + plus)) removed=$((removed + minus))
        case $file in drivers/net/wireguard/*) wireguard=$((wireguard + plus - minus)) ;; esac
    done < <(files_of "$1")
}

row() { # NAME TEXT PATCH...
    local name=$1 text=$2 added=0 removed=0 wireguard=0 patch
    shift 2
    [ $# -gt 0 ] || return 0
    for patch in "$@"; do count "$patch"; done
    [ -z "$csv" ] || { echo "$name,$added,$removed"; return; }
    printf '| %s | %d | %d | %+d | %+d | %+d |\n' "$text" "$added" "$removed" "$((added - removed))" "$wireguard" \
        "$((added - removed - wireguard))"
}

while read -r file; do
    [ -e "$source/$file" ] || continue
    mkdir -p "$work/tree/$(dirname "$file")"
    cp "$source/$file" "$work/tree/$file"
done < <(files_of "${fixes[@]}" "${series[@]}" "${optional[@]}" "${metadata[@]}" | grep -v '^/dev/null')

cp -a "$work/tree" "$work/stock"

if [ -n "$csv" ]; then
    echo "variant,added,removed"
else
    echo "| variant | added | removed | net | of it WireGuard | elsewhere |"
    echo "|---|---|---|---|---|---|"
fi
row preparations "fixes of the core (series-fixes)" "${fixes[@]}"
row gateways "mode, gateways, source check" ${gateways[@]+"${gateways[@]}"}
row multicast "multicast to peers" ${multicast[@]+"${multicast[@]}"}
row attribute "attribute, dead hops" ${attribute[@]+"${attribute[@]}"}
# Of the series, before the optional patches change it: what AllowedIPs are.
wireguard=$work/tree/drivers/net/wireguard
trie=$(cat <(code_of "$wireguard/allowedips.c") <(code_of "$wireguard/allowedips.h") | wc -l)
netlink=$(code_of "$wireguard/netlink.c" | awk '/^static int (get_allowedips|set_allowedip)\(/ { inside = 1 } inside { lines++ } /^}/ { inside = 0 } END { print lines }')
row fib-tables "AllowedIPs in the FIB's tables (series-optional)" ${optional[@]+"${optional[@]}"}
# Instead of the series, and not on top of it.
rm -r "$work/tree"
mv "$work/stock" "$work/tree"
row metadata "tunnel ids in metadata (series-optional), without fixes and series" ${metadata[@]+"${metadata[@]}"}
[ -z "$csv" ] || exit 0
echo
echo "AllowedIPs removed altogether, without a word to userspace: allowedips.c and allowedips.h $trie lines, get_allowedips and"
echo "set_allowedip of netlink.c $netlink; in their callers a few dozen more."
