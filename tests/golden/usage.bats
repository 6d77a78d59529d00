# Faults of usage: exit 2 and nothing done, the word that is wrong or missing, and what to do. No daemon is asked.

setup() {
	load ../system/common
	cd "$BATS_TEST_TMPDIR" || return 1
	printf 'committees:\n  - {id: tren, name: "Đảng ủy", symbol: ĐU}\n  - {id: duoi, name: "Chi bộ", symbol: CB, superior: tren}\n' >tree.yaml
}

# What is said | arguments
table() {
	cat <<-'END'
		no such option: -x|-x
		no such option: -x|-x status
		no such option: --foo|--foo bar
		no such option: --nope|outbox --nope
		which command?|-q
		--type was given twice, with different values: CV, KH|inbox --type CV --type KH
		--number was given twice|send x --number 1 --number 2
		--timeout was given twice|status --timeout 1 --timeout 2
		--count: not understood: x|watch --count x
		--count: not understood: 0|watch --count 0
		not understood: nosuch|queue show nosuch
		not understood: x|status x
		not understood: x|version x
		not understood: x|demo x
		not understood: b|target show b
		not understood: b|help send b
		not understood: foo|target foo
		not understood: foo|target by foo
		still missing: committee|target by
		takes no --missing|target by type --missing
		not understood: foo|target recount foo
		takes no --reason|paper list --reason x
		takes no --period|paper add in --type CV --period 2026
		no --from|paper add out --from X
		no --to|paper add in --to X
		takes no --repair|target --repair
		takes no --period|target recount --period 2026
		takes no --tree|lab status x --tree tree.yaml
		still missing: ID, --reason TEXT|paper cancel
		still missing: ID|link show
		still missing: ID, sign|key revoke
		still missing: REQUEST, --registry DIR|key rotate
		still missing: DIR, --tree FILE|lab create
		still missing: ID, --superior ID, --name NAME, --symbol TEXT|lab add there
		still missing: --superior ID, --registry DIR|committee move thads
		one of these is wanted: create, start, stop, status, add|lab
		one of these is wanted: bash, zsh, words|completion
		--port: not understood: 99999|lab create there --tree tree.yaml --port 99999
		2 ports are wanted|lab create there --tree tree.yaml --port 65535
		did you mean: vanthu link list|link lits
		UUID|send x --id 00000000-0000-0000-0000-000000000000
		UUID|send x --id 11111111-2222-4333-8444-55555555555
		UUID|paper add in --id 00000000-0000-0000-0000-000000000000
		name recipients with --to|send x --to , --type CV --subject x
	END
}

@test "the word that is wrong or missing is named, with exit 2 and nothing made" {
	while IFS='|' read -r said arguments; do
		[ -n "$said" ] || continue
		run "$VANTHU" $arguments
		[ "$status" = 2 ] && [[ $output = *"$said"* ]] || { echo "$status of vanthu $arguments: $output"; return 1; }
	done < <(table)
	[ ! -e there ]
}

@test "every fault of usage is an object with --json, and says what to do" {
	while IFS='|' read -r said arguments; do
		code=0
		"$VANTHU" $arguments --json >out 2>err || code=$?
		[ "$code" = 2 ] && jq -e '.v == 1 and .error.code == "VT-1001" and .error.fix != ""' out >/dev/null || { echo "vanthu $arguments"; cat out; return 1; }
	done < <(table)
	"$VANTHU" --json --version | jq -e .data.version
	run -2 --separate-stderr "$VANTHU" --json
	jq -e '.error.fix == "vanthu help"' <<<"$output"
}

@test "a send to nobody is a fault of usage" {
	run -2 "$VANTHU" send tree.yaml --type CV --subject x
	[[ $output = *VT-2004* ]]
}

@test "what is near is suggested, and nothing else" {
	[[ $("$VANTHU" outbox --nope 2>&1) != *"did you mean"* ]]
	[[ $("$VANTHU" outbox --tpye x 2>&1) = *"did you mean --type"* ]]
	[[ $("$VANTHU" ls 2>&1) != *"did you mean"* ]]
	[[ $("$VANTHU" satus 2>&1) = *"did you mean: vanthu status"* ]]
}

@test "a word that looks like an option and is a file is told by its own name" {
	cd "$BATS_TEST_TMPDIR"
	touch -- -n.txt
	run -2 "$VANTHU" send X -n.txt
	[[ ${lines[0]} == *"no such option: -n.txt" ]]
	[[ ${lines[1]} == *"./-n.txt" ]]
	run -2 "$VANTHU" send X -qz Y
	[[ ${lines[0]} == *"no such option: -qz" ]]
	run -2 "$VANTHU" send X --toto
	[[ ${lines[0]} == *"no such option: --toto" ]]
	run -2 "$VANTHU" send X -z
	[[ ${lines[0]} == *"no such option: -z" ]]
}
