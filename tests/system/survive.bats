# A short form of `make survive`, and the faults that it must find.

setup() { load common; }

@test "programs that send, follow and accept over the gateway lose and double nothing, whatever is killed" {
	BENCH_DIR=$BATS_TEST_TMPDIR run "$ROOT/tests/bench/survive" 12 7
	echo "$output"
	[ "$status" = 0 ]
	[[ $output =~ "killed "[1-9][0-9]*" daemons, "[1-9][0-9]*" gateways, "[1-9][0-9]*" programs; "[1-9][0-9]*" documents acknowledged" ]]
	[[ $output == *"; 0 wrong" ]]
	[ -z "$(ls -d "$BATS_TEST_TMPDIR"/vt-survive.* 2>/dev/null)" ]
}

@test "one that was not taken, and one that was handed in twice, are noticed" {
	INTEGRATOR_FAULT=forget BENCH_DIR=$BATS_TEST_TMPDIR run "$ROOT/tests/bench/survive" 2 1
	echo "$output"
	[ "$status" = 1 ]
	[[ $output =~ "not so: "[a-z-]+" has "[0-9]+" of "[0-9]+ ]]
	INTEGRATOR_FAULT=twice BENCH_DIR=$BATS_TEST_TMPDIR run "$ROOT/tests/bench/survive" 2 1
	echo "$output"
	[ "$status" = 1 ]
	[[ $output =~ "not so: the outbox of "[a-z-]+" has "[0-9]+" documents, and "[0-9]+" were acknowledged" ]]
}
