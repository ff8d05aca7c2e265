# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Boots a kernel for a test that is a script.
#
# Under User-Mode Linux the guest's root is the host's file system, read-only through hostfs: ip, wg, bash and the rest need no
# image, and no test can change the host. What a test writes goes to /run, a tmpfs. The kernels that are built for QEMU have the same
# by 9p. Debian's stock kernel has it as a module, and takes an initramfs with what is named.
# Sourced.

# What a kernel must not say while a program of the tests runs as its init; the debug kernels' checks are among them.
# shellcheck disable=SC2034 # used by those that source this
readonly complaints='BUG:|WARNING:|INFO: |Oops|Kernel panic|UBSAN|ODEBUG|refcount_t:|general protection|Objects remaining|leaked reference|self-test.*FAIL'

# guest_init FOLDER SCRIPT ARG...: prints the program that the guest runs as process 1. It loads the modules in FOLDER.
guest_init() {
    local modules=() module
    for module in "$1"/*.ko; do
        # The module that measures is none of the tests'.
        [ ! -e "$module" ] || [ "$(basename "$module")" = wgval.ko ] || modules+=("$module")
    done
    shift
    cat <<EOF
#!/bin/bash
export PATH=${GUEST_PATH:+$GUEST_PATH:}/usr/sbin:/usr/bin:/sbin:/bin HOME=/run TMPDIR=/run LC_ALL=C
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t tmpfs tmpfs /run
mount -t devtmpfs devtmpfs /dev
mkdir -p /dev/shm
ln -sf /proc/self/fd /dev/fd
cd /run
# Each pass loads those whose own needs are met.
for pass in ${modules[*]@Q}; do
    for module in ${modules[*]@Q}; do insmod "\$module" 2>/dev/null; done
done
echo "guest: start"
bash ${*@Q} </dev/null
echo "guest: exit \$?"
perl -e 'syscall(169, 0xfee1dead, 0x28121969, 0x4321fedc, 0)' # reboot(POWER_OFF), without a package for it
EOF
}

# boot_uml LINUX SCRIPT ARG...: runs the script in the guest and copies what it prints.
# GUEST_PATH is a folder to look for programs in first; UML_MEMORY, UML_TIMEOUT (s) and UML_CPUS are what their names say. More than
# one processor is for a kernel that is built for it (uml-smp, uml-debug).
# Returns the script's status, or 1 when the guest did not come so far or the kernel complained.
boot_uml() {
    local linux=$1 work status smp=()
    shift
    # With ptrace there is one processor.
    [ "${UML_CPUS:-1}" = 1 ] || smp=(ncpus="$UML_CPUS" seccomp=on)
    work=$(mktemp -d)
    guest_init "$(dirname "$linux")" "$@" >"$work/init"
    chmod +x "$work/init"
    # The console needs a pipe, and warnings are the least that may be on it: other lines would come between the claims.
    TMPDIR=${UML_TMPDIR:-/dev/shm} timeout -k 5 "${UML_TIMEOUT:-300}" "$linux" mem="${UML_MEMORY:-512M}" ${smp[@]+"${smp[@]}"} root=/dev/root \
        rootfstype=hostfs rootflags=/ ro init="$work/init" con=null con0=fd:0,fd:1 console=tty0 loglevel=5 panic=-1 \
        </dev/null 2>&1 | tr -d '\r' | tee "$work/log" | guest_output || true
    guest_status "$work/log" && status=0 || status=$?
    rm -rf "$work"
    return "$status"
}

# boot_qemu_root VMLINUZ SCRIPT ARG...: as boot_uml, for a kernel with qemu.config. QEMU_CPUS and QEMU_TIMEOUT (s) are what their
# names say.
boot_qemu_root() {
    local vmlinuz=$1 work status
    shift
    work=$(mktemp -d)
    guest_init "$(dirname "$vmlinuz")" "$@" >"$work/init"
    chmod +x "$work/init"
    timeout -k 5 "${QEMU_TIMEOUT:-1800}" qemu-system-x86_64 -nodefaults -no-user-config -nographic -no-reboot -serial stdio \
        -accel tcg,thread=multi -cpu max,la57=off -smp "${QEMU_CPUS:-2}" -m "${QEMU_MEMORY:-1G}" -kernel "$vmlinuz" \
        -virtfs local,path=/,mount_tag=host,security_model=none,readonly=on,multidevs=remap \
        -append "console=ttyS0 root=host rootfstype=9p rootflags=trans=virtio,version=9p2000.L,msize=524288,cache=loose ro init=$work/init loglevel=5 panic=-1" \
        </dev/null 2>&1 | tr -d '\r' | tee "$work/log" | guest_output || true
    guest_status "$work/log" && status=0 || status=$?
    rm -rf "$work"
    return "$status"
}

# guest_output: what comes between the machine's start and its end, and all the kernel says meanwhile.
guest_output() { awk '/^guest: exit/ { started = 0 } started; /^guest: start/ { started = 1 }'; }

# guest_status LOG: the status that the guest's script ended with; 1 when it did not come so far or the kernel complained.
guest_status() {
    local status
    status=$(sed -n 's/^guest: exit \([0-9]*\)$/\1/p' "$1")
    grep -aq '^guest: start' "$1" || tail -n 20 "$1" >&2
    # What the kernel said before is the boot's.
    if sed -n '/^guest: start/,$p' "$1" | grep -aqE "$complaints"; then status=1; fi
    return "${status:-1}"
}

# initrd_list INIT [NAME=]FILE...: a list for gen_init_cpio: the first file as /init, others under their names, and the libraries
# of those that are programs. A file is named by its path on the host or, with NAME=, otherwise.
initrd_list() {
    local init=$1 file
    shift
    {
        for file in "$@"; do
            case $file in *=*) echo "/${file%%=*} ${file#*=}" ;; *) echo "$file $file" ;; esac
            ldd "${file#*=}" 2>/dev/null | grep -o '/[^ ]*' | awk '{ print $1, $1 }' || true # no program
        done
        echo "/init $init"
    } | sort -u | awk '
        function folders(path, count, part, i, at) {
            count = split(path, part, "/")
            for (i = 2; i < count; i++) {
                at = at "/" part[i]
                if (!seen[at]++) print "dir", at, "0755 0 0"
            }
        }
        BEGIN { folders("/dev/x"); folders("/proc/x"); folders("/sys/x"); print "nod /dev/console 0600 0 0 c 5 1" }
        { folders($1); print "file", $1, $2, "0755 0 0" }'
}

# program_initrd FOLDER PROGRAM INITRD: an initramfs with a static program as init and the modules of the kernel in FOLDER, as
# vm/build.sh makes it. The module that measures stays out: it is none of the tests'.
program_initrd() {
    local module list
    list=$(mktemp)
    {
        echo "dir /dev 0755 0 0"
        echo "nod /dev/console 0600 0 0 c 5 1"
        echo "dir /modules 0755 0 0"
        for module in "$1"/*.ko; do
            [ ! -e "$module" ] || [ "$(basename "$module")" = wgval.ko ] || echo "file /modules/$(basename "$module") $module 0644 0 0"
        done
        echo "file /init $2 0755 0 0"
    } >"$list"
    "$1/gen_init_cpio" "$list" >"$3"
    rm "$list"
}

# boot_qemu VMLINUZ INITRD: as boot_uml, for a kernel that is not User-Mode Linux. The init says "guest: start" and "guest: exit".
boot_qemu() {
    local log status
    log=$(mktemp)
    timeout -k 5 "${QEMU_TIMEOUT:-300}" qemu-system-x86_64 -nodefaults -no-user-config -display none -no-reboot -serial stdio \
        -m "${QEMU_MEMORY:-512}" -accel tcg -cpu max -kernel "$1" -initrd "$2" \
        -append "console=ttyS0 loglevel=5 panic=-1 cryptomgr.notests noapictimer no_timer_check tsc=reliable" \
        </dev/null 2>&1 | tr -d '\r' | tee "$log" | guest_output || true
    guest_status "$log" && status=0 || status=$?
    rm "$log"
    return "$status"
}
