#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Every source file names its licence, and the right one.
set -eu
git rev-parse --is-inside-work-tree >/dev/null 2>&1 || { echo "git does not know this folder's files"; exit 77; }
bad=0 files=0
while read -r file; do
    files=$((files + 1))
    case "$file" in
        src/Sim.Trie/* | src/Sim.Fib/* | kernel-patch/*) licence=GPL-2.0-only ;;
        *) licence=MIT ;;
    esac
    if ! head -n 3 "$file" | grep -q "SPDX-License-Identifier: $licence\b"; then
        echo "$file: no line SPDX-License-Identifier: $licence"
        bad=1
    fi
done < <(git ls-files '*.cs' '*.csproj' '*.props' '*.sh' '*.c' '*.h' '*Kbuild' '*.config' '*.md' '.ci/run' .editorconfig)
[ "$files" -gt 100 ] && exit $bad
