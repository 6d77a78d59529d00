# A short form of `make versions`, with both daemons of this build, and the faults that it must find.

setup() { load common; }

@test "daemons that are exchanged one by one under load lose, double and alter nothing" {
	BENCH_DIR=$BATS_TEST_TMPDIR run "$ROOT/tests/bench/versions" --short --seconds 0.5 build
	echo "$output"
	[ "$status" = 0 ]
	[[ $output =~ [1-9][0-9]*" documents, "[1-9][0-9]*" copies: lost 0, doubled 0, foreign 0" ]]
	[[ $output =~ "stores opened 4; 0 wrong" ]]
	[ -z "$(ls -d "$BATS_TEST_TMPDIR"/vt-* 2>/dev/null)" ]
}

@test "a document that is dropped, one that is altered and two in another order are noticed" {
	BENCH_DIR=$BATS_TEST_TMPDIR run "$ROOT/tests/bench/versions" --short --seconds 0.5 --canary drop,alter,swap build
	echo "$output"
	[ "$status" = 1 ]
	[[ $output =~ "lost "[1-9] ]]
	[[ $output == *"not so: documents came out of order"* ]]
	[[ $output == *"not so: copies are not what was sent"* ]]
	[[ $output =~ "receipts missing: "[1-9] ]]
}

@test "a revision that a clone lacks is skipped, and counted" {
	run "$ROOT/tests/bench/versions" 0000000000000000000000000000000000000001
	[ "$status" = 77 ]
	[[ $output == *"SKIP: revision 0000000000000000000000000000000000000001 is not in this clone"* ]]
	[[ $output == *"0 revisions passed, 0 failed, 1 skipped" ]]
}
