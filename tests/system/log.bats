# The history: what a daemon did, in one chain. Whoever changes it, or what it tells of, is found out, also when every checksum is right.

setup() {
	load common
	cd "$BATS_TEST_TMPDIR" || return 1
	make_lab
	printf 'x\n' >doc.txt
	start_lab btp thads
	v btp send doc.txt --to thads --type CV --number 1-CV/ĐU --subject "một" --wait delivered --timeout 120 -q >/dev/null
	v btp send doc.txt --to thads --type CV --number 2-CV/ĐU --subject "hai" --wait delivered --timeout 120 -q >/dev/null
}
teardown() { end_lab; }

HISTORY=39 ACT=19

damaged() { # FAMILY NTH HOW: while the daemon is down
	"$VANTHU" lab stop "$LAB" btp -q >/dev/null
	"$ROOT/build/tests/damage" "$LAB/btp/data/store" "$@" >/dev/null
	start_lab btp
}
verify() { # faults of the whole chain: LINE WHAT WHY
	v btp log verify --json | jq -r '.data.faults[] | "\(.line) \(.what) \(.why)"'
}

@test "the chain of a daemon that did its work is whole, at both ends and after a restart, and is shown line by line" {
	local c
	for c in btp thads; do
		v "$c" log verify --json | jq -e '.data | .whole and .lines == .last and .entries > .lines and .fault_count == 0 and (.begun | length) == 1'
	done
	"$VANTHU" lab stop "$LAB" btp -q >/dev/null
	start_lab btp
	v btp log verify --json | jq -e '.data.whole'
	v btp log show --since 0 --limit 1 --json | jq -e '.data.lines[0] | .number == 1 and .entries[0].what == "begun" and .entries[1].what == "started"'
	v btp log show --limit 1000 --json | jq -e '[.data.lines[].entries[]] | ([.[] | select(.what == "document" and .role == "out")] | length) == 2
		and ([.[] | select(.what == "receipt" and .committee == "thads")] | length) == 2 and ([.[] | select(.what == "started")] | length) == 2
		and ([.[] | select(.verb == "send")] | length) == 2 and all(.[]; .stand == "same")'
	v thads log show | grep -q "document"
}

@test "each link of the chain can be computed by anybody from what is shown" {
	v btp log show --since 0 --limit 1000 --json >all.json
	python3 - <<-'PY'
		import hashlib, json
		page, chain = json.load(open("all.json"))["data"], bytes(32)
		for n, line in enumerate(page["lines"], 1):
		    assert line["number"] == n
		    chain = hashlib.sha256(chain + n.to_bytes(8, "big") + bytes.fromhex(line["digest"])).digest()
		    assert chain.hex() == line["chain"]
		assert page["head"] == chain.hex() and page["last"] == len(page["lines"])
	PY
}

@test "a record that was written anew under a right checksum says otherwise than the history: by name, and exit 5" {
	damaged $ACT 0 rewrite
	run --separate-stderr v btp log verify
	[ "$status" -eq 5 ]
	[[ $stderr == *VT-4043* ]]
	[[ $output == *"says otherwise now"* ]]
	[[ $(verify) =~ ^[0-9]+" act differs"$ ]]
}

@test "a record whose checksum is wrong cannot be read: by name" {
	damaged $ACT 1 bit
	[[ $(verify) =~ ^[0-9]+" act unreadable"$ ]]
	run v btp log verify
	[ "$status" -eq 5 ]
}

@test "a line that was written anew under a right checksum does not follow from the one before" {
	local n
	n=$(v btp log verify --json | jq .data.last)
	damaged $HISTORY 2 rewrite
	verify | grep -q "^$((n - 2)) history unchained$"
}

@test "a line that cannot be read is named, and the chain goes on behind it" {
	local n
	n=$(v btp log verify --json | jq .data.last)
	damaged $HISTORY 0 bit
	[ "$(verify)" = "$n history unreadable" ]
	v btp log verify --json | jq -e '.data | .last > '"$n"' and (.begun | length) == 2'
	v btp send doc.txt --to thads --type CV --number 3-CV/ĐU --subject "ba" --wait delivered --timeout 120 -q >/dev/null
	[ "$(verify)" = "$n history unreadable" ]
}

@test "a history that was written anew is found out by the neighbour that heard of it, and at home; and is settled at both" {
	local last line
	wait_for 60 eval "v thads link show btp --json | jq -e '.data.history.line > 3'"
	line=$(v thads link show btp --json | jq .data.history.line)
	last=$(v btp log verify --json | jq .data.last)
	[ "$(v btp log show --since $((line - 1)) --limit 1 --json | jq -r '.data.lines[0].chain')" = "$(v thads link show btp --json | jq -r .data.history.head)" ]
	damaged $HISTORY $((last - line)) end
	wait_for 120 eval "v thads recover status --json | jq -e '.data.neighbours[] | select(.committee == \"btp\" and .code == \"VT-2039\")'"
	wait_for 120 eval "v btp recover status --json | jq -e '.data.neighbours[] | select(.committee == \"thads\" and .code == \"VT-2038\")'"
	v btp status --json | jq -e '.data.alarms | index("VT-2038")'
	run v thads check store
	[[ $output == *VT-2039* ]]
	verify | grep -q "^$line history unchained$"
	# It goes on all the same, and what was found out stays known until somebody settles it.
	v btp send doc.txt --to thads --type CV --number 4-CV/ĐU --subject "bốn" --wait delivered --timeout 120 -q >/dev/null
	v btp recover resume -y
	v thads recover resume btp
	wait_for 60 eval "v thads link show btp --json | jq -e '.data.history.before != null and .data.store_alarm == null'"
	v btp recover status --json | jq -e '.data.neighbours == []'
}
