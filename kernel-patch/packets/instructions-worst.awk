# SPDX-License-Identifier: GPL-2.0-only
# Of the rows with that name, the largest value of each group, as "GROUP VALUE CONFIGURATION": variant, family and operation make a group.
BEGIN { FS = "," }
$1 == name {
    group = $11 ",_IPv" $5 ",_" $6
    if (!(group in worst)) order[++count] = group
    if (!(group in worst) || $2 > worst[group]) {
        worst[group] = $2 + 0
        where[group] = $4 ", " $7 ", " $8 " prefixes, " $10 " bytes"
    }
}
END { for (i = 1; i <= count; i++) print order[i], worst[order[i]], where[order[i]] }
