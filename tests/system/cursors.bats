# Lists in parts: each entry once, the newest first, whatever comes meanwhile.

setup() { load common; cd "$BATS_TEST_TMPDIR" || return 1; printf 'Nội dung\n' >a.txt; }
teardown() { load common; end_lab; }

send() { v btp send a.txt --to thads --type CV --number "$1-CV/ĐU" --subject "Thử $1" --wait delivered --timeout 120 -q >/dev/null; }
# All parts of a list, a number a line; between two of them another document comes.
parts() { # WHO NEW COMMAND…
	local who=$1 new=$2 cursor= answer parts=0
	shift 2
	while :; do
		answer=$(v "$who" "$@" --json ${cursor:+--cursor "$cursor"}) || return 1
		jq -r '.data[].number' <<<"$answer"
		cursor=$(jq -r '.next // empty' <<<"$answer")
		[ -n "$cursor" ] || break
		((++parts < 20)) || return 1
		[ -z "$new" ] || send "$new$parts" || return 1
	done
}

@test "outbox and inbox in parts of two while more is sent: each of those that were there once, the newest first" {
	local n wanted
	make_lab
	start_lab
	for n in 1 2 3 4 5; do send "$n"; done
	wanted=$(printf '%s-CV/ĐU\n' 5 4 3 2 1)
	[ "$(parts btp 1 outbox --limit 2)" = "$wanted" ]
	[ "$(parts thads 2 inbox --limit 2 | tail -n 5)" = "$wanted" ]
	# A list that is whole says that nothing follows; one that nobody cut says nothing of it.
	v btp outbox --limit 100 --json | jq -e 'has("next") and .next == null'
	[ "$(v btp outbox --json | jq 'has("next")')" = false ]
	# Words are matched here, after the daemon.
	[ "$(parts btp "" outbox thu --limit 3 | sort | uniq -d | wc -l)" = 0 ]
	[ "$(parts btp "" outbox "Thử 4" --limit 1)" = "4-CV/ĐU" ]
	run ! v btp outbox --cursor x
	[[ $output == *"next"* ]]
	run ! v thads inbox --cursor 5
	[[ $output == *"--page"* ]]
}

@test "find in parts has documents and paper, each once, on one day or on several" {
	local n all
	make_lab
	start_lab
	for n in 1 2 3; do send "$n"; done
	for n in 11 12 13 14; do
		v btp paper add out --type CV --number "$n-CV/ĐU" --subject "Giấy $n" --date 2026-11-0$((n % 2 + 1)) --to "Sở Tư pháp" -q >/dev/null
	done
	all=$(v btp find cv --json | jq -r '.data[].number')
	[ "$(wc -l <<<"$all")" = 7 ]
	for n in 1 2 3 5; do
		[ "$(parts btp "" find cv --limit $n)" = "$all" ]
	done
}

@test "a register in parts: each line once, with its additions, and what is entered meanwhile at the end" {
	local n
	make_lab
	start_lab
	for n in 1 2 3 4 5; do send "$n"; done
	v btp recall ask 2-CV/ĐU --reason "nhầm" -q >/dev/null
	register() { # LIMIT: numbers, a line each, with how many additions
		local cursor= answer
		while :; do
			answer=$(v btp register out --json --limit "$1" ${cursor:+--cursor "$cursor"}) || return 1
			jq -r '.data[] | "\(.number) \(.additions | length)"' <<<"$answer"
			cursor=$(jq -r '.next // empty' <<<"$answer")
			[ -n "$cursor" ] || break
		done
	}
	for n in 1 2 3 7; do
		[ "$(register $n)" = "$(v btp register out --json | jq -r '.data[] | "\(.number) \(.additions | length)"')" ]
	done
	[ "$(register 2 | wc -l)" = 5 ]
	[ "$(v btp register out --json --limit 5 | jq .next)" = null ]
	run ! v btp register out --limit 2
	run ! v btp register out --json --cursor 2026
}
