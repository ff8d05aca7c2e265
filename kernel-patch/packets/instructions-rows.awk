# SPDX-License-Identifier: GPL-2.0-only
# Makes rows of the lines of instructions-count.awk. Each configuration has three runs. Now and then a clean-up of the kernel falls in one of
# them. So figures are medians, and a configuration repeats if the median has another run beside it.

# Cycles a byte of ChaCha20 and Poly1305 with AVX2 on Skylake, long messages, as their authors published them: see instructions.md.
BEGIN {
    cycles = 1.19 + 0.51
    print "name,value,unit,scheme,family,operation,keys,prefixes,peers,size,variant"
}

function row(name, value, unit, at, variant) {
    printf "%s,%.2f,%s,%s,%s\n", name, value, unit, at, variant
}

# What ChaCha20 and Poly1305 work on: the packet, padded to 16 bytes.
function encrypted(family, size) { return int((size + (family == 4 ? 28 : 48) + 15) / 16) * 16 }

{
    at = $2 "," $3 "," $4 "," $5 "," $6 "," $7 "," $8
    row("packet_instructions", $9, "instructions", at, $1)
    row("choice_instructions", $10, "instructions", at, $1)
    row("route_instructions", $11, "instructions", at, $1)
    row("crypto_instructions", $12, "instructions", at, $1)
    row("rest_instructions", $13, "instructions", at, $1)
    if ($9 > 0)
        row("choice_share", $10 / $9 * 1000, "permille", at, $1)
    if ($1 == "plain")
        row("choice_share", $10 / ($9 - $12 + cycles * encrypted($3, $8)) * 1000, "permille", at, "modelled")
    key = $1 "," at
    if (!(key in runs)) order[++count] = key
    run[key, ++runs[key]] = $9
}

# sort_runs KEY: its three runs, ascending.
function sort_runs(key,    i, j, v) {
    for (i = 2; i <= runs[key]; i++)
        for (j = i; j > 1 && run[key, j - 1] > run[key, j]; j--) {
            v = run[key, j]
            run[key, j] = run[key, j - 1]
            run[key, j - 1] = v
        }
}

# repeats KEY: how far the median is from the run that is nearest to it, in per mille. Fewer runs are no repetition.
function repeats(key,    below, above) {
    if (runs[key] != 3 || run[key, 1] <= 0) return 1000
    below = run[key, 2] / run[key, 1] - 1
    above = run[key, 3] / run[key, 2] - 1
    return 1000 * (below < above ? below : above)
}

END {
    for (i = 1; i <= count; i++) sort_runs(order[i])
    for (i = 1; i <= count; i++) {
        key = order[i]
        variant = substr(key, 1, index(key, ",") - 1)
        at = substr(key, index(key, ",") + 1)
        row("repeat", repeats(key), "permille", at, variant "-aa")
        stock = "stock," at
        if (variant == "plain" && runs[key] == 3 && runs[stock] == 3)
            row("unused_overhead", (run[key, 2] / run[stock, 2] - 1) * 1000, "permille", at, "unused")
    }
}
