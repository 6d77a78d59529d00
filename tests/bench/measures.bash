# What docs/BENCHMARKS.md names, one function each. They note KEY VALUE; tests/bench/table.awk makes the table.

note() { echo "$1 $2" >>"$NOTES"; }
noted() { awk -v k="$1" '$1 == k { v = $2 } END { print v }' "$NOTES"; }
field() { jq -r "$1" <<<"$RESULT"; }

limits() {
	local json
	json=$("$PROGRAM" limits "$WORK")
	jq -r 'to_entries[] | "limit_\(.key) \(.value)"' <<<"$json" >>"$NOTES"
}

# What the disk takes for a sync in the same seconds: a tail of ours beside its tail.
syncs_begin() { "$PROGRAM" syncs "$WORK" >"$WORK/syncs.json" & beside=$!; }
syncs_end() { # NAME
	kill "$beside"
	wait "$beside"
	beside=
	RESULT=$(cat "$WORK/syncs.json")
	note "$1_sync_p50_ms" "$(field .p50_ms)"
	note "$1_sync_p99_ms" "$(field .p99_ms)"
}

us_of() { awk '{ print ($14 + $15) * 10000 }' "/proc/$1/stat"; } # processor time of a process; ticks are 10 ms

# A figure a round; signatures and syncs are what the daemons counted meanwhile. A commit syncs twice: its pages, and the page that names them.
one_round() { # NAME DOCS BYTES
	local name=$1 docs=$2 bytes=$3 who before after us
	new_lab 1
	local -A at
	us=$(($(us_of "$(pid_of tinh)") + $(us_of "$(pid_of huyen-1)")))
	for who in tinh huyen-1; do at[$who]=$(figures $who); done
	RESULT=$(load --to=huyen-1 --docs="$docs" --bytes="$bytes")
	[ "$(field .receipts)" = "$docs" ] && [ "$(field .delivered)" = "$docs" ]
	note "round_$name" "$(field .docs_per_s)"
	us=$(($(us_of "$(pid_of tinh)") + $(us_of "$(pid_of huyen-1)") - us))
	note "round_us_$name" "$((us / docs))"
	for who in tinh huyen-1; do
		before=${at[$who]} after=$(figures $who)
		jq -rn --argjson a "$before" --argjson b "$after" --arg k "${name}_${who%-1}" --argjson n "$docs" '
			"round_signatures_\($k) \(($b.signatures - $a.signatures) / $n)",
			"round_syncs_\($k) \((2 * ($b.commits - $a.commits) + $b.file_syncs - $a.file_syncs) / $n)"' >>"$NOTES"
	done
	end_lab
}
medians() { # of all rounds
	local key
	for key in $(awk '$1 ~ /^round_/ { print $1 }' "$NOTES" | sort -u); do
		note "${key#round_}" "$(awk -v k="$key" '$1 == k { print $2 }' "$NOTES" | median)"
	done
}
throughput() { # ROUNDS DOCS_4K DOCS_1M
	local r
	for ((r = 0; r < $1; r++)); do
		one_round docs_4k "$2" 4096
		one_round docs_1m "$3" 1000000
	done
	medians
}

# On this disk, and on one that takes 5 ms more for each sync, in turns.
far() { # ROUNDS DOCS
	local r where
	for ((r = 0; r < $1; r++)); do
		for where in near far; do
			if [ $where = far ]; then SLOW_SYNC_US=5000 LD_PRELOAD="$ROOT/build/tests/slow_sync.so" new_lab 1; else new_lab 1; fi
			RESULT=$(load --to=huyen-1 --docs="$2" --bytes=4096 --in-flight=2048)
			[ "$(field .receipts)" = "$2" ] && [ "$(field .delivered)" = "$2" ]
			note round_$where "$(field .docs_per_s)"
			end_lab
		done
	done
	medians
	note far_of_near "$(awk -v n="$(noted near)" -v f="$(noted far)" 'BEGIN { print f / n }')"
}

latency() { # SECONDS: its own share of the time for each of the two
	new_lab 1
	note idle_rss_bytes "$(settled_rss tinh huyen-1)"
	load --to=huyen-1 --docs=100 --bytes=4096 >/dev/null
	syncs_begin
	RESULT=$(load --to=huyen-1 --docs=$((100 * $1)) --bytes=4096 --rate=100)
	note latency_p50_ms "$(field .receipt_ms.p50)"
	note latency_p99_ms "$(field .receipt_ms.p99)"
	note latency_docs "$(field .receipts)"
	syncs_end latency
	RESULT=$(load --to=huyen-1 --docs=$((100 * $1)) --bytes=4096 --await)
	note one_at_a_time "$(field .docs_per_s)"
	end_lab
}

delivered() { [ "$(v tinh trace "$1" --json | jq -r .data.state)" = delivered ]; }

# Urgent documents while a large attachment moves on the same link: the batches that ended before it was whole.
urgent() { # BYTES
	local id n=0
	new_lab 1
	head -c "$1" /dev/urandom >"$WORK/large"
	printf 'x\n' >"$WORK/doc.txt"
	id=$(v tinh send "$WORK/doc.txt" "$WORK/large" --to huyen-1 --type KH --number 1-KH/TU --subject "Phụ lục" --timeout 120 --json | jq -r .data.id)
	rm -f "$WORK/urgent"
	syncs_begin
	while ! delivered "$id"; do
		[ ! -f "$WORK/batch" ] || cat "$WORK/batch" >>"$WORK/urgent"
		rm -f "$WORK/batch"
		load --to=huyen-1 --docs=20 --bytes=4096 --rate=50 --urgent --samples="$WORK/batch" >/dev/null
		n=$((n + 1))
		((n < 400))
	done
	syncs_end urgent
	if [ -s "$WORK/urgent" ]; then
		note urgent_p99_ms "$(percentile 0.99 <"$WORK/urgent")"
		note urgent_docs "$(wc -l <"$WORK/urgent")"
	fi
	note urgent_bytes "$1"
	rm -f "$WORK/large"
	end_lab
}

fan_out() { # SUBORDINATES ROUNDS
	local r
	new_lab "$1"
	for ((r = 0; r < $2; r++)); do
		RESULT=$(load --to=subordinates --docs=1 --receipts="$1" --bytes=4096)
		[ "$(field .receipts)" = "$1" ]
		field .seconds >>"$WORK/fan"
	done
	note fan_out_s "$(median <"$WORK/fan")"
	note fan_out_subordinates "$1"
	end_lab
}

archived() { [ "$(v "$1" outbox --state delivered --json | jq '.data | length')" = "$2" ]; }
queue_empty() { [ "$(v tinh link show huyen-1 --json | jq .data.queued)" = 0 ]; }

# The subordinate is down: everything waits at the origin. Then it comes back, and all of it is archived at both ends.
archive() { # DOCUMENTS
	new_lab 1
	"$VANTHU" lab stop "$LAB" huyen-1 -q >/dev/null
	RESULT=$(load --to=huyen-1 --docs="$1" --bytes=4096 --no-receipts)
	[ "$(field .accepted)" = "$1" ]
	note queued_rss_bytes "$(settled_rss tinh)"
	note queued_documents "$1"
	"$VANTHU" lab start "$LAB" huyen-1 -q >/dev/null
	wait_for 900 queue_empty
	wait_for 300 archived tinh "$1"
	note archived_rss_bytes "$(settled_rss tinh huyen-1)"
	start_up
	commands
	end_lab
}

start_up() {
	local r who
	rm -f "$WORK/starts"
	for ((r = 0; r < (REPEATS + 1) / 2; r++)); do
		"$VANTHU" lab stop "$LAB" -q >/dev/null
		for who in tinh huyen-1; do took_ms "$VANTHU" lab start "$LAB" "$who" -q >>"$WORK/starts"; done
	done
	note start_ms "$(median <"$WORK/starts")"
}

# Look-ups, words and filters over an archive of documents as offices write them; the slowest counts. The first question, which makes the catalogue
# and reads all by itself, is a figure of its own.
nowhere() { v "$1" find 'không có ở đâu cả' -q; }
quick() { awk -v a="$(took_ms nowhere "$1")" -v b="$(noted "reads_first_$1")" 'BEGIN { exit !(a < b / 3) }'; }
# A month of this year that has no line: all were made in this one.
period_without() { printf '%s-%02d' "$(date +%Y)" $((10#$(date +%m) == 1 ? 2 : 1)); }
reads() { # DOCUMENTS
	local who rest r ms name slowest=0
	new_lab 1
	RESULT=$(load --to=huyen-1 --docs="$1" --bytes=1024 --varied --no-receipts)
	[ "$(field .accepted)" = "$1" ]
	wait_for 900 queue_empty
	wait_for 300 archived tinh "$1"
	note reads_documents "$1"
	# what was read meanwhile may have made some of it
	"$VANTHU" lab stop "$LAB" -q >/dev/null
	"$VANTHU" lab start "$LAB" -q >/dev/null
	wait_for 60 links_up 1
	if [ -n "${BENCH_FIRST:-}" ]; then
		chrt --fifo --pid 10 $$
		for who in tinh huyen-1; do chrt --all-tasks --fifo --pid 10 "$(pid_of "$who")"; done
	fi
	for who in tinh huyen-1; do
		note "reads_first_$who" "$(took_ms nowhere $who)"
		((${1} < 10000)) || wait_for 120 quick $who
	done
	for ((r = 0; r < REPEATS; r++)); do took_ms "$VANTHU" --version >>"$WORK/process"; done
	note reads_process_ms "$(median <"$WORK/process")"
	while IFS='|' read -r who rest; do
		rm -f "$WORK/command"
		rest=${rest/\$PERIOD_WITHOUT/$(period_without)}
		eval "rest=($rest)"
		for ((r = 0; r < REPEATS; r++)); do took_ms v $who "${rest[@]}" -q >>"$WORK/command"; done
		ms=$(median <"$WORK/command")
		name="${who}_${rest[*]}"
		note "read_${name// /_}" "$ms"
		if awk -v a="$ms" -v b="$slowest" 'BEGIN { exit !(a > b) }'; then
			slowest=$ms
			note reads_slowest "${name// /_}"
		fi
	done <<-'COMMANDS'
		huyen-1|show 9-bc/đu
		huyen-1|find 'ke hoach chuyen doi'
		huyen-1|find 'ke hoach chuyen doi' --limit 20
		huyen-1|find 'bao wipha'
		huyen-1|find 'về việc'
		huyen-1|find 'không có ở đâu cả'
		huyen-1|find 9-bc/du
		huyen-1|find --number 009-BC/ĐU
		huyen-1|find --type BC --limit 20
		huyen-1|find --from huyen-1
		huyen-1|find --to tinh
		huyen-1|find --since 2000-01-01 --until 2000-12-31
		huyen-1|inbox
		huyen-1|inbox --new --limit 20
		huyen-1|inbox 'bao wipha'
		huyen-1|inbox --number 009-BC/ĐU
		tinh|outbox
		tinh|outbox --state expired
		tinh|outbox --number 009-BC/ĐU
		tinh|outbox 'bao wipha' --limit 20
		tinh|register out --period 2020
		tinh|register out --period $PERIOD_WITHOUT
		tinh|target why
		huyen-1|target why --period 2020
	COMMANDS
	note reads_ms "$slowest"
	note reads_rss_bytes "$(settled_rss tinh huyen-1)"
	end_lab
}

# Every read command on the full archive, with the two names of a document; the slowest is what counts.
commands() {
	local id line who rest r slowest=0 ms
	id=$(v huyen-1 inbox --limit 1 --json | jq -r '.data[0].id')
	while read -r who rest; do
		rm -f "$WORK/command"
		for ((r = 0; r < REPEATS; r++)); do
			# shellcheck disable=SC2086
			took_ms v $who $rest -q >>"$WORK/command"
		done
		ms=$(median <"$WORK/command")
		line=${rest//$id/ID}
		note "command_${line// /_}" "$ms"
		if awk -v a="$ms" -v b="$slowest" 'BEGIN { exit !(a > b) }'; then
			slowest=$ms
			note command_slowest "${line// /_}"
		fi
	done <<-COMMANDS
		tinh status
		tinh link list
		tinh queue
		tinh outbox --limit 20
		huyen-1 inbox --limit 20
		huyen-1 show $id
		tinh trace $id
		tinh committee list
		tinh key list
	COMMANDS
	note command_ms "$slowest"
}
