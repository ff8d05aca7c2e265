#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Holds each patch of series-fixes and series to what a maintainer, and the robots of the list, would: its tags, checkpatch --strict,
# builds without a warning in every configuration that it could break, nothing new from sparse and kernel-doc, and generated
# code that is what the specification gives. Patch by patch, for each must stand alone.
#
#   check-series.sh [FIRST [LAST]]    counted through both folders: others are applied and not checked
#
# CHECKS names what to do (tags style usual no-lwtunnel no-ipv6 modules i386 clang sparse kernel-doc ynl), all unless set. What
# clang and ynl need is installed where it can be; else they are skipped, and that is said.
#
# Exit codes: 0 all well, 1 a patch is not, 69 a package is missing.
set -euo pipefail
tests=$(cd "$(dirname "$0")" && pwd)
. "$tests/../vm/lib.sh"
first=${1:-1} last=${2:-99}
read -ra wanted_checks <<<"${CHECKS:-tags style usual no-lwtunnel no-ipv6 modules i386 clang sparse kernel-doc ynl}"

wanted() { [[ " ${wanted_checks[*]} " == *" $1 "* ]]; }

need gcc make flex bison bc libelf-dev libc6-dev patch perl python3
kernel_source
shopt -s nullglob
series=("$tests"/../series-fixes/000[1-9]-*.patch "$tests"/../series/000[1-9]-*.patch "$tests"/../series/00[1-9]?-*.patch) # 0000 are cover letters
shopt -u nullglob
[ ${#series[@]} -gt 0 ] || die 1 "there are no patches"
gcc=gcc
! command -v ccache >/dev/null || gcc='ccache gcc'
mkdir -p "$cache"
work=$(mktemp -d "$cache/check-series.XXXXXX")
trap 'rm -rf "$work"' EXIT
# Links, not copies: patch replaces files and so leaves the source alone.
cp -al "$source" "$work/tree"
tree=$work/tree failures=0

# The oldest clang that 7.3 takes is 17; Debian's has the number in its name.
readonly clang=clang-19

# Each configuration is what the VM has and these lines on top. In modules, what WireGuard needs has to be exported.
readonly tunnels=$'CONFIG_LWTUNNEL=y\nCONFIG_MPLS=y\nCONFIG_MPLS_ROUTING=y\nCONFIG_MPLS_IPTUNNEL=y'
readonly modules=$'CONFIG_LWTUNNEL=y\nCONFIG_MPLS=y\nCONFIG_MPLS_ROUTING=m\nCONFIG_MPLS_IPTUNNEL=m\nCONFIG_WIREGUARD=m\nCONFIG_WIREGUARD_DEBUG=y'
readonly tables6=CONFIG_IPV6_MULTIPLE_TABLES=y
declare -A lines=(
    [usual]=$tunnels$'\n'$tables6
    [no-lwtunnel]=$tables6$'\nCONFIG_LWTUNNEL=n'
    [no-ipv6]=$tunnels$'\nCONFIG_IPV6=n'
    [modules]=$modules$'\n'$tables6
    [i386]=$modules$'\n'$tables6$'\nCONFIG_64BIT=n'
    [clang]=$modules$'\n'$tables6
)

kmake() { # CONFIGURATION TARGET...
    local arch=um cc=$gcc
    case $1 in
    i386) arch=i386 ;;
    clang) arch=x86_64 cc=$clang ;;
    esac
    make -C "$tree" O="$work/$1" ARCH="$arch" CC="$cc" HOSTCC="$gcc" -j"$(nproc)" "${@:2}"
}

configure() {
    local line base=$vm_dir/uml.config
    case $1 in i386 | clang) base=$vm_dir/qemu.config ;; esac
    mkdir "$work/$1"
    # 32 bits need no unwinder of 64.
    { grep -vE '^CONFIG_(64BIT|UNWINDER)' "$base"; [ "$1" = i386 ] || echo CONFIG_64BIT=y; } >"$work/$1.config"
    echo "${lines[$1]}" >>"$work/$1.config"
    kmake "$1" tinyconfig
    "$tree/scripts/kconfig/merge_config.sh" -m -O "$work/$1" "$work/$1/.config" "$work/$1.config"
    kmake "$1" olddefconfig
    while read -r line; do
        case $line in
        *=n) ! grep -q "^${line%=n}=" "$work/$1/.config" ;;
        *) grep -qxF "$line" "$work/$1/.config" ;;
        esac || { echo "error: $line did not take"; return 1; }
    done <<<"${lines[$1]}"
}

# build CONFIGURATION: what the series touches; whole kernels where they are linked: as one, and with modules.
build() {
    local targets=(drivers/net/wireguard/ net/ipv4/ net/ipv6/ net/core/ net/mpls/)
    case $1 in
    usual) targets=(linux) ;;
    modules) targets=(linux modules) ;;
    esac
    kmake "$1" "${targets[@]}"
}

# touched PATTERN PATCH...: files that the patches leave there.
touched() {
    local file
    while read -r file; do
        [ ! -e "$tree/$file" ] || echo "$file"
    done < <(sed -n "s,^+++ b/\\($1\\)\$,\\1,p" "${@:2}" | grep -v /selftest/ | sort -u)
}

# Warnings without their lines, which move.
warnings_of() { { grep -E '(warning|error):' "$1" || true; } | sed -E "s,^.*tree/,,; s,^(\\./)*,,; s/:[0-9]+(:[0-9]+)?:? /: /" | sort -u; }

sparse_warnings() {
    local file objects=()
    while read -r file; do objects+=("${file%.c}.o"); done < <(touched '.*\.c' "${series[@]}")
    kmake usual C=2 "${objects[@]}" >"$work/sparse-log" 2>&1 || { grep -m 3 'error:' "$work/sparse-log" >&2; return 1; }
    grep -q '^  CHECK ' "$work/sparse-log" || { echo "error: sparse did not run" >&2; return 1; }
    warnings_of "$work/sparse-log"
}

kernel-doc_warnings() {
    local files
    mapfile -t files < <(touched '.*\.[ch]' "${series[@]}")
    (cd "$tree" && python3 tools/docs/kernel-doc -none -Wall "${files[@]}") >"$work/kernel-doc-log" 2>&1 || true
    ! grep -m 1 Traceback "$work/kernel-doc-log" >&2 || return 1
    warnings_of "$work/kernel-doc-log"
}

# nothing_new sparse | kernel-doc
nothing_new() {
    "$1_warnings" >"$work/$1-now" || return 1
    ! comm -13 "$work/$1-base" "$work/$1-now" | grep . || return 1
}

# The files that are generated, again: as tools/net/ynl/ynl-regen.sh does, which needs git.
generated() {
    local file params args spec
    mkdir -p "$work/generated" # by the same name, which the generator looks at
    while read -r file; do
        mapfile -t params < <(sed -n 's,^/\* YNL-GEN \([a-z]*\) \([a-z]*\) \*/$,\1\n\2,p' "$tree/$file")
        spec=$(sed -n 's,^/\*[[:space:]]*\(Documentation/netlink/specs/.*\.yaml\) \*/$,\1,p' "$tree/$file")
        read -ra args < <(sed -n 's,^/\* YNL-ARG \(.*\) \*/$,\1,p' "$tree/$file") || true
        python3 "$tree/tools/net/ynl/pyynl/ynl_gen_c.py" --mode "${params[0]}" --"${params[1]}" --spec "$tree/$spec" \
            "${args[@]}" -o "$work/generated/$(basename "$file")" || return 1
        diff -u --label "$file" --label "what $spec gives" "$tree/$file" "$work/generated/$(basename "$file")" || return 1
    done < <(cd "$tree" && grep -lE '^/\* YNL-GEN' include/uapi/linux/wireguard.h drivers/net/wireguard/generated/*)
}

# The message's tags: a program helped, and does not sign; what is fixed is named as submitting-patches.rst says.
tags() {
    local message=$work/message status=0
    sed '/^---$/,$d' "$1" >"$message"
    grep -q '^Assisted-by: .' "$message" || { echo "error: no Assisted-by"; status=1; }
    ! grep -i '^Signed-off-by:' "$message" || { echo "error: a program cannot sign"; status=1; }
    ! grep '^Fixes:' "$message" | grep -vE '^Fixes: [0-9a-f]{12} \("[^"]+"\)$' || { echo "error: not 12 digits and a title"; status=1; }
    head -n 1 "$message" | grep -qE '^From [0-9a-f]{40} ' || { echo "error: not by git format-patch"; status=1; }
    ! sed -n '/^$/,$p' "$message" | grep -nE '^.{76}' | grep -v 'Fixes:' || { echo "error: a line of the message has more than 75 characters"; status=1; }
    return $status
}

# A person has to sign: the cover letter says so. A new file always asks for MAINTAINERS; the series adds its entry where it is due.
# There is no history here to look commits up in.
style() {
    "$tree/scripts/checkpatch.pl" --no-tree --strict --terse --show-types \
        --ignore MISSING_SIGN_OFF,NO_AUTHOR_SIGN_OFF,FILE_PATH_CHANGES,UNKNOWN_COMMIT_ID "$1"
}

# check WHAT COMMAND...: prints whether it succeeded, and without a compiler's warning.
check() {
    local what=$1 log=$work/log
    shift
    # The source's own allowedips.c has frames that are too large for UML.
    if "$@" >"$log" 2>&1 && ! grep -E '[ :]warning: ' "$log" | grep -qv frame-larger-than; then
        echo "ok - $patch: $what"
    else
        echo "not ok - $patch: $what"
        { grep -E 'error|warning|WARNING|ERROR|CHECK:' "$log" || tail -n 5 "$log"; } | head -n 8 | sed 's/^/#   /'
        failures=$((failures + 1))
    fi
}

# skip CHECK WHY: it is left out, and said.
skip() {
    local check kept=()
    for check in "${wanted_checks[@]}"; do [ "$check" = "$1" ] || kept+=("$check"); done
    wanted_checks=("${kept[@]}")
    echo "# skipped: $1: $2"
}

! wanted clang || (need "$clang") || skip clang "$clang cannot be installed"
! wanted ynl || (need python3-yaml python3-jsonschema) || skip ynl "python3-yaml and python3-jsonschema cannot be installed"
# Debian 12's sparse does not know what 7.3 asks of it, and make then leaves it out.
! wanted sparse || { need sparse; [ "$(cd "$source" && sh scripts/checker-valid.sh sparse 2>/dev/null)" = 1 ]; } || skip sparse "this sparse is too old for the source"
# /usr/bin, as another python3 in PATH may lack python3-yaml.
PATH=/usr/bin:$PATH

for configuration in usual no-lwtunnel no-ipv6 modules i386 clang; do
    wanted "$configuration" || [[ $configuration = usual && " ${wanted_checks[*]} " == *" sparse "* ]] || continue
    configure "$configuration" >"$work/log" 2>&1 || { tail -n 3 "$work/log"; exit 1; }
done
! wanted sparse || sparse_warnings >"$work/sparse-base"
! wanted kernel-doc || kernel-doc_warnings >"$work/kernel-doc-base"
number=0
for path in "${series[@]}"; do
    number=$((number + 1)) patch=$(basename "$(dirname "$path")")/$(basename "$path" .patch)
    patch -s -d "$tree" -p1 --no-backup-if-mismatch -F0 -f <"$path" || { echo "not ok - $patch does not apply"; exit 1; }
    [ "$number" -ge "$first" ] && [ "$number" -le "$last" ] || continue
    ! wanted tags || check "tags" tags "$path"
    ! wanted style || check "checkpatch --strict" style "$path"
    for configuration in usual no-lwtunnel no-ipv6 modules i386 clang; do
        ! wanted "$configuration" || check "builds: $configuration" build "$configuration"
    done
    for tool in sparse kernel-doc; do
        ! wanted "$tool" || check "$tool says nothing new" nothing_new "$tool"
    done
    ! wanted ynl || check "generated code is what the specification gives" generated
done
echo "done, $failures failed"
[ "$failures" -eq 0 ]
