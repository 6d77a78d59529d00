# Stores that an older daemon wrote, opened by this one: nothing is lost, what was under way goes on, and what came since holds for what lies there.
#
# stores/format-2.tar.gz: a lab t - m - l of the build of 2026-11-25 (dc58773), stopped on 2026-11-28. 1-CV/ĐU and 1-BC/CB are delivered, 2-CV/ĐU with
# a file too; 3-CV/ĐU waits at m for l, 4-TB/ĐU at t for both, and version 5 of the directory is at t alone. Its keys are for this test only. The
# clock is that of the day, so that nothing in it is too old.
#
# stores/format-3.tar.gz: a lab t - m - (l, x) of the build of 2026-11-28 (aa4e312), stopped that day. At t 1-CV/ĐU with a file is delivered,
# 2-CV/ĐU to x, which has ended, refused, 3-CV/ĐU to m and l, with a file, on the way, 4-CV/ĐU accepted, 5-CV/ĐU expired; l's 1-BC/CB is delivered.
# 3, 4 and 5 wait at m for l. What is due lies at t and l (to expire) and at m (content to let go).
#
# stores/format-4.tar.gz: a lab t - m - l of the build of 2026-11-29 (40352ed), stopped that day: the last without registers. 1-CV/ĐU of t is at m and l,
# 1-KH/ĐU at m, m's 1-BC/ĐU at t; 2-CV/ĐU waits for l. On paper: at t 1-TB/ĐU out and 2-TB/ĐU, cancelled; at m 7-CV/HU in.
#
# stores/format-5.tar.gz: a lab t - m - l of the build of 2026-11-29 (8c96452), stopped that day. t gave 01-CV/ĐU to m and l, 01-KH/ĐU to m, 02-CV/ĐU on paper,
# 03-CV/ĐU to l, on its way; 7-CV/HU came on paper. m has accepted 01-CV/ĐU as 1 (assigned, started) and 01-KH/ĐU as 2 (finished), l has returned 01-CV/ĐU;
# t has accepted m's 01-BC/ĐU.
#
# stores/format-7.tar.gz: a lab t - m - l of the build of 2026-11-29 (74a072a), stopped that day: the last that counted by month and direction only. t gave
# 01-CV/ĐU and 02-CV/ĐU to m and l, 01-KH/ĐU (due 2026-12-20) to m; on paper 01-TB/ĐU out, 7-CV/HU in (October), 02-TB/ĐU cancelled. m accepted 01-CV/ĐU, finished
# 01-KH/ĐU and returned 02-CV/ĐU, l accepted 01-CV/ĐU; t accepted m's 01-BC/ĐU and left l's 01-BC/CB.
# stores/format-8.tar.gz: a lab t - m - l of the build of 2026-11-29 (17f87be), stopped that day: the last without a feed of changes. t gave 01-CV/ĐU to m
# (accepted) and l (accepted, returned), and has 7-CV/HU on paper; m gave t 01-BC/ĐU.

setup() {
	load common
	cd "$BATS_TEST_TMPDIR" || return 1
	local lib
	lib=$(compgen -G '/usr/lib/*/faketime/libfaketimeMT.so.1' | head -n 1) || true
	[ -n "$lib" ] || skip "no libfaketime here (package faketime)"
	LAB=$BATS_TEST_TMPDIR/lab
	# Its addresses stand in its signed directory: two runs on one machine, each in its clone, go one after the other.
	exec {TURN}>"/tmp/vanthu-upgrade-$UID.lock"
	flock -w 1200 "$TURN"
	export TZ=UTC FAKETIME_DONT_FAKE_MONOTONIC=1
	DAY=(env "LD_PRELOAD=$lib")
}
teardown() { end_lab; }

unpack() { tar -xzf "$BATS_TEST_DIRNAME/stores/$1.tar.gz"; export FAKETIME="@$2"; }
at() { "${DAY[@]}" "$VANTHU" -c "$LAB/$1" "${@:2}"; }
has() { [ "$(at "$1" "$2" --json | jq -r '[.data[].number]|sort|join(" ")')" = "$3" ]; }
delivered() { at "$1" outbox --json | jq -e 'all(.data[]; .state == "delivered")'; }
complete() { at "$1" show "$2" --thread --json | jq -e '.data | all(.[]; .incomplete | not)'; }
knows() { [ "$(at "$1" committee show l --json | jq -r .data.name)" = "Chi bộ C" ]; }
send() { echo x >x.txt; at "$1" send x.txt --to "$2" --type CV --number "$3" --subject "Sau" --wait delivered --timeout 60 "${@:4}"; }

@test "a store of format 2: all its documents are there and verify, what waited is delivered, numbers and the directory's changes are known" {
	unpack format-2 "2026-11-28 13:20:00"
	"${DAY[@]}" "$VANTHU" lab start "$LAB" -q
	wait_for 60 delivered t
	has t outbox "1-CV/ĐU 2-CV/ĐU 3-CV/ĐU 4-TB/ĐU"
	has t inbox "1-BC/CB"
	has m inbox "2-CV/ĐU 4-TB/ĐU"
	has l inbox "1-CV/ĐU 3-CV/ĐU 4-TB/ĐU"
	has l outbox "1-BC/CB"
	delivered l
	local where number
	while read -r where number; do
		run at "$where" verify "$number"
		[ "$status" = 0 ] || { echo "$where $number: $output"; return 1; }
	done <<-'END'
		l 1-CV/ĐU
		m 2-CV/ĐU
		l 3-CV/ĐU
		l 4-TB/ĐU
		t 1-BC/CB
	END
	at l save 3-CV/ĐU --to saved
	cmp saved/b.txt <(yes "Phụ lục" | head -c 40000)
	at t target recount
	[ "$(at t target --json | jq '.data.paper')" = 1 ]
	# What came since: the changes between two versions that the older build wrote, and numbers that it gave.
	wait_for 60 knows m
	wait_for 60 knows l
	run send t l 2-CV/ĐU --json
	[ "$status" = 0 ]
	[[ $output == *VT-1011* ]]
	send l t 2-BC/CB
	send t l 5-CV/ĐU
	at t committee renew --registry "$LAB/registry" -q
	wait_for 60 eval '[ "$(at l status --json | jq .data.directory.version)" = 6 ]'
	for where in t m l; do
		run at "$where" check
		[ "$status" = 0 ] || { echo "$where: $output"; return 1; }
	done
	! grep -E 'level=error|damaged' "$LAB"/*/vanthud.log
}

is() { [ "$(at t outbox --json | jq -r --arg n "$1" '.data[]|select(.number==$n).state')" = "$2" ]; }
moved() { grep -q 'event=store-moved family=sweep' "$LAB/$1/vanthud.log"; }
kept() { at m resend "$1" --to l -n; }
dropped() { run kept "$1"; [[ $output == *VT-2041* ]]; }

@test "a store of format 3: each document stands where it stood, and what was due is done in its time" {
	local want
	unpack format-3 "2026-11-29 12:00:00"
	"${DAY[@]}" "$VANTHU" lab start "$LAB" t m -q
	for want in 1:delivered 2:refused 3:sending 4:accepted 5:expired; do
		is "${want%:*}-CV/ĐU" "${want#*:}" || { at t outbox; return 1; }
	done
	moved t
	moved m
	kept 1-CV/ĐU
	"$VANTHU" lab stop "$LAB" -q

	# A month later t says which of its own have expired, and m drops what it has passed on. How long things have waited the store itself knows, so
	# the times are cut short; when to look, at what and what for is in the rows that were carried over.
	echo "expire: 1s" >>"$LAB/t/vanthud.yaml"
	printf 'relay:\n  retention: 1s\n' >>"$LAB/m/vanthud.yaml"
	export FAKETIME="@2026-12-30 12:00:00"
	"${DAY[@]}" "$VANTHU" lab start "$LAB" t m -q
	wait_for 60 is 3-CV/ĐU expired
	wait_for 60 is 4-CV/ĐU expired
	is 1-CV/ĐU delivered
	is 2-CV/ĐU refused
	wait_for 60 dropped 1-CV/ĐU
	kept 4-CV/ĐU # it waits for l
	"${DAY[@]}" "$VANTHU" lab start "$LAB" l -q
	moved l
	for want in 3 4 5; do wait_for 60 is "$want-CV/ĐU" delivered; done
	has l inbox "1-CV/ĐU 3-CV/ĐU 4-CV/ĐU 5-CV/ĐU"
	at t target recount
	! grep -E 'level=error|damaged' "$LAB"/*/vanthud.log
}

code() { [ "$(at "$1" inbox --json | jq -r --arg n "$2" '.data[]|select(.number==$n).code')" = "$3" ]; }
arrival() { at "$1" accept "$2" --json | jq -e --argjson n "$3" '.data[0].arrival == $n'; }

@test "a store of format 4: what came before there were registers is accepted, returned and answered, and numbers begin at one" {
	unpack format-4 "2026-11-29 13:00:00"
	"${DAY[@]}" "$VANTHU" lab start "$LAB" -q
	wait_for 60 has l inbox "1-CV/ĐU 2-CV/ĐU"
	code m 1-KH/ĐU 01
	arrival m 1-KH/ĐU 1
	arrival m 1-CV/ĐU 2
	arrival l 1-CV/ĐU 1
	at l return 2-CV/ĐU --reason "gửi nhầm"
	wait_for 60 eval '[ "$(at t show 2-CV/ĐU --json | jq -r ".data.receipts[0].code")" = 02 ]'
	wait_for 60 eval '[ "$(at t show 1-CV/ĐU --json | jq -c "[.data.receipts[].arrival]")" = "[1,2]" ]'
	at t paper cancel 1-TB/ĐU --reason "thử" # which has no line
	at t paper list --json | jq -e '[.data[].number]|sort == ["1-TB/ĐU","2-TB/ĐU"]'
	send t m 3-CV/ĐU
	at t target recount
	! grep -E 'level=error|damaged' "$LAB"/*/vanthud.log
}

still_to_do() { at "$1" due --all --json | jq -e --argjson w "$2" '[.data[].number] == $w'; }
line() { at "$1" register "$2" --json | jq -r '[.data[] | "\(.number):\(.symbol)"] | join(" ")'; }

@test "a store of format 5: registers and series of numbers stand where they stood, and go on from there" {
	unpack format-5 "2026-11-29 14:00:00"
	"${DAY[@]}" "$VANTHU" lab start "$LAB" -q
	grep -q 'event=store-moved family=line' "$LAB/t/vanthud.log"
	grep -q 'event=store-moved family=series' "$LAB/t/vanthud.log"
	[ "$(line t out)" = "1:01-CV/ĐU 2:01-KH/ĐU 3:02-CV/ĐU 4:03-CV/ĐU" ]
	[ "$(line m in)" = "1:01-CV/ĐU 2:01-KH/ĐU" ]
	code m 01-CV/ĐU 05
	code m 01-KH/ĐU 06
	code l 01-CV/ĐU 02
	# what is to be done is found in a store from before the index: neither what was finished nor what was returned
	wait_for 60 still_to_do m '["01-CV/ĐU"]'
	wait_for 60 still_to_do l '["03-CV/ĐU"]'
	wait_for 60 has l inbox "01-CV/ĐU 03-CV/ĐU"
	arrival l 03-CV/ĐU 1
	echo x >x.txt
	at t send x.txt --to m --type CV --number auto --subject "Sau" --wait delivered --timeout 60 --json | jq -e '.data.number == "04-CV/ĐU"'
	at t paper add out --type KH --number auto --subject "Sau" --json | jq -e '.data.number == "02-KH/ĐU"'
	[ "$(line t out)" = "1:01-CV/ĐU 2:01-KH/ĐU 3:02-CV/ĐU 4:03-CV/ĐU 5:04-CV/ĐU 6:02-KH/ĐU" ]
	arrival m 04-CV/ĐU 3
	at t target recount
	"${DAY[@]}" "$VANTHU" lab stop "$LAB" -q
	"${DAY[@]}" "$VANTHU" lab start "$LAB" -q # what was moved is not moved again
	[ "$(line m in)" = "1:01-CV/ĐU 2:01-KH/ĐU 3:04-CV/ĐU" ]
	! grep -E 'level=error|damaged' "$LAB"/*/vanthud.log
}

@test "a store of format 5: what came in twice and what answers what is known of documents from before" {
	unpack format-5 "2026-11-29 14:00:00"
	"${DAY[@]}" "$VANTHU" lab start "$LAB" -q
	wait_for 60 complete m 01-KH/ĐU
	send t m 01-CV/ĐU -q
	wait_for 60 has m inbox "01-CV/ĐU 01-CV/ĐU 01-KH/ĐU"
	at m accept --all-valid --json | jq -e '[.data[].warnings // []] | flatten == ["VT-1011"]'
	echo x >x.txt
	at m send x.txt --reply-to 01-KH/ĐU --to t --type BC --number 9-BC/CB --subject "Trả lời" --wait delivered --timeout 60 -q
	for one in 01-KH/ĐU 9-BC/CB; do
		at m show $one --thread --json | jq -e '[.data[].number] == ["01-KH/ĐU", "9-BC/CB"]'
	done
}

counts() { at "$1" target --json | jq -c '.data | [.counted, .digital, .paper, .pending, [.by[] | [.direction, .month, .digital, .paper]]]'; }
counted() { [ "$(counts "$1")" = "$2" ]; }

@test "a store of format 7: what was counted by month and direction is counted anew, by type, place and work too, and is the same" {
	local t='[7,5,2,0,[["in","2026-10",0,1],["in","2026-11",2,0],["out","2026-11",3,1]]]'
	local m='[4,4,0,0,[["in","2026-11",3,0],["out","2026-11",1,0]]]' l='[3,3,0,0,[["in","2026-11",2,0],["out","2026-11",1,0]]]'
	unpack format-7 "2026-11-29 14:00:00"
	"${DAY[@]}" "$VANTHU" lab start "$LAB" -q
	wait_for 60 counted t "$t"
	wait_for 60 counted m "$m"
	wait_for 60 counted l "$l"
	for where in t m l; do at $where target recount; done
	# and from there on: what the office does with what came before moves counters as with what comes now
	at t accept 01-BC/CB -q
	at m start 01-CV/ĐU -q
	send l t 02-BC/CB
	wait_for 60 counted t '[8,6,2,0,[["in","2026-10",0,1],["in","2026-11",3,0],["out","2026-11",3,1]]]'
	"${DAY[@]}" "$VANTHU" lab stop "$LAB" -q
	"${DAY[@]}" "$VANTHU" lab start "$LAB" -q
	for where in t m l; do at $where target recount; done
	counted m "$m"
	! grep -E 'level=error|damaged' "$LAB"/*/vanthud.log
}

kinds() { at "$1" changes --json "${@:2}" | jq -r '[.data.changes[].kind] | join(" ")'; }

@test "a store of format 8: the feed begins with the first change of this build, and what came before is acted on and told" {
	local feed next
	unpack format-8 "2026-11-29 18:00:00"
	"${DAY[@]}" "$VANTHU" lab start "$LAB" -q
	wait_for 60 both_links_up
	# Nothing of what was there before is told.
	[ "$(kinds t --kind sent,arrived,paper,numbered,receipt,accepted)" = "" ]
	feed=$(at t changes --json | jq -r .data.feed)
	next=$(at t changes --json | jq .data.next)
	at t accept 01-BC/ĐU -q
	[ "$(kinds t --since "$next")" = "numbered accepted" ]
	at t changes --kind accepted --json | jq -e '.data.changes[0].document.number == "01-BC/ĐU"'
	"${DAY[@]}" "$VANTHU" lab stop "$LAB" -q
	"${DAY[@]}" "$VANTHU" lab start "$LAB" -q
	[ "$(at t changes --json | jq -r .data.feed)" = "$feed" ]
	[ "$(kinds t --since "$next" --kind numbered,accepted)" = "numbered accepted" ]
	! grep -E 'level=error|damaged' "$LAB"/*/vanthud.log
}
both_links_up() { [ "$(kinds m --kind link_up | wc -w)" -ge 2 ] && [ "$(kinds t --kind link_up)" = link_up ]; }
