#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# Makes one part of the lab, or finds it made, and prints its folder as the only line on standard output.
#
#   build.sh PART [--release 7.3|6.12]    7.3 unless given
#
#   agent          agent: the static program that runs inside the VM
#   uml            linux, wgval.ko: User-Mode Linux from Debian's kernel source, and the measurement module for it
#   uml-patched    the same with the patches of kernel-patch/series-fixes and kernel-patch/series, gen_init_cpio, and their source. For validate's
#                  comparison alone it also has the patch of series-optional/rta-wgpeer; of the others only uml-unhashed has it
#   uml-smp        the series for more than one processor, on the command line: ncpus=2 seccomp=on
#   uml-unhashed   uml-patched, but fib_info's hash as it was: what the series' patch of the hash is measured against
#   uml-unpatched  the configuration of uml-patched without the series: what its tests say of the release as it is
#   uml-fibtrie    the series, with the patches of kernel-patch/series-optional/fib-tables on top
#   uml-metadata   Linux 7.3 without the series, with the patch of kernel-patch/series-optional/metadata and nf_tables
#   uml-debug      linux, gen_init_cpio, *.ko, source: the series with the kernel's checks (KASAN, lockdep, ...), allocations that can be made to
#                  fail, and WireGuard as a module
#   uml-fibtrie-debug  uml-debug with the patches of uml-fibtrie
#   qemu-patched   vmlinuz, gen_init_cpio, *.ko: the series on x86-64, SMP and preemptible, WireGuard a module
#   qemu-unpatched the configuration of qemu-patched without the series
#   qemu-debug     qemu-patched with the checks of uml-debug
#   nft            nft: a newer Debian's, which knows tunnel ids, with the libraries that it needs
#   iproute2       ip: Debian's, with the patches of kernel-patch/iproute2
#   bird           bird, birdcl: Debian's, with the patches of kernel-patch/bird
#   qemu           vmlinuz, *.ko, load-order, wgval.ko: Debian's stock cloud kernel, unpacked, not built
#
# Patches are for 7.3. Exit codes: 64 usage, 69 a package is missing and cannot be installed, 70 a build failed.
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
    # What turns /proc/sys on had another name.
    cat "${@:4}" | if [ "$release" = 6.12 ]; then sed 's/^CONFIG_SYSCTL=/CONFIG_PROC_SYSCTL=/'; else cat; fi |
        awk -F = '/^CONFIG_/ { last[$1] = $0 } END { for (name in last) print last[name] }' | sort >"$folder/wanted"
    "$source/scripts/kconfig/merge_config.sh" -m -O "$folder" "$folder/.config" "$folder/wanted"
    make -C "$source" O="$folder" ARCH="$arch" "${compiler[@]}" olddefconfig
    while read -r line; do
        case $line in
        *=n) ! grep -q "^${line%=n}=" "$folder/.config" || { echo "error: $line did not take"; return 1; } ;;
        *) grep -qxF "$line" "$folder/.config" || { echo "error: $line did not take"; return 1; } ;;
        esac
    done <"$folder/wanted"
}

# build_uml_kernel SOURCE CONFIG... FOLDER
build_uml_kernel() {
    local folder=${!#}
    configure "$1" "$folder" um "${@:2:$#-2}"
    make -C "$1" O="$folder" ARCH=um "${compiler[@]}" -j"$(nproc)" linux modules
    # Modules are built against it where build_once moves it.
    sed -i "s|$folder|${folder%.partial}|g" "$folder/Makefile"
}

# The tree of the kernel stays where it was built: modules are built against it.
build_uml() {
    build_module "$1" "$kernel_tree" ARCH=um
    ln -s "$kernel_tree/linux" "$1/linux"
    cp "$kernel_tree/.config" "$1/config"
}

# make_patched_source VARIANT: makes the source with the patches of VARIANT once and sets $patched_source to its folder. "series" is
# the series alone.
make_patched_source() {
    [ "$release" = 7.3 ] || usage "the patches are for 7.3, and not for $release"
    kernel_source
    shopt -s nullglob
    # 0000 of a series is its cover letter.
    series=("$vm_dir"/../series-fixes/000[1-9]-*.patch "$vm_dir"/../series/000[1-9]-*.patch "$vm_dir"/../series/00[1-9]?-*.patch)
    case $1 in
    patched | unhashed) series+=("$vm_dir"/../series-optional/rta-wgpeer/*.patch) ;;
    fibtrie) series+=("$vm_dir"/../series-optional/fib-tables/*.patch) ;;
    metadata) series=("$vm_dir"/../series-optional/metadata/*.patch) ;;
    esac
    shopt -u nullglob
    # What comes before a patch's diff is for readers: another wording makes no other kernel.
    patched_source=$cache/source-$1-$(hash_of "$version" "$(sed -s '1,/^---$/d' "${series[@]}")")
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

# unhash_source FOLDER: the patched source with the part of the hash's patch that mixes gateway and encapsulation into fib_info's hash
# taken back. The rest of that patch stays, as later ones fill what it adds.
unhash_source() {
    local hash
    hash=$(grep -l '^+.*lws->hash' "${series[@]}" /dev/null | head -n 1)
    [ -n "$hash" ] || { echo "error: no patch of the series mixes an encapsulation into fib_info's hash"; return 1; }
    patch_source "$1"
    sed -n '\|^diff --git a/net/ipv4/fib_semantics.c|,$p' "$hash" | patch -d "$1" -p1 -R --no-backup-if-mismatch -f
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
    *-debug) configs+=("$vm_dir/${flavour%%-*}-debug.config" "$vm_dir/debug.config") ;;
    esac
    mkdir "$tree"
    configure "$patched_source" "$tree" "$arch" "${configs[@]}"
    make -C "$patched_source" O="$tree" ARCH="$arch" "${compiler[@]}" -j"$(nproc)" "$(basename "$image")" modules
    case $flavour in
    qemu-*) cp "$tree/$image" "$1/vmlinuz" ;;
    *) cp "$tree/$image" "$1/linux" ;;
    esac
    cp "$tree/usr/gen_init_cpio" "$1"
    ln -s "$patched_source" "$1/source"
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

# nft(8) knows tunnel ids since 1.1.6. Debian's first release that has it also has newer libraries than this machine.
readonly nft_version=1.1.6 nft_suite=forky nft_packages=(nftables libnftables1 libnftnl11 libmnl0 libgmp10 libjansson4 libedit2
    libbsd0 libmd0 libtinfo6 libxtables12 libc6)

build_nft() {
    local root=$1/root deb
    private_apt "$1/apt" deb "$nft_suite"
    (cd "$1/apt" && apt-get "${apt_options[@]}" download "${nft_packages[@]}")
    for deb in "$1"/apt/*.deb; do dpkg-deb -x "$deb" "$root"; done
    rm -r "$1/apt"
    cat >"$1/nft" <<EOF
#!/bin/sh
root=\$(dirname "\$(readlink -f "\$0")")/root/usr
exec "\$root/lib64/ld-linux-x86-64.so.2" --library-path "\$root/lib/x86_64-linux-gnu" "\$root/sbin/nft" "\$@"
EOF
    chmod +x "$1/nft"
    printf '%s\n' "nftables v$nft_version" "$("$1/nft" --version)" | sort -VC || { echo "error: $("$1/nft" --version) is too old"; return 1; }
}

# The version that the patches are for, and the release that has it.
readonly iproute2_version=6.1.0-3 iproute2_release=bookworm

# Debian's source package: few machines have deb-src lines.
unpack_iproute2() {
    private_apt "$1/apt" deb-src "$iproute2_release"
    (cd "$1/apt" && apt-get "${apt_options[@]}" --download-only source "iproute2=$iproute2_version")
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

# The version that the patches are for, and the release that has it.
readonly bird_version=2.0.12-7 bird_release=bookworm

unpack_bird() {
    private_apt "$1/apt" deb-src "$bird_release"
    (cd "$1/apt" && apt-get "${apt_options[@]}" --download-only source "bird2=$bird_version")
    dpkg-source --no-check -x "$1/apt/bird2_$bird_version.dsc" "$1/source" # apt has checked it
    rm -r "$1/apt"
}

# Without the client that needs readline (birdcl is the same without line editing), and without link-time optimization, which takes long.
build_bird() {
    cp -a "$source/source" "$1/source"
    apply_patches "$1/source" "${bird_patches[@]}"
    (cd "$1/source" && bird_cv_c_lto=no ./configure --disable-client --disable-libssh --sysconfdir=/etc/bird --runstatedir=/run/bird)
    make -C "$1/source" -j"$(nproc)"
    cp "$1"/source/{bird,birdcl} "$1"
    rm -r "$1/source"
}

# The modules that the lab needs of the stock kernel; what they depend on is read from the package.
readonly stock_modules=(wireguard dummy)

build_qemu() {
    local image=$1/image headers=$1/headers deb
    mkdir "$1/debs"
    case $release in
    6.12) (cd "$1/debs" && apt-get download "linux-image-$stock" "linux-headers-$stock" "$stock_common" "$stock_kbuild") ;;
    7.3) fetch_debs "$1/debs" {linux-binary,linux-modules,linux-base,linux-headers}-"$stock=$version" "$stock_common=$version" ;;
    esac
    for deb in "$1"/debs/*.deb; do
        case $(basename "$deb") in
        linux-headers-* | linux-kbuild-*) dpkg-deb -x "$deb" "$headers" ;;
        *) dpkg-deb -x "$deb" "$image" ;;
        esac
    done
    local tree=$headers/usr/src/linux-headers-$stock
    cp "$(find "$image" -name 'vmlinuz*' -type f)" "$1/vmlinuz"
    cp "$tree/.config" "$1/config"
    collect_modules "$image" "$1"
    # The headers package links to its common part by absolute path.
    sed -i "s|/usr/src/|$headers/usr/src/|g" "$tree/Makefile"
    [ "$release" = 6.12 ] || host_tools "$1/host" "$tree" "$headers/usr/lib/$stock_kbuild"
    # BTF of a module needs pahole and the vmlinux, and nothing here reads it.
    build_module "$1" "$tree" CC=gcc CONFIG_DEBUG_INFO_BTF_MODULES=
    rm -r "$1/debs" "$image" "$headers"
}

# host_tools FOLDER TREE KBUILD: the headers of 7.3 are of a newer Debian, whose tools do not run here and whose compiler knows more
# options. Makes the tools in KBUILD, where the headers look for them, from the source, and gives the headers what this machine's
# compiler, assembler and linker can do. The rest of the configuration stays, because the module has to fit the kernel.
host_tools() {
    local host=$1 file pattern='CONFIG_(CC|AS|LD|GCC|CLANG|RUSTC|TOOLS|PAHOLE)_'
    mkdir "$host"
    cp "$2/.config" "$host"
    make -C "$source" O="$host" "${compiler[@]}" olddefconfig
    make -C "$source" O="$host" "${compiler[@]}" -j"$(nproc)" modules_prepare
    for file in .config include/config/auto.conf include/generated/autoconf.h; do
        { grep -vE "^(#define )?$pattern" "$2/$file"; grep -E "^(#define )?$pattern" "$host/$file"; } >"$2/merged"
        mv "$2/merged" "$2/$file"
    done
    mkdir -p "$3/tools/objtool"
    cp -a "$source/scripts" "$3"
    cp -a "$host/scripts/." "$3/scripts"
    cp "$host/tools/objtool/objtool" "$3/tools/objtool"
    rm -r "$host"
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

usage() {
    sed -n '3,/^# Patches are/s/^# \?//p' "$0" >&2
    [ -z "${1:-}" ] || say "$1"
    exit 64
}

case $#:${2:-} in
1: | 3:--release) part=$1 release=${3:-$release} ;;
*) usage ;;
esac
case $release in
7.3 | 6.12) ;;
*) usage "no release $release" ;;
esac

case $part in
agent)
    need gcc libc6-dev
    result=$cache/agent-$(hash_of "$0" "${agent_inputs[@]}")
    build_once "$result" build_agent
    ;;
uml)
    need gcc make flex bison bc libelf-dev libc6-dev
    kernel_source
    kernel_tree=$cache/uml-kernel-$(hash_of "$version" "$(gcc -dumpfullversion)" "$vm_dir/uml.config")
    build_once "$kernel_tree" build_uml_kernel "$source" "$vm_dir/uml.config"
    result=$cache/uml-$(hash_of "$kernel_tree" "${module_inputs[@]}")
    build_once "$result" build_uml
    ;;
uml-patched | uml-smp | uml-unhashed | uml-unpatched | uml-fibtrie | uml-metadata)
    need gcc make flex bison bc libelf-dev libc6-dev patch
    variant=${part#uml-}
    configs=("$vm_dir/uml.config" "$vm_dir/uml-patched.config")
    case $variant in smp | metadata) configs+=("$vm_dir/uml-$variant.config") ;; esac
    make_patched_source "${variant/smp/series}"
    kernel_tree=$cache/uml-$variant-kernel-$(hash_of "$patched_source" "$(gcc -dumpfullversion)" "${configs[@]}")
    build_once "$kernel_tree" build_uml_kernel "$patched_source" "${configs[@]}"
    result=$cache/uml-$variant-$(hash_of "$kernel_tree" "${module_inputs[@]}")
    build_once "$result" build_uml_patched
    ;;
uml-debug | uml-fibtrie-debug | qemu-patched | qemu-unpatched | qemu-debug)
    need gcc make flex bison bc libelf-dev libc6-dev patch
    case $part in qemu-*) need qemu-system-x86 ;; esac
    case $part in
    uml-fibtrie-debug) make_patched_source fibtrie ;;
    qemu-unpatched) make_patched_source unpatched ;;
    *) make_patched_source series ;;
    esac
    flavour=$part
    result=$cache/$flavour-$(hash_of "$patched_source" "$(gcc -dumpfullversion)" "$vm_dir"/*.config)
    build_once "$result" build_flavour
    ;;
nft)
    need dpkg-dev debian-archive-keyring
    result=$cache/nft-$(hash_of "$nft_version" "$nft_suite" "${nft_packages[*]}")
    build_once "$result" build_nft
    ;;
iproute2)
    need gcc make libc6-dev libmnl-dev libelf-dev pkg-config patch dpkg-dev debian-archive-keyring
    iproute2_patches=("$vm_dir"/../iproute2/*.patch)
    source=$cache/iproute2-source-$iproute2_version
    build_once "$source" unpack_iproute2
    result=$cache/iproute2-$(hash_of "$iproute2_version" "$(gcc -dumpfullversion)" "${iproute2_patches[@]}")
    build_once "$result" build_iproute2
    ;;
bird)
    need gcc make libc6-dev bison flex m4 patch dpkg-dev debian-archive-keyring
    bird_patches=("$vm_dir"/../bird/*.patch)
    source=$cache/bird-source-$bird_version
    build_once "$source" unpack_bird
    result=$cache/bird-$(hash_of "$bird_version" "$(gcc -dumpfullversion)" "${bird_patches[@]}")
    build_once "$result" build_bird
    ;;
qemu)
    need gcc make flex bison bc libelf-dev libssl-dev xz-utils kmod qemu-system-x86 libelf1
    kernel_source
    # The stock kernel of the very version that the source is of: 7.3.4-1~bpo13+1 is 7.3.4+deb13, 6.12.117-1~deb12u1 is 6.12.117+deb12.
    suffix=${version##*~}
    suffix=deb${suffix#???}
    abi=${version%%-*}+${suffix%%[u+]*}
    stock=$abi-cloud-amd64
    stock_common=linux-headers-$abi-common
    stock_kbuild=linux-kbuild-$abi
    result=$cache/qemu-$(hash_of "$0" "$version" "${module_inputs[@]}")
    build_once "$result" build_qemu
    ;;
*) usage "no part $part" ;;
esac
echo "$result"
