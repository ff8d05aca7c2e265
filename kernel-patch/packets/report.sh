# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154
# What packets.sh prints: claims, figures as CSV, a table. Sourced.

. "$daemons/full-table/report.sh" # note_load

begin_report() {
    all_rows=$work/rows.csv
    echo "name,value,unit,scheme,family,operation,keys,prefixes,peers,size,variant" >"$all_rows"
    echo "# with Linux $("$folder/linux" --version)${churn:+, two processors}"
    started=$SECONDS
}

# note_guest LOG STATUS
note_guest() {
    awk '$1 == "row" && NF == 12 { print $2 "," $3 "," $4 "," $5 "," $6 "," $7 "," $8 "," $9 "," $10 "," $11 "," $12 }' "$1" >>"$all_rows"
    grep -av '^row ' "$1" || true
    [ "$2" = 0 ] || bad=$((bad + 1))
    claims=$((claims + $(grep -acE '^(not )?ok - ' "$1" || true)))
    failed=$((failed + $(grep -acE '^not ok - ' "$1" || true)))
}

# print_table: packets a second in thousands, as medians of the rounds, and the noise: how far the second hub is from the first.
print_table() {
    awk -F, '
        function median(list, i, j, n, v, sorted) {
            n = split(list, sorted, " ")
            for (i = 2; i <= n; i++)
                for (j = i; j > 1 && sorted[j - 1] + 0 > sorted[j] + 0; j--) { v = sorted[j]; sorted[j] = sorted[j - 1]; sorted[j - 1] = v }
            return n ? (sorted[int((n + 1) / 2)] + sorted[int(n / 2) + 1]) / 2 : ""
        }
        BEGIN { plain["plain"]; plain["rate-0"] }
        function cell(list, scale) { return list == "" ? "-" : sprintf(scale == 1 ? "%.3f" : "%.1f", median(list) / scale) }
        $1 == "pps" || $1 == "aa_ratio" {
            test = $5 "," $6 "," $8 "," $10 "," $7 ","
            scheme = $1 == "pps" ? $4 : "A/A"
            # The second hub is measured in plain tests, or in those without changes.
            if ($11 == "aa") { if ($1 == "aa_ratio") for (v in plain) list[test v scheme] = list[test v scheme] " " $2; next }
            test = test $11
            if (!seen[test]++) tests[++count] = test
            if (!known[scheme]++) schemes[++columns] = scheme
            list[test scheme] = list[test scheme] " " $2
        }
        END {
            schemes[++columns] = "A/A"
            printf "# %-6s %-9s %9s %5s %-8s %-15s", "", "", "prefixes", "bytes", "keys", "thousand/s"
            for (c = 1; c <= columns; c++) printf "%14s", schemes[c]
            print ""
            for (t = 1; t <= count; t++) {
                split(tests[t], part, ",")
                printf "# IPv%-3s %-9s %9d %5d %-8s %-15s", part[1], part[2], part[3], part[4], part[5], part[6]
                for (c = 1; c <= columns; c++) printf "%14s", cell(list[tests[t] schemes[c]], schemes[c] == "A/A" ? 1 : 1000)
                print ""
            }
        }' "$all_rows"
}

end_report() {
    [ -z "$rows" ] || cp "$all_rows" "$rows"
    print_table
    [ "$busy" = 0 ] || echo "# The machine was busy with other work ($busy % of a processor): do not compare these times."
    echo "# $claims claims, $failed failed, $bad guests not as expected, $((SECONDS - started)) s"
    [ "$bad" -eq 0 ] && [ "$claims" -gt 0 ]
}
