# Counts a committee's digital share from its outbox, inbox and paper, by the definition and by nothing of the daemon's counters, and compares
# with `vanthu target`.   count_share CONFIG: 0 when equal; the difference on stdout.
count_share() {
	local counted shown
	counted=$({
		"$VANTHU" -c "$1" outbox --json | jq -c '.data[] | {direction: "out", at: .arrived_at, kind: (if .state == "delivered" then "digital" else "pending" end)}'
		"$VANTHU" -c "$1" inbox --json | jq -c '.data[] | {direction: "in", at: .arrived_at, kind: "digital"}'
		"$VANTHU" -c "$1" paper list --json | jq -c '.data[] | select(.state == "counted") | {direction, month: .date[0:7], kind: "paper"}'
	} | jq -cs 'map(if .month then . else .month = (.at[0:19] + "Z" | fromdate + 7 * 3600 | todate)[0:7] end)
		| group_by(.month, .direction)
		| map({direction: .[0].direction, month: .[0].month} + ({digital: 0, paper: 0, pending: 0} + (group_by(.kind) | map({(.[0].kind): length}) | add)))')
	shown=$("$VANTHU" -c "$1" target --period all --json |
		jq -cS '.data | .by | map(select(.digital + .paper + .pending > 0) | {direction, month, digital, paper, pending}) | sort_by(.month, .direction)')
	counted=$(jq -cS 'sort_by(.month, .direction)' <<<"$counted")
	[ "$shown" = "$counted" ] || { printf 'shown   %s\ncounted %s\n' "$shown" "$counted"; return 1; }
	"$VANTHU" -c "$1" target --period all --json | jq -e '.data
		| .counted == ([.by[] | .digital + .paper + .pending] | add // 0) and .digital == ([.by[].digital] | add // 0)
		and (if .counted == 0 then .share == null else ((.share - .digital / .counted) | fabs) < 1e-9 end)' >/dev/null ||
		{ echo "the sums do not fit the rows"; return 1; }
	"$VANTHU" -c "$1" target recount --json | jq -e '.data.equal' >/dev/null || { echo "a recount differs"; return 1; }
}
