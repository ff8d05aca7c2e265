#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Holds each patch of the series to what a maintainer would: checkpatch --strict, builds without a warning in every
# configuration that it could break, nothing new from sparse. Patch by patch, for each must stand alone.
#
#   check-series.sh [FIRST]    patches before FIRST are applied and not checked
#
# Exit codes: 0 all well, 1 a patch is not, 69 a package is missing.
set -euo pipefail
tests=$(cd "$(dirname "$0")" && pwd)
. "$tests/../vm/lib.sh"
first=${1:-1}

need gcc make flex bison bc libelf-dev libc6-dev patch perl sparse
kernel_source
series=("$tests"/../series/000[1-9]-*.patch "$tests"/../series/00[1-9]?-*.patch) # 0000 is the cover letter
cc=gcc
! command -v ccache >/dev/null || cc='ccache gcc'
mkdir -p "$cache"
work=$(mktemp -d "$cache/check-series.XXXXXX")
trap 'rm -rf "$work"' EXIT
# Links, not copies: patch replaces files and so leaves the source alone.
cp -al "$source" "$work/tree"
tree=$work/tree failures=0

# Each configuration is what the VM has and these lines on top.
declare -A lines=(
    [usual]=CONFIG_LWTUNNEL=y
    [no-lwtunnel]=CONFIG_LWTUNNEL=n
    [no-ipv6]=$'CONFIG_LWTUNNEL=y\nCONFIG_IPV6=n'
    [modules]=$'CONFIG_LWTUNNEL=y\nCONFIG_IPV6=m\nCONFIG_WIREGUARD=m'
)

kmake() { make -C "$tree" O="$work/$1" ARCH=um CC="$cc" HOSTCC="$cc" -j"$(nproc)" "${@:2}"; }

configure() {
    mkdir "$work/$1"
    grep -v '^CONFIG_IPV6_MULTIPLE_TABLES' "$vm_dir/uml.config" >"$work/$1.config"
    echo "${lines[$1]}" >>"$work/$1.config"
    kmake "$1" tinyconfig
    "$tree/scripts/kconfig/merge_config.sh" -m -O "$work/$1" "$work/$1/.config" "$work/$1.config"
    kmake "$1" olddefconfig
    local line
    while read -r line; do
        case $line in
        *=n) ! grep -q "^${line%=n}=" "$work/$1/.config" ;;
        *) grep -qxF "$line" "$work/$1/.config" ;;
        esac || { echo "$line did not take"; return 1; }
    done <<<"${lines[$1]}"
}

# build CONFIGURATION: what the series touches, and for the usual one the whole kernel.
build() {
    local targets=(drivers/net/wireguard/ net/ipv4/ net/ipv6/ net/core/)
    [ "$1" != usual ] || targets=(linux)
    kmake "$1" "${targets[@]}"
}

# Sparse's warnings about the files that the series touches, without their lines, which move.
sparse_warnings() {
    local file objects=()
    while read -r file; do
        [ ! -e "$tree/$file" ] || objects+=("${file%.c}.o")
    done < <(sed -n 's,^+++ b/\(.*\.c\)$,\1,p' "${series[@]}" | grep -v /selftest/ | sort -u)
    kmake usual C=2 "${objects[@]}" >"$work/sparse-log" 2>&1 || { tail -n 3 "$work/sparse-log" >&2; return 1; }
    grep -q '^  CHECK ' "$work/sparse-log" || { echo "sparse did not run" >&2; return 1; }
    { grep -E ': (warning|error):' "$work/sparse-log" || true; } | sed -E "s,^.*tree/,,; s/:[0-9]+:[0-9]+:/:/" | sort -u
}

no_new_warnings() {
    sparse_warnings >"$work/sparse-now" || return 1
    ! comm -13 "$work/sparse-base" "$work/sparse-now" | grep .
}

# check WHAT LOG COMMAND...: prints whether it succeeded, and without a compiler's warning.
check() {
    local what=$1 log=$2
    shift 2
    # The source's own allowedips.c has frames that are too large for UML.
    if "$@" >"$log" 2>&1 && ! grep ' warning: ' "$log" | grep -qv frame-larger-than; then
        echo "ok - $patch: $what"
    else
        echo "not ok - $patch: $what"
        grep -E 'error|warning|WARNING|ERROR|CHECK' "$log" | head -n 5
        failures=$((failures + 1))
    fi
}

# A new file always asks for MAINTAINERS; the series adds its entry where it is due.
style() {
    "$tree/scripts/checkpatch.pl" --no-tree --strict --terse --show-types --ignore FILE_PATH_CHANGES "$1"
}

for configuration in "${!lines[@]}"; do
    configure "$configuration" >"$work/log" 2>&1 || { tail -n 3 "$work/log"; exit 1; }
done
sparse_warnings >"$work/sparse-base"
number=0
for path in "${series[@]}"; do
    number=$((number + 1)) patch=$(basename "$path" .patch)
    patch -s -d "$tree" -p1 --no-backup-if-mismatch -F0 -f <"$path" || { echo "not ok - $patch does not apply"; exit 1; }
    [ "$number" -ge "$first" ] || continue
    check "checkpatch --strict" "$work/log" style "$path"
    for configuration in usual no-lwtunnel no-ipv6 modules; do
        check "builds: $configuration" "$work/log" build "$configuration"
    done
    check "sparse says nothing new" "$work/log" no_new_warnings
done
echo "done, $failures failed"
[ "$failures" -eq 0 ]
