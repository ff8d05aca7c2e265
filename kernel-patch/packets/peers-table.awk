# SPDX-License-Identifier: GPL-2.0-only
# Medians of the rows of peers.sh: one device against as many devices as peers.

function median(key,    i, j, n, v, sorted) {
    n = split(list[key], sorted, " ")
    for (i = 2; i <= n; i++)
        for (j = i; j > 1 && sorted[j - 1] + 0 > sorted[j] + 0; j--) { v = sorted[j]; sorted[j] = sorted[j - 1]; sorted[j - 1] = v }
    return n ? (sorted[int((n + 1) / 2)] + sorted[int(n / 2) + 1]) / 2 : ""
}

function cell(key,    m) {
    m = median(key)
    return m == "" ? "-" : sprintf(m >= 1e5 ? "%.0f" : "%.4g", m)
}

NR > 1 {
    sub(/^smp-/, "", $11)
    way = $4 "/" $11
    key = $5 "," $9 "," $6 " " $1 ($8 != 0 && $6 == "delete" ? "_loaded" : "")
    if (!seen[key]++) keys[++count] = key
    if (!is_way[way]++) ways[++way_count] = way
    list[key " " way] = list[key " " way] " " $2
}

END {
    printf "# %-52s", "family,peers,operation figure"
    for (w = 1; w <= way_count; w++) printf " %17s", ways[w]
    print ""
    for (k = 1; k <= count; k++) {
        if (keys[k] ~ /_per_peer$/) continue
        printf "# %-52s", keys[k]
        for (w = 1; w <= way_count; w++) printf " %17s", cell(keys[k] " " ways[w])
        print ""
    }
}
