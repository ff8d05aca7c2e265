# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154
# What scripts take from the harness. Sourced after lib.sh, by scripts that have a folder $work.

# sim ARG...: the harness's program: WG_SIM, or what "dotnet run" builds.
sim() {
    if [ -n "${WG_SIM:-}" ]; then
        "$WG_SIM" "$@"
    else
        command -v dotnet >/dev/null ||
            die $EX_UNAVAILABLE "no .NET SDK, which the harness needs; or set WG_SIM to its program, or give the script its prefixes"
        dotnet run --project "$vm_dir/../../src/Sim.Runner" -- "$@"
    fi
}

# embedded_list FAMILY N FILE: N prefixes of the embedded table that a hub can route, or all; one a line.
embedded_list() {
    sim table updates "$work/updates-$1" --family "$1" --prefixes "$(($2 < 8 ? 8 : $2))" >/dev/null
    mv "$work/updates-$1/list" "$3"
    rm -r "$work/updates-$1"
}
