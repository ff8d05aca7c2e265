# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154
# What windows.sh prints: claims, figures as CSV, a table. Sourced.

claims=0 failed=0 bad=0 busy=0

begin_report() {
    local load
    all_rows=$work/rows.csv
    echo "name,value,unit,scene,family" >"$all_rows"
    started=$SECONDS
    # Other work of the machine, before the first guest makes some.
    read -r load _ </proc/loadavg
    ! awk -v load="$load" 'BEGIN { exit !(load > 1.5) }' || busy=$load
}

# note_guest LOG STATUS
note_guest() {
    # A unit has several words.
    awk '$1 == "row" {
            unit = $4
            for (i = 5; i < NF - 1; i++) unit = unit " " $i
            print $2 "," $3 "," unit "," $(NF - 1) "," $NF
        }' "$1" >>"$all_rows"
    if [ "$2" = 0 ]; then grep -aE '^(ok|not ok|#) ' "$1"; else grep -av '^row ' "$1"; fi || true
    [ "$2" = 0 ] || bad=$((bad + 1))
    claims=$((claims + $(grep -acE '^(not )?ok - ' "$1" || true)))
    failed=$((failed + $(grep -acE '^not ok - ' "$1" || true)))
}

end_report() {
    [ -z "$rows" ] || cp "$all_rows" "$rows"
    awk -F, -f "$daemons/windows/table.awk" "$all_rows"
    [ "$busy" = 0 ] || echo "# The machine was busy with other work (load $busy): use no time of this table."
    [ "$(nproc)" -ge 2 ] || echo "# The machine has one processor: what should have run at once took turns."
    echo "# $claims claims, $failed failed, $bad guests not as expected, $((SECONDS - started)) s"
    [ "$bad" -eq 0 ] && [ "$claims" -gt 0 ]
}
