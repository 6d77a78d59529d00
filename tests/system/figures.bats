# The target's figures after a year, up a tree of real daemons, and by a recount of the exported books that shares no code with them; the whole year:
# `make figures`. Nobody waits for a day's report: each is told to send its own.

setup_file() {
	load common
	cd "$BATS_FILE_TMPDIR" || return 1
	compgen -G '/usr/lib/*/faketime/libfaketimeMT.so.1' >/dev/null || skip "no libfaketime here (package faketime)"
	FIGURES_BOOKS=$PWD/books FIGURES_REPEATS=0 BENCH_DIR=$PWD "$ROOT/tests/year/figures" 500 21 btp thads vanphong thads-nv1 thads-nv2 dhl dhl-ppl khtc htqt hvtp hvtp-ls \
		>figures.txt 2>&1 3>&- || { cat figures.txt; return 1; }
}
setup() { load common; cd "$BATS_FILE_TMPDIR" || return 1; }

@test "each figure at every level is what the books have, and who never reports is missing at every level above" {
	cat figures.txt
	grep -E '^ok - [0-9]+ figures of 11 committees, from [0-9]+ entries of their books: 0 differ$' figures.txt
	# Of each thing that is counted there is something, or nothing is proved of it.
	for what in digital paper pending secret also_paper slow processed late returned recalled; do grep -E "^# in all:.* $what [1-9]" figures.txt; done
	missing() { jq -r '.each.reporters[] | select(.stand == "missing") | .committee' "books/$1/said/subtree.json" | grep -x "$2"; }
	missing thads thads-nv2
	missing btp thads-nv2
	missing btp dhl
	missing btp khtc
	# One in the middle that never reports hides nobody below it.
	jq -e '[.each.sums[] | select(.committee == "dhl-ppl")] | length > 0' books/btp/said/subtree.json
	jq -e '[.each.sums[] | select(.committee == "dhl")] | length == 0' books/btp/said/subtree.json
	# Who moved counts under both, each document where it stood then.
	jq -e '[.each.sums[] | select(.committee == "thads-nv1" and .month <= 24311)] | length > 0' books/thads/said/subtree.json
	jq -e '[.each.sums[] | select(.committee == "thads-nv1" and .month >= 24312)] | length > 0' books/vanphong/said/subtree.json
	# Who has ended counts with what it reported, and who stood below it counts there until then.
	ended() { jq -e --arg of "$1" 'any(.each.reporters[]; .committee == $of and .stand == "ended") and ([.each.sums[] | select(.committee == $of)] | length > 0)' books/btp/said/subtree.json; }
	ended htqt
	ended hvtp
	jq -e '[.whole.sums[] | select(.committee == "hvtp")] | length > 0' books/btp/said/subtree.json
	# Nothing of it is left running or lying about.
	[ -z "$(ls -d vt-figures.* 2>/dev/null)" ]
}

@test "a fault in a line of a book or in one figure is noticed" {
	run -0 "$ROOT/tests/year/plants" books "thads-nv2 dhl khtc"
	echo "$output"
	[ "$(grep -c '^ok - planted' <<<"$output")" = 14 ]
}
