# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154
# shows: the requests of daemons in a tight loop

claim_loop() { # SCENE FAMILY
    local at="$1, IPv$2"
    is "$at: every request succeeds, and no packet is damaged" "$(value requests_refused) $(value damaged)" "0 0"
    claim "$at: packets are sent during changes" test "$(value packets_during_changes)" -gt 0
    is "$at: every packet that arrives comes to a spoke that the prefix belonged to while it was sent" "$(value astray)" 0
    is "$at: no packet is lost without an error of sendto()" "$(value lost_silently)" 0
    case $1 in
    agent-*) is "$at: the agent follows each change" "$(value not_followed)" 0 ;;
    *)
        is "$at: once a change is confirmed, no packet goes the old way" "$(value wrong)" 0
        is "$at: no packet is lost between changes" "$(value lost_between_changes)" 0
        ;;
    esac
    case $1-$2 in
    control-*) claim "$at: packets are lost, so that losses are noticed" test "$(value lost)" -gt 0 ;;
    replace-4 | replace-covered-4 | agent-replace-4 | gateway-moves-* | allowedips-move-*) is "$at: no packet is lost" "$(value lost)" 0 ;;
    replace-6 | replace-alone-*)
        claim "$at: at fewer than one change in a hundred a packet is lost" test "$((100 * $(value lost)))" -lt "$(value changes)" ;;
    esac
}

run_loop() { # SCENE SECONDS
    local of
    for of in "${families[@]}"; do
        measure "$1" "$of" windows loop "$1" "$of" "$2"
        claim_loop "$1" "$of"
    done
}

topology star
receive_everything
run_loop control 0.5
for scene in replace replace-alone replace-covered delete-add delete-add-covered gateway-moves allowedips-move allowedips-two allowedips-list; do
    run_loop "$scene" "$seconds"
done
full agent /run/agent 2>/run/agent.log &
agent=$!
wait_for "the agent starts" 30 test -s /run/agent
for scene in agent-replace agent-delete-add; do run_loop "$scene" "$seconds"; done
kill "$agent"
