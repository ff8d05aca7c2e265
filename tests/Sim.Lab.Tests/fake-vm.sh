#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Speaks the protocol of kernel-patch/vm/README.md without a kernel. $1 says what it does instead of booting well.
case ${1:-} in
dies) echo "Kernel panic - not syncing: No working init found."; echo "on stderr" >&2; exit 3 ;;
hangs) echo "Linux version 0"; exec sleep 600 ;;
esac
sleep 600 & # what a VM forks, and what must not outlive it
child=$!
printf 'Linux version 0\r\n= early row before ready\r\n= ready\r\n'
while read -r command words; do
    printf '%s %s\r\n' "$command" "$words" # a terminal's echo
    case $command in
    hello) printf '= kernel 6.12.0-fake cpus 1 page 4096 wireguard 28 module 1\r\n=ok\r\n' ;;
    rows) printf '= name a count 1 digest 00000000000000ff\r\nprintk: = in the midst\r\n= name b count -2 digest ffffffffffffffff\n=ok\n' ;;
    pid) printf '= vm %d child %d\n=ok\n' $$ $child ;;
    nothing) echo '=ok' ;;
    bad) printf '= key\n=ok\n' ;;
    refuse) echo '=err RTM_NEWROUTE: File exists' ;;
    panic) echo 'Kernel panic - not syncing: Fatal exception'; seq -f 'line %g' 30; printf 'without an end'; exit 1 ;;
    hang) sleep 600 ;;
    quit) [ "${1:-}" = stubborn ] || exit 0 ;;
    *) echo '=err unknown command' ;;
    esac
done
