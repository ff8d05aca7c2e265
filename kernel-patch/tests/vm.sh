# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Boots a User-Mode Linux for a test that is a script.
#
# The guest's root is the host's file system, read-only through hostfs: ip, wg, bash and the rest need no image, and no test can
# change the host. What a test writes goes to /run, a tmpfs. Sourced; sets nothing but functions.

# guest_init SCRIPT ARG...: prints the program that the guest runs as process 1.
guest_init() {
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
bash ${*@Q} </dev/null
echo "guest: exit \$?"
perl -e 'syscall(169, 0xfee1dead, 0x28121969, 0x4321fedc, 0)' # reboot(POWER_OFF), without a package for it
EOF
}

# boot_uml LINUX SCRIPT ARG...: runs the script in the guest and copies what it prints.
# GUEST_PATH is a folder to look for programs in first, UML_MEMORY and UML_TIMEOUT (s) are what their names say.
# Returns the script's status, or 1 when the guest did not come so far or the kernel complained.
boot_uml() {
    local linux=$1 work status
    shift
    work=$(mktemp -d)
    guest_init "$@" >"$work/init"
    chmod +x "$work/init"
    # The console needs a pipe, and warnings are the least that may be on it: other lines would come between the claims.
    TMPDIR=${UML_TMPDIR:-/dev/shm} timeout -k 5 "${UML_TIMEOUT:-300}" "$linux" mem="${UML_MEMORY:-512M}" root=/dev/root \
        rootfstype=hostfs rootflags=/ ro init="$work/init" con=null con0=fd:0,fd:1 console=tty0 loglevel=5 panic=-1 \
        </dev/null 2>&1 | tr -d '\r' | tee "$work/log" | grep --line-buffered -v '^guest: exit' || true
    status=$(sed -n 's/^guest: exit \([0-9]*\)$/\1/p' "$work/log")
    # panic= on the command line is no complaint.
    if grep -v '^Kernel command line' "$work/log" | grep -qE 'BUG:|WARNING:|INFO: (task|rcu)|Oops|Kernel panic|KASAN|UBSAN'; then
        status=1
    fi
    rm -rf "$work"
    return "${status:-1}"
}
