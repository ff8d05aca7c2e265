#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Lines of code of each way by which a routing daemon's routes get to peers, without comments, blank lines and documentation: what the
# patches of this folder add and remove, and the agent of daemons/full-table with what it is built from.
#
# Exit codes: 0 counted, 1 a patch does not apply, 69 and 70 as vm/build.sh.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../vm/lib.sh"
need gcc patch
"$here/../vm/build.sh" bird >/dev/null # which unpacks the source
source=$cache/bird-source-$(sed -n 's/^readonly bird_version=\([^ ]*\).*/\1/p' "$here/../vm/build.sh")/source
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

code_of() { # FILE
    case $1 in
    *.[chY]) [ ! -e "$1" ] || gcc -fpreprocessed -dD -E -P -xc "$1" 2>/dev/null | grep -v '^[[:space:]]*$' || true ;;
    *) [ ! -e "$1" ] || grep -vE '^[[:space:]]*(#|$)' "$1" || true ;;
    esac
}

count_patch() { # PATCH: applies it in the tree
    local file added=0 removed=0 files=0
    cp -a "$work/tree" "$work/before"
    patch -s -d "$work/tree" -p1 --no-backup-if-mismatch -F0 -f <"$1" || { say "$(basename "$1") does not apply"; exit 1; }
    while read -r file; do
        case $file in doc/*) continue ;; esac
        diff <(code_of "$work/before/$file") <(code_of "$work/tree/$file") >"$work/diff" || true
        added=$((added + $(grep -c '^>' "$work/diff" || true))) removed=$((removed + $(grep -c '^<' "$work/diff" || true)))
        files=$((files + 1))
    done < <(sed -nE 's,^\+\+\+ b/(.*)$,\1,p' "$1")
    rm -r "$work/before"
    echo "| $(basename "$1") | $added | $removed | $files |"
}

count_files() { # TEXT FILE...
    local file lines=0
    for file in "${@:2}"; do lines=$((lines + $(code_of "$file" | wc -l))); done
    echo "| $1 | $lines | 0 | $(($# - 1)) |"
}

cp -a "$source" "$work/tree"
echo "| way | added | removed | files |"
echo "|---|---|---|---|"
for patch in "$here"/*.patch; do count_patch "$patch"; done
full=$here/../daemons/full-table tests=$here/../tests
count_files "agent.c and peers.c" "$full"/{agent,peers}.c
count_files "what they are built from: full.h, routes.c, node.c, netlink.c, netlink.h, uapi.h" \
    "$full"/{full.h,routes.c} "$here/../daemons/node.c" "$tests"/{netlink.c,netlink.h,uapi.h}
