# Seven daemons in network namespaces while everything fails: a slice of `make chaos` (tests/bench/chaos), bounded by time; what it did is printed. No clock
# jumps here: what was signed ahead may take a quarter of an hour to be settled.

setup() { load common; }

slice() { # [VARIABLE=VALUE…] OPTIONS…
	run env BENCH_DIR="$BATS_TEST_TMPDIR" timeout 1500 "$ROOT/tests/bench/chaos" "$@"
	echo "$output"
	[ "$status" != 77 ] || skip "$output"
	sed -n 's/^/# /; /documents, \|^# seed \|left out/p' <<<"$output" >&3
}

@test "kill -9, stops, links cut and spoilt, a small disk, flipped bits: nothing lost, doubled or out of order" {
	slice --kills 100 --seconds 45 --seed 20261201 --only kill,stop,link,route,proxy,flip
	[ "$status" = 0 ]
	[[ $output == *"lost 0, doubled 0, foreign 0, not of the same bytes 0"* ]]
	[[ $output == *" 0 out of order"* ]]
}
