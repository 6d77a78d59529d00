# The benchmark cannot rot: a short run of all its measures. No figure is asserted, but every document and every receipt is counted.

setup() { load common; }

@test "a short benchmark counts every document and receipt, and takes the figures of peers" {
	cd "$BATS_TEST_TMPDIR"
	printf '%s\n' 'mosquitto docs=300 bytes=1000000 docs_per_s=290' 'something else' 'rabbitmq+ed25519 docs=30000 bytes=4096 docs_per_s=3252' \
		'jetstream+ed25519 docs=30000 bytes=4096 docs_per_s=5665' >peers.txt
	BENCH=smoke PEERS=$PWD/peers.txt BENCH_DIR=$BATS_TEST_TMPDIR BENCH_OUT=$PWD/bench.json run --separate-stderr "$ROOT/tests/bench/run"
	echo "$output" "$stderr"
	[ "$status" = 0 ]
	[[ $output == *"best signed peers: 4 KiB jetstream+ed25519 5,665/s"* ]]
	# What the contract of bench.json names is there, and is a number.
	jq -e '[.docs_4k_per_s, .docs_1m_per_s, .latency_ms.p50, .latency_ms.p99, .idle_rss_bytes] | all(type == "number" and . > 0)' bench.json
	jq -e '.all | .queued_documents == 300 and .latency_docs == 100 and .latency_sync_p99_ms > 0 and .urgent_sync_p99_ms > 0 and .us_docs_4k > 0 and .fan_out_subordinates == 3 and .signatures_docs_4k_tinh > 0' bench.json
	jq -e '[.all | .rest_1, .rest_64, .socket_64, .up_cli, .up_tls, .down_plain, .gateway_idle_rss_bytes, .gateway_peak_rss_bytes] | all(type == "number" and . > 0)' bench.json
	# Nothing of it is left running or lying about.
	[ -z "$(ls -d vt-bench.* 2>/dev/null)" ]
}

@test "a load whose recipient is down is not called delivered" {
	printf 'committees:\n  - {id: btp, name: "A", symbol: "ĐU"}\n  - {id: thads, name: "B", symbol: "ĐUTHA", superior: btp}\n' >"$BATS_TEST_TMPDIR/tree.yaml"
	make_lab "$BATS_TEST_TMPDIR/tree.yaml"
	start_lab btp
	run timeout 5 "$ROOT/build/bench/bench" load "$LAB/btp" --to=thads --docs=5 --bytes=100
	stop_lab
	echo "$output"
	[ "$status" = 124 ]
	[ -z "$output" ]
}

@test "a list of peers without any is refused" {
	echo nothing >"$BATS_TEST_TMPDIR/peers.txt"
	BENCH=smoke PEERS=$BATS_TEST_TMPDIR/peers.txt run "$ROOT/tests/bench/run"
	[ "$status" = 2 ]
	[[ $output == *"no line of "*" is one of a peer"* ]]
	BENCH=other run "$ROOT/tests/bench/run"
	[ "$status" = 2 ]
	[[ $output == *"BENCH=other is unknown"* ]]
}

@test "a clerk's commands after a short year: each of them runs, and what is open in the year is open on the daemons" {
	BENCH_DIR=$BATS_TEST_TMPDIR CLERK_REPEATS=1 run --separate-stderr "$ROOT/tests/bench/clerk" 200
	echo "$output" "$stderr"
	[ "$status" = 0 ]
	[ -z "$stderr" ]
	[[ $output =~ "# btp: open of what it received "[1-9][0-9]*", of what it sent "[1-9] ]]
	for command in 'register out --period all' 'due --all' 'due --sent --all' 'inbox --all' outbox; do
		grep -Eq "^ *[0-9.]+ +[0-9.]+ +[0-9.]+ +([3-9]|[0-9]{2,})  btp +$command(  \(over\))?\$" <<<"$output"
	done
	[ -z "$(ls -d "$BATS_TEST_TMPDIR"/vt-clerk.* 2>/dev/null)" ]
}
