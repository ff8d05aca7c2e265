# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# What the lab's scripts share: where results are kept, packages, the kernel source.
# Everything that is made goes to artifacts/vm in the checkout, each thing in a folder named by the hash of what it is
# made from: an input that changes makes a new folder, and what is there already is used again.

readonly KERNEL_SERIES=6.12
readonly EX_UNAVAILABLE=69 # sysexits.h: a package or program is missing
readonly EX_SOFTWARE=70    # sysexits.h: a build failed

vm_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
readonly vm_dir
readonly cache=${SIM_VM_CACHE:-$(cd "$vm_dir/../.." && pwd)/artifacts/vm}

say() { echo "lab: $*" >&2; }

die() { # die CODE MESSAGE...
    local code=$1
    shift
    say "$*"
    exit "$code"
}

# need PACKAGE...: Debian packages that must be there; installed when we may, else named.
need() {
    local package missing=()
    for package in "$@"; do
        dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
    done
    [ ${#missing[@]} -eq 0 ] && return
    command -v apt-get >/dev/null || die $EX_UNAVAILABLE "missing Debian packages: ${missing[*]}"
    [ "$(id -u)" -eq 0 ] || die $EX_UNAVAILABLE "missing packages; install them with: sudo apt-get install ${missing[*]}"
    say "installing ${missing[*]}"
    mkdir -p "$cache"
    exec 8>"$cache/apt.lock"
    flock 8 # an update does not wait for another one, as an installation does
    {
        apt-get update -qq || true
        DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -y -qq --no-install-recommends "${missing[@]}"
    } >"$cache/apt.log" 2>&1 || {
        tail -n 5 "$cache/apt.log" >&2
        die $EX_UNAVAILABLE "apt-get could not install: ${missing[*]} (log: $cache/apt.log)"
    }
    exec 8>&-
}

# hash_of FILE-OR-TEXT...: one short hash of files' contents and of words.
hash_of() {
    local part
    for part in "$@"; do
        if [ -f "$part" ]; then cat "$part"; else printf '%s\n' "$part"; fi
    done | sha256sum | cut -c1-16
}

# source_version: the Debian version of the kernel source, such as 6.12.117-1~deb12u1.
source_version() { dpkg-query -W -f '${Version}' "linux-source-$KERNEL_SERIES"; }

# build_once FOLDER COMMAND...: runs COMMAND with a fresh folder as $1, moved to FOLDER when the command succeeded:
# a folder that is there is whole. Its log is kept beside it, and its last lines are shown when it fails.
build_once() {
    local folder=$1 partial="$1.partial"
    shift
    [ -d "$folder" ] && return
    mkdir -p "$cache"
    exec 9>"$folder.lock"
    flock 9 # two runs at once: the second waits and finds the result
    if [ ! -d "$folder" ]; then
        rm -rf "$partial"
        mkdir -p "$partial"
        local started=$SECONDS
        say "making $(basename "$folder") (log: $folder.log)"
        # In the background, because errexit is off inside a condition.
        "$@" "$partial" >"$folder.log" 2>&1 &
        if ! wait $!; then
            grep -E 'error|Error|ERROR' "$folder.log" | tail -n 5 >&2 || true # it may fail without the word
            tail -n 5 "$folder.log" >&2
            rm -rf "$partial"
            die $EX_SOFTWARE "could not make $(basename "$folder"); the whole log is $folder.log"
        fi
        mv "$partial" "$folder"
        say "made $(basename "$folder") in $((SECONDS - started)) s"
    fi
    exec 9>&-
}

# kernel_source: unpacks Debian's kernel source once and sets $source to its folder.
kernel_source() {
    need "linux-source-$KERNEL_SERIES" xz-utils
    source=$cache/source-$(source_version)
    build_once "$source" unpack_source
}

unpack_source() { tar -C "$1" --strip-components=1 -xf "/usr/src/linux-source-$KERNEL_SERIES.tar.xz"; }
