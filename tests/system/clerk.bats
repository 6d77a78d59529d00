# What a clerk meets at the command line where things do not go as they should: unanswered requests, slips of the keyboard, long texts.

setup_file() {
	load common
	cd "$BATS_FILE_TMPDIR" || return 1
	make_lab
	start_lab
	export LAB
	printf 'Nội dung\n' >a.txt
	v btp send a.txt --to thads --type CV --number 14-CV/ĐU --subject "Trích yếu" --wait delivered --timeout 120 -q >/dev/null
}
teardown_file() { load common; end_lab; }
setup() {
	load common
	cd "$BATS_FILE_TMPDIR" || return 1
}
teardown() {
	kill -CONT "$(pid_of btp)"
	keep_logs
}

# COMMAND… is asked of a daemon that stands still, in text and in JSON; asked again under the ids that it told, it has happened twice, not four times.
unanswered() {
	local id
	kill -STOP "$(pid_of btp)"
	run -8 v btp "$@" --timeout 0.5
	[[ "$(tr -s ' \n' ' ' <<<"$output")" =~ --id\ ([0-9a-f-]{36}) ]]
	ids=("${BASH_REMATCH[1]}")
	[[ "$(LANGUAGE=vi v btp "$@" --id "${ids[0]}" --timeout 0.5 2>&1 | tr -s ' \n' ' ')" == *"kèm --id ${ids[0]}"* ]]
	run -8 --separate-stderr v btp "$@" --timeout 0.5 --json
	ids+=("$(jq -r .error.id <<<"$output")")
	[[ "$(jq -r .error.fix <<<"$output")" == *"--id ${ids[1]}"* ]]
	run -8 v btp "$@" -n --timeout 0.5 --json
	jq -e '.error | has("id") | not' <<<"$output"
	kill -CONT "$(pid_of btp)"
	for id in "${ids[@]}"; do v btp "$@" --id "$id" --json | jq -e --arg id "$id" '.data.id == $id and .data.repeated'; done
}

@test "what had no answer in time tells its id, and asked again under it happens once" {
	local ids
	unanswered send a.txt --to thads --type CV --number 15-CV/ĐU --subject "Một lần"
	[ "$(v btp outbox --number 15-CV/ĐU --json | jq '.data | length')" = 2 ]
	unanswered paper add out --type CV --number 16-CV/ĐU --subject "Một lần" --again
	[ "$(v btp paper list --json | jq '.data | length')" = 2 ]
}
