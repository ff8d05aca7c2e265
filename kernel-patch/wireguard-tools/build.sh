#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Makes wg(8) with the patches beside this file, or finds it made, and prints its folder as the only line on standard output.
# The source is Debian's; WIREGUARD_TOOLS_SOURCE may name a folder that has it unpacked, as not every mirror has source packages.
#
# Exit codes: 69 a package is missing and cannot be installed, 70 a build failed, 77 the source cannot be had.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../vm/lib.sh"

# The version that the patches are for, and the release that has it.
readonly version=1.0.20210914-1 debian_release=bookworm

unpack() {
    if [ -n "${WIREGUARD_TOOLS_SOURCE:-}" ]; then
        mkdir "$1/source"
        cp -a "$WIREGUARD_TOOLS_SOURCE/src" "$1/source"
        return
    fi
    private_apt "$1/apt" deb-src "$debian_release"
    (cd "$1/apt" && apt-get "${apt_options[@]}" --download-only source "wireguard-tools=$version") ||
        { echo "error: no source of wireguard-tools $version; unpack it, and set WIREGUARD_TOOLS_SOURCE to its folder"; return 1; }
    dpkg-source --no-check -x "$1/apt/wireguard_$version.dsc" "$1/source" # apt has checked it
    rm -r "$1/apt"
}

build() {
    local patch
    cp -a "$source/source" "$1/source"
    for patch in "$here"/*.patch; do
        patch -d "$1/source" -p1 --no-backup-if-mismatch -F0 -f <"$patch" || { echo "error: $(basename "$patch") does not apply"; return 1; }
    done
    make -C "$1/source/src" -j"$(nproc)" wg
    cp "$1/source/src/wg" "$1/wg"
    rm -r "$1/source"
}

need gcc make libc6-dev patch dpkg-dev debian-archive-keyring
source=$cache/wireguard-tools-source-$version
trap 'exit 77' EXIT # what does not come is not ours to mend
build_once "$source" unpack
trap - EXIT
result=$cache/wireguard-tools-$(hash_of "$version" "$(gcc -dumpfullversion)" "$here"/*.patch)
build_once "$result" build
echo "$result"
