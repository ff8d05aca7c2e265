# SPDX-License-Identifier: GPL-2.0-only
# Makes rows of the lines of instructions-count.awk. Each configuration has two runs.

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
    runs[key]++
    sum[key] += $9
    if (runs[key] == 1 || $9 < least[key]) least[key] = $9
    if (runs[key] == 1 || $9 > most[key]) most[key] = $9
}

END {
    for (i = 1; i <= count; i++) {
        key = order[i]
        variant = substr(key, 1, index(key, ",") - 1)
        at = substr(key, index(key, ",") + 1)
        # One run, or none, is no repetition.
        row("repeat", runs[key] == 2 && least[key] > 0 ? (most[key] / least[key] - 1) * 1000 : 1000, "permille", at, variant "-aa")
        stock = "stock," at
        if (variant == "plain" && stock in sum)
            row("unused_overhead", (sum[key] / sum[stock] - 1) * 1000, "permille", at, "unused")
    }
}
