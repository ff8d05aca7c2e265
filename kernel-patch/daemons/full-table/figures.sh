# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154
# Figures of a guest: lines "row NAME VALUE UNIT SECONDS". Sourced.
declare -A values=() at_start=()

row() { # NAME VALUE UNIT
    local clock
    read -r clock _ </proc/uptime
    values[$1]=$2
    echo "row $1 $2 $3 $clock"
}

value() { echo "${values[$1]:-none}"; } # NAME

# rows COMMAND...: makes rows of the lines "NAME VALUE UNIT" that it prints.
rows() {
    local name value unit
    "$@" >/run/rows || echo "# $* failed"
    while read -r name value unit; do row "$name" "$value" "$unit"; done </run/rows
}

# ticks_of PID...: the processors' time of processes, in hundredths of a second. User-Mode Linux counts all as the kernel's.
ticks_of() {
    local pid
    for pid in "$@"; do cat "/proc/$pid/stat"; done | sed 's/.*) //' | awk '{ sum += $12 + $13 } END { print sum + 0 }'
}

# The machine's: all but idle and waiting.
machine_ticks() { awk '$1 == "cpu" { print $2 + $3 + $4 + $7 + $8 }' /proc/stat; }

netlink_count() { # FIELD: 2 bytes, 3 messages
    on 0 awk -v field="$1" '$1 == "nlmon0:" { n = $field } END { print n + 0 }' /proc/net/dev
}

memory() { awk -v name="$1:" '$1 == name { print $2 }' /proc/meminfo; } # NAME: kB

readonly kinds_of_memory=(Slab Percpu VmallocUsed)

begin_figures() {
    local kind
    at_start[daemon]=$(ticks_of "${daemon_pids[@]}")
    [ "$way" != agent ] || at_start[agent]=$(ticks_of "$agent_pid")
    at_start[bytes]=$(netlink_count 2) at_start[messages]=$(netlink_count 3)
    for kind in "${kinds_of_memory[@]}"; do at_start[$kind]=$(memory "$kind"); done
    at_start[machine]=$(machine_ticks) # last, as asking takes time, too
}

seconds_since() { awk -v now="$2" -v before="${at_start[$1]}" 'BEGIN { print (now - before) / 100 }'; } # WHAT TICKS

# end_figures STEP: what the step took since begin_figures.
end_figures() {
    local kind machine growth memory=0
    machine=$(machine_ticks) # first, as asking takes time, too
    [ ${#daemon_pids[@]} -eq 0 ] || row "$1_cpu_daemon" "$(seconds_since daemon "$(ticks_of "${daemon_pids[@]}")")" s
    row "$1_cpu_machine" "$(seconds_since machine "$machine")" s
    if [ "$way" = agent ]; then
        row "$1_cpu_agent" "$(seconds_since agent "$(ticks_of "$agent_pid")")" s
        agent_rows "$1"
    fi
    for kind in "${kinds_of_memory[@]}"; do
        growth=$(($(memory "$kind") - at_start[$kind])) memory=$((memory + growth))
        row "$1_kernel_$kind" "$growth" kB
    done
    row "$1_kernel_memory" "$memory" kB
    if [ "$nlmon" = yes ]; then
        row "$1_netlink_messages" $(($(netlink_count 3) - at_start[messages])) messages
        row "$1_netlink_bytes" $(($(netlink_count 2) - at_start[bytes])) bytes
    fi
}

# agent_rows STEP: the agent's own counts, from its start.
agent_rows() {
    local added removed requests bytes refused overruns
    read -r added removed requests bytes refused overruns <"$agent_file"
    row "$1_agent_added" "$added" prefixes
    row "$1_agent_removed" "$removed" prefixes
    row "$1_agent_requests" "$requests" messages
    row "$1_agent_bytes" "$bytes" bytes
    is "the kernel refuses nothing that the agent asks for, and the agent misses no route" "$refused $overruns" "0 0"
}

peak_memory() {
    local pid
    for pid in "${daemon_pids[@]}" ${agent_pid:+"$agent_pid"}; do
        row "peak_memory_$(<"/proc/$pid/comm")" "$(awk '$1 == "VmHWM:" { print $2 }' "/proc/$pid/status")" kB
    done
}
