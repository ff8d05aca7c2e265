#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Makes one part of the lab, or finds it made, and prints its folder as the only line on standard output.
#
#   build.sh agent    agent: the static program that runs inside the VM
#   build.sh uml      linux, wgval.ko: User-Mode Linux from Debian's kernel source, and the measurement module for it
#   build.sh uml-patched   the same with the patches of kernel-patch/series, and gen_init_cpio
#   build.sh uml-unhashed  as uml-patched, but fib_info's hash as it was: what the series' patch 2 is measured against
#   build.sh uml-unpatched the configuration of uml-patched without the series: what its tests say of 6.12 as it is
#   build.sh uml-fibtrie   as uml-patched, with the patches of kernel-patch/series-optional on top
#   build.sh uml-fibtrie-debug   uml-debug with those
#   build.sh uml-debug     linux, gen_init_cpio, *.ko: the series with the kernel's checks (KASAN, lockdep, ...), WireGuard a module
#   build.sh qemu-patched  vmlinuz, gen_init_cpio, *.ko: the series on x86-64, SMP and preemptible, WireGuard a module
#   build.sh qemu-debug    qemu-patched with the checks of uml-debug
#   build.sh iproute2 ip: Debian's, with the patches of kernel-patch/iproute2
#   build.sh qemu     vmlinuz, *.ko, load-order, wgval.ko: Debian's stock cloud kernel, unpacked, not built
#
# Exit codes: 69 a package is missing and cannot be installed, 70 a build failed.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

readonly agent_inputs=("$vm_dir"/agent/*)
readonly module_inputs=("$vm_dir"/module/*)

# A compiler cache is used where there is one; without it all works the same.
compiler=(CC=gcc HOSTCC=gcc)
! command -v ccache >/dev/null || compiler=("CC=ccache gcc" "HOSTCC=ccache gcc")
readonly compiler
export CCACHE_NOHASHDIR=1

build_agent() {
    gcc -std=gnu11 -O2 -Wall -Wextra -Werror -static -o "$1/agent" "$vm_dir"/agent/*.c
}

# configure SOURCE FOLDER ARCH CONFIG...: tinyconfig and the configurations, of which a later one may override an earlier.
configure() {
    local source=$1 folder=$2 arch=$3 line
    make -C "$source" O="$folder" ARCH="$arch" "${compiler[@]}" tinyconfig
    cat "${@:4}" | awk -F = '/^CONFIG_/ { last[$1] = $0 } END { for (name in last) print last[name] }' | sort >"$folder/wanted"
    "$source/scripts/kconfig/merge_config.sh" -m -O "$folder" "$folder/.config" "$folder/wanted"
    make -C "$source" O="$folder" ARCH="$arch" "${compiler[@]}" olddefconfig
    while read -r line; do
        case $line in
        *=n) ! grep -q "^${line%=n}=" "$folder/.config" || { echo "error: $line did not take"; return 1; } ;;
        *) grep -qxF "$line" "$folder/.config" || { echo "error: $line did not take"; return 1; } ;;
        esac
    done <"$folder/wanted"
}

build_uml_kernel() {
    configure "$source" "$1" um "$vm_dir/uml.config"
    make -C "$source" O="$1" ARCH=um "${compiler[@]}" -j"$(nproc)" linux modules
}

# The tree of the kernel stays where it was built: modules are built against it.
build_uml() {
    build_module "$1" "$kernel_tree" ARCH=um
    ln -s "$kernel_tree/linux" "$1/linux"
    cp "$kernel_tree/.config" "$1/config"
}

# make_patched_source VARIANT: makes the source with the series once and sets $patched_source to its folder.
make_patched_source() {
    kernel_source
    series=("$vm_dir"/../series/000[1-9]-*.patch "$vm_dir"/../series/00[1-9]?-*.patch) # 0000 is the cover letter
    [ "$1" != fibtrie ] || series+=("$vm_dir"/../series-optional/*.patch)
    patched_source=$cache/source-$1-$(hash_of "$(source_version)" "${series[@]}")
    case $1 in
    unpatched) patched_source=$source ;;
    unhashed) build_once "$patched_source" unhash_source ;;
    *) build_once "$patched_source" patch_source ;;
    esac
}

# patch_source FOLDER: a copy of the source with the series on top. The folder is a patch's own root.
patch_source() {
    cp -a "$source/." "$1"
    apply_patches "$1" "${series[@]}"
}

apply_patches() { # FOLDER PATCH...
    local folder=$1 patch
    shift
    for patch in "$@"; do
        echo "applying $(basename "$patch")"
        patch -d "$folder" -p1 --no-backup-if-mismatch -F0 -f <"$patch" || {
            echo "error: $(basename "$patch") does not apply"
            return 1
        }
    done
}

# unhash_source FOLDER: the patched source with the part of patch 2 that mixes the encapsulation into fib_info's hash taken
# back. The rest of that patch stays, as later ones fill what it adds.
unhash_source() {
    patch_source "$1"
    sed -n '\|^diff --git a/net/ipv4/fib_semantics.c|,$p' "$vm_dir"/../series/0002-*.patch |
        patch -d "$1" -p1 -R --no-backup-if-mismatch -f
}

build_uml_patched_kernel() {
    configure "$patched_source" "$1" um "$vm_dir/uml.config" "$vm_dir/uml-patched.config"
    make -C "$patched_source" O="$1" ARCH=um "${compiler[@]}" -j"$(nproc)" linux modules
}

build_uml_patched() {
    source=$patched_source build_uml "$1"
    cp "$kernel_tree/usr/gen_init_cpio" "$1"
    ln -s "$patched_source" "$1/source"
}

# build_flavour FOLDER: $flavour of the patched source: the image, the modules and gen_init_cpio, and not the tree.
build_flavour() {
    local tree=$1/tree arch=um image=linux configs=("$vm_dir"/uml.config "$vm_dir"/uml-patched.config)
    case $flavour in
    qemu-*) arch=x86_64 image=arch/x86/boot/bzImage configs=("$vm_dir/qemu.config") ;;
    esac
    case $flavour in
    qemu-debug) configs+=("$vm_dir/qemu-debug.config" "$vm_dir/debug.config") ;;
    uml-debug | uml-fibtrie-debug) configs+=("$vm_dir/uml-debug.config" "$vm_dir/debug.config") ;;
    esac
    mkdir "$tree"
    configure "$patched_source" "$tree" "$arch" "${configs[@]}"
    make -C "$patched_source" O="$tree" ARCH="$arch" "${compiler[@]}" -j"$(nproc)" "$(basename "$image")" modules
    case $flavour in
    qemu-*) cp "$tree/$image" "$1/vmlinuz" ;;
    *) cp "$tree/$image" "$1/linux" ;;
    esac
    cp "$tree/usr/gen_init_cpio" "$1"
    cp "$tree/.config" "$1/config"
    find "$tree" -name '*.ko' -exec cp -t "$1" {} +
    rm -r "$tree"
}

build_module() { # FOLDER TREE MAKE-VARIABLE...
    mkdir "$1/module"
    cp "${module_inputs[@]}" "$1/module"
    make -C "$2" "${@:3}" M="$1/module" WIREGUARD_SOURCE="$source" modules
    cp "$1/module/wgval.ko" "$1"
    rm -r "$1/module"
}

# The version that the patches are for, and the release that has it.
readonly iproute2_version=6.1.0-3 iproute2_release=bookworm

# Debian's source package. Few machines have deb-src lines: apt gets one here, in folders of its own, and checks what it fetches.
unpack_iproute2() {
    local site
    # shellcheck disable=SC2016 # apt's variable
    site=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' "Codename: $iproute2_release" | sed -n 1p)
    mkdir -p "$1/apt/lists/partial" "$1/apt/cache/archives/partial"
    [ -n "$site" ] || { echo "error: apt has no archive of $iproute2_release"; return 1; }
    echo "deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $site $iproute2_release main" >"$1/apt/list"
    local options=(-o Dir::Etc::SourceList="$1/apt/list" -o Dir::Etc::SourceParts=/dev/null -o Dir::State::Lists="$1/apt/lists"
        -o Dir::Cache="$1/apt/cache" -o APT::Sandbox::User="$(id -un)")
    apt-get "${options[@]}" update
    (cd "$1/apt" && apt-get "${options[@]}" --download-only source "iproute2=$iproute2_version")
    dpkg-source --no-check -x "$1/apt/iproute2_$iproute2_version.dsc" "$1/source" # apt has checked it
    rm -r "$1/apt"
}

build_iproute2() {
    cp -a "$source/source" "$1/source"
    apply_patches "$1/source" "${iproute2_patches[@]}"
    (cd "$1/source" && LIBBPF_FORCE=off ./configure)
    grep -q '^HAVE_MNL:=y' "$1/source/config.mk" || { echo "error: no libmnl, and without it no extack messages"; return 1; }
    make -C "$1/source" -j"$(nproc)" SUBDIRS="lib ip"
    cp "$1/source/ip/ip" "$1/ip"
    rm -r "$1/source"
}

# The modules that the lab needs of the stock kernel; what they depend on is read from the package.
readonly stock_modules=(wireguard dummy)

build_qemu() {
    local image=$1/image headers=$1/headers deb
    mkdir "$1/debs"
    (cd "$1/debs" && apt-get download "linux-image-$stock" "linux-headers-$stock" "$stock_common" "$stock_kbuild")
    for deb in "$1"/debs/linux-image*.deb; do dpkg-deb -x "$deb" "$image"; done
    for deb in "$1"/debs/linux-headers*.deb "$1"/debs/linux-kbuild*.deb; do dpkg-deb -x "$deb" "$headers"; done
    cp "$image/boot/vmlinuz-$stock" "$1/vmlinuz"
    cp "$image/boot/config-$stock" "$1/config"
    collect_modules "$image" "$1"
    # The headers package links to its common part by absolute path.
    local tree=$headers/usr/src/linux-headers-$stock
    sed -i "s|/usr/src/|$headers/usr/src/|g" "$tree/Makefile"
    # BTF of a module needs pahole and the vmlinux, and nothing here reads it.
    build_module "$1" "$tree" CONFIG_DEBUG_INFO_BTF_MODULES=
    rm -r "$1/debs" "$image" "$headers"
}

# collect_modules IMAGE FOLDER: the wanted modules and theirs, unpacked, and the order to load them in.
collect_modules() {
    local base=$1/lib/modules/$stock path name
    [ -d "$base" ] || base=$1/usr/lib/modules/$stock
    depmod -b "${base%/lib/modules/*}" "$stock"
    for name in "${stock_modules[@]}"; do
        modprobe -d "${base%/lib/modules/*}" -S "$stock" --show-depends "$name"
    done | awk '$1 == "insmod" && !seen[$2]++ { print $2 }' | while read -r path; do
        name=$(basename "$path" .xz)
        case $path in *.xz) xz -dc "$path" >"$2/$name" ;; *) cp "$path" "$2/$name" ;; esac
        echo "$name" >>"$2/load-order"
    done
}

case ${1:-} in
agent)
    need gcc libc6-dev
    result=$cache/agent-$(hash_of "$0" "${agent_inputs[@]}")
    build_once "$result" build_agent
    ;;
uml)
    need gcc make flex bison bc libelf-dev libc6-dev
    kernel_source
    kernel_tree=$cache/uml-kernel-$(hash_of "$(source_version)" "$(gcc -dumpfullversion)" "$vm_dir/uml.config")
    build_once "$kernel_tree" build_uml_kernel
    result=$cache/uml-$(hash_of "$kernel_tree" "${module_inputs[@]}")
    build_once "$result" build_uml
    ;;
uml-patched | uml-unhashed | uml-unpatched | uml-fibtrie)
    need gcc make flex bison bc libelf-dev libc6-dev patch
    variant=${1#uml-}
    make_patched_source "$variant"
    kernel_tree=$cache/uml-$variant-kernel-$(hash_of "$patched_source" "$(gcc -dumpfullversion)" "$vm_dir"/uml.config "$vm_dir"/uml-patched.config)
    build_once "$kernel_tree" build_uml_patched_kernel
    result=$cache/uml-$variant-$(hash_of "$kernel_tree" "${module_inputs[@]}")
    build_once "$result" build_uml_patched
    ;;
uml-debug | uml-fibtrie-debug | qemu-patched | qemu-debug)
    need gcc make flex bison bc libelf-dev libc6-dev patch
    case $1 in qemu-*) need qemu-system-x86 ;; esac
    case $1 in uml-fibtrie-debug) make_patched_source fibtrie ;; *) make_patched_source patched ;; esac
    flavour=$1
    result=$cache/$flavour-$(hash_of "$patched_source" "$(gcc -dumpfullversion)" "$vm_dir"/*.config)
    build_once "$result" build_flavour
    ;;
iproute2)
    need gcc make libc6-dev libmnl-dev libelf-dev pkg-config patch dpkg-dev debian-archive-keyring
    iproute2_patches=("$vm_dir"/../iproute2/*.patch)
    source=$cache/iproute2-source-$iproute2_version
    build_once "$source" unpack_iproute2
    result=$cache/iproute2-$(hash_of "$iproute2_version" "$(gcc -dumpfullversion)" "${iproute2_patches[@]}")
    build_once "$result" build_iproute2
    ;;
qemu)
    need gcc make xz-utils kmod qemu-system-x86 libelf1
    kernel_source
    # The stock kernel of the very version that the source is of: the module is built with that source's headers.
    version=$(source_version)
    abi=${version%%-*}+${version##*~}
    stock=${abi%u*}-cloud-amd64
    stock_common=linux-headers-${abi%u*}-common
    stock_kbuild=linux-kbuild-${abi%u*}
    result=$cache/qemu-$(hash_of "$0" "$version" "${module_inputs[@]}")
    build_once "$result" build_qemu
    ;;
*) sed -n '3,/^# Exit codes/s/^# \?//p' "$0" >&2; exit 64 ;;
esac
echo "$result"
