# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# What the lab's scripts share: where results are kept, packages, the kernel source.
# Everything that is made goes to artifacts/vm in the checkout, each thing in a folder named by the hash of what it is
# made from: an input that changes makes a new folder, and what is there already is used again.

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

# build_once FOLDER COMMAND...: runs COMMAND with a fresh folder as its last argument, moved to FOLDER when the command succeeded:
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

# The release of Linux that is built and unpacked: 7.3, which the patches are for, or 6.12, Debian's LTS.
release=7.3

# The version of 7.3 that all was tried with, and the suite that has it. 6.12 is what the machine's own release has.
readonly pinned_version=7.3.4-1~bpo13+1 pinned_suite=trixie-backports

# kernel_source: unpacks Debian's source of $release once and sets $source to its folder, $version to its Debian version.
kernel_source() {
    case $release in
    6.12)
        need linux-source-6.12 xz-utils
        # shellcheck disable=SC2016 # dpkg's variable
        version=$(dpkg-query -W -f '${Version}' linux-source-6.12)
        source=$cache/source-$version
        build_once "$source" unpack_source /usr/src/linux-source-6.12.tar.xz
        ;;
    7.3)
        need xz-utils debian-archive-keyring
        source=$cache/source-$pinned_version
        build_once "$source" fetch_source
        # shellcheck disable=SC2034 # build.sh's
        version=$(cat "$source/debian-version")
        [ "$version" = "$pinned_version" ] ||
            say "warning: $pinned_suite no longer has Linux $pinned_version, which all was tried with; this is $version"
        ;;
    esac
}

unpack_source() { tar -C "$2" --strip-components=1 -xJf "$1"; }

# private_apt FOLDER TYPE SUITE: sets $apt to an apt-get that knows the packages of TYPE (deb, deb-src) of a suite of Debian's
# archive, and no others. It keeps its lists in FOLDER and changes nothing of the machine's; it checks what it fetches.
private_apt() {
    local codename site
    codename=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
    # shellcheck disable=SC2016 # apt's variable
    site=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' "Codename: $codename" | sed -n 1p)
    [ -n "$site" ] || { echo "error: apt has no archive of ${codename:-this release}"; return 1; }
    mkdir -p "$1/lists/partial" "$1/cache/archives/partial"
    echo "$2 [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $site $3 main" >"$1/list"
    apt_options=(-o Dir::Etc::SourceList="$1/list" -o Dir::Etc::SourceParts=/dev/null -o Dir::State::Lists="$1/lists"
        -o Dir::Cache="$1/cache" -o APT::Sandbox::User="$(id -un)" -o APT::Update::Error-Mode=any)
    apt-get "${apt_options[@]}" update || { echo "error: no package lists of $3 at $site"; return 1; }
}

# fetch_debs FOLDER PACKAGE=VERSION...: fetches packages from $pinned_suite into FOLDER.
fetch_debs() {
    private_apt "$1/apt" deb "$pinned_suite"
    (cd "$1" && apt-get "${apt_options[@]}" download "${@:2}") || { echo "error: $pinned_suite does not have ${*:2}"; return 1; }
    rm -r "$1/apt"
}

# fetch_source FOLDER: the source of the pinned version, or of the newest of the release that the suite has.
fetch_source() {
    local fetched=$1.fetched name=linux-source-$release found
    rm -rf "$fetched"
    mkdir "$fetched"
    private_apt "$fetched/apt" deb "$pinned_suite"
    found=$(apt-cache "${apt_options[@]}" madison "$name" | awk -F ' *[|] *' '{ print $2 }')
    [ -n "$found" ] || { echo "error: $pinned_suite has no $name"; return 1; }
    ! grep -qxF "$pinned_version" <<<"$found" || found=$pinned_version
    found=$(sort -V <<<"$found" | tail -n 1)
    (cd "$fetched" && apt-get "${apt_options[@]}" download "$name=$found")
    dpkg-deb --fsys-tarfile "$fetched"/*.deb | tar -C "$fetched" -x "./usr/src/$name.tar.xz"
    unpack_source "$fetched/usr/src/$name.tar.xz" "$1"
    echo "$found" >"$1/debian-version"
    rm -r "$fetched"
}
