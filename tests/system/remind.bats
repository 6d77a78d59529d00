# Reminders on real daemons, by clocks that a test sets: who is late is reminded once, again after so
# many working days, and its superior gets a copy; who is not late, or was asked for it back, is not.

setup_file() {
	load common
	FAKETIME_LIB=$(compgen -G '/usr/lib/*/faketime/libfaketimeMT.so.1' | head -n 1) || true
	[ -n "$FAKETIME_LIB" ] || skip "no libfaketime here (package faketime)"
	export FAKETIME_LIB
	cd "$BATS_FILE_TMPDIR" || return 1
	cat >tree.yaml <<-'END'
		committees:
		  - {id: bo, name: Đảng ủy Bộ, symbol: ĐUB}
		  - {id: cuc, name: Đảng bộ Cục, symbol: ĐUC, superior: bo}
		  - {id: phong, name: Chi bộ Phòng, symbol: CBP, superior: cuc}
	END
	make_lab tree.yaml
	export LAB IDS="bo cuc phong"
	echo "nội dung" >vb.txt
	# A Friday that no key is too young for; no day of the weeks after it is off.
	FRIDAY=$(date -d "$(date -d 'today + 21 days' +%F) + $(((5 - $(date -d 'today + 21 days' +%u) + 7) % 7)) days" +%F)
	export FRIDAY
	echo "2020-01-01  Tết dương lịch" >holidays
	printf 'tables:\n  holidays: %s\nreminders:\n  down: 2\n  every: 3\n  superior: 4\n' "$PWD/holidays" >>"$LAB/bo/vanthud.yaml"
}
teardown_file() { load common; end_all; keep_logs; }
# So many days after that Friday: 3 is Monday, 10 the next one.
day() { date -d "$FRIDAY + $1 days" +%F; }
setup() { load common; cd "$BATS_FILE_TMPDIR" || return 1; }
teardown() { keep_logs; }

start_at() { # "YYYY-MM-DD hh:mm:ss", in Vietnam, then who; all of them
	local id at now=$1
	shift
	[ $# -gt 0 ] || read -ra ids <<<"$IDS"
	[ $# -eq 0 ] || ids=("$@")
	end_all
	at=$(TZ=UTC date -d "TZ=\"Asia/Ho_Chi_Minh\" $now" '+%Y-%m-%d %H:%M:%S')
	for id in "${ids[@]}"; do
		TZ=UTC LD_PRELOAD=$FAKETIME_LIB FAKETIME="@$at" FAKETIME_DONT_FAKE_MONOTONIC=1 "$ROOT/build/vanthud" -c "$LAB/$id" >>"$LAB/$id-faked.log" 2>&1 3>&- &
		echo "$!" >"$LAB/$id/faked.pid"
	done
	for id in "${ids[@]}"; do wait_for 60 v "$id" status -q; done
}
end_all() {
	local pid
	for pid in "$LAB"/*/faked.pid; do
		[ -f "$pid" ] || continue
		end_pid "$(cat "$pid")"
		rm -f "$pid"
	done
}
end_pid() {
	kill "$1" 2>/dev/null || return 0
	wait_for 60 ended "$1"
}
send() { # NUMBER DAYS TO [option…]
	v bo send vb.txt --to "$3" --type "$(cut -d- -f2 <<<"${1%/*}")" --number "$1" --subject "Việc $1" --due "$(day "$2")" --wait delivered --timeout 60 -q "${@:4}" >/dev/null
}
remind() { v bo remind "$@" --json | jq -c '[.data[]|[.number,.recipient,.reminder_number,.why]]'; }
reminded() { # COMMITTEE NUMBER: how often, as it knows
	v "$1" show "$2" --json | jq '.data.reminded.count // 0'
}
reminded_is() { [ "$(reminded "$1" "$2")" = "$3" ]; }
has_arrived() { v "$1" find "$2" --json | jq -e '.data | length > 0'; }

@test "who is late is reminded once, by a numbered document that both ends show beside what is due" {
	start_at "$FRIDAY 09:00:00"
	send 1-KH/ĐUB 6 cuc
	send 2-KH/ĐUB 20 cuc
	# nothing is near
	[ "$(remind --all-late)" = "[]" ]
	run -6 v bo remind 2-KH/ĐUB
	[[ $output == *"VT-1041"*"not near"* ]]
	# its Thursday passes
	start_at "$(day 7) 09:00:00"
	run -0 v bo due --sent
	[[ $output == *"vanthu remind"* ]]
	v bo remind --all-late -n --json | jq -e '.data[0].dry_run and .data[0].reminder == null'
	reminded_is bo 1-KH/ĐUB 0
	[ "$(remind --all-late)" = '[["1-KH/ĐUB","cuc","01-CV/ĐUB",null]]' ]
	[ "$(remind --all-late)" = "[]" ]
	run -6 v bo remind 1-KH/ĐUB
	[[ $output == *"VT-1042"*"again from"* ]]
	wait_for 60 reminded_is cuc 1-KH/ĐUB 1
	v bo due --sent --json | jq -e '.data[0] | .reminded.count == 1 and .reminded.last_number == "01-CV/ĐUB" and .remind == "reminded"'
	v cuc due --json | jq -e '[.data[]|select(.number=="1-KH/ĐUB")][0].reminded.count == 1'
	v cuc show 01-CV/ĐUB --json | jq -e '.data | .type == "CV" and .due == null and .reminds == "cuc" and .answers.number == "1-KH/ĐUB" and (.subject | contains("1-KH/ĐUB") and contains("quá hạn 1 ngày làm việc") and contains("Đôn đốc"))'
	run -0 v cuc show 1-KH/ĐUB
	[[ $output == *"Reminded "*"1 time, last "* ]]
	run -0 v cuc inbox
	output=$(tr -s ' \n' ' ' <<<"$output") # a narrow table wraps
	[[ $output == *"reminded 1 time"* ]]
	[[ $output == *"reminds of 1-KH/ĐUB"* ]]
	v cuc show 1-KH/ĐUB --thread --json | jq -e '[.data[]|[.number,.relation]] == [["1-KH/ĐUB","begins"],["01-CV/ĐUB","reminds"]]'
	v cuc save 01-CV/ĐUB --to . -q
	grep -q "Kính gửi: Đảng bộ Cục" don-doc.txt
	grep -q "Việc 1-KH/ĐUB" don-doc.txt
}

@test "not the day after, and not by two at once; after so many working days again" {
	start_at "$(day 10) 09:00:00"
	[ "$(remind --all-late)" = "[]" ]
	reminded_is bo 1-KH/ĐUB 1
	start_at "$(day 12) 09:00:00"
	v bo remind --all-late --json >a.json 3>&- &
	v bo remind --all-late --json >b.json
	wait "$!"
	[ "$(jq -s '[.[].data[].reminder // empty] | length' a.json b.json)" = 1 ]
	reminded_is bo 1-KH/ĐUB 2
	wait_for 60 reminded_is cuc 1-KH/ĐUB 2
	v bo find "lần 2" --json | jq -e '.data | length == 1'
}

@test "the superior of who is late gets a copy, a recipient that is offline its reminder when it comes" {
	start_at "$(day 12) 10:00:00"
	send 3-KH/ĐUB 14 phong
	start_at "$(day 19) 09:00:00" bo cuc # Wednesday: three working days late
	[ "$(remind 3-KH/ĐUB)" = '[["3-KH/ĐUB","phong","03-CV/ĐUB",null]]' ]
	v bo show 03-CV/ĐUB --json | jq -e '.data.to == ["phong"]'
	start_at "$(day 24) 09:00:00" bo cuc # and three more
	v bo remind 3-KH/ĐUB --json | jq -e '.data[0] | .superior == "cuc" and .count == 1'
	wait_for 60 has_arrived cuc 04-CV/ĐUB
	v cuc show 04-CV/ĐUB --json | jq -e '.data | .to == ["phong","cuc"] and .reminds == "phong"'
	start_at "$(day 24) 09:30:00"
	wait_for 60 reminded_is phong 3-KH/ĐUB 2
}

@test "what is finished, asked back or not delivered is not reminded of; each of a group by itself" {
	start_at "$(day 24) 10:00:00"
	send 5-KH/ĐUB 25 subtree
	v cuc accept 5-KH/ĐUB -q
	v cuc finish 5-KH/ĐUB -q
	send 6-KH/ĐUB 25 cuc,phong
	v bo recall ask 6-KH/ĐUB --to cuc --reason "nhầm" -q
	start_at "$(day 26) 09:00:00" bo
	v bo send vb.txt --to phong --type KH --number 7-KH/ĐUB --subject "Việc 7" --due "$(day 26)" -q
	wait_for 60 finished_by_cuc
	v bo remind 5-KH/ĐUB --json | jq -e '[.data[]|[.recipient,.why]] == [["phong",null]]'
	run -7 v bo remind 6-KH/ĐUB --json
	jq -e '[.data[]|[.recipient,.why]] == [["cuc","asked-back"],["phong",null]]' <<<"$output"
	run -6 v bo remind 7-KH/ĐUB
	[[ $output == *"VT-1041"*"not delivered"* ]]
	# of what is not ours, of what names no day, of what nobody knows
	v bo send vb.txt --to cuc --type CV --number 90-CV/ĐUB --subject "Không hạn" -q 2>/dev/null
	run -6 v bo remind 90-CV/ĐUB
	[[ $output == *"VT-1041"* ]]
	run -6 v bo remind 999-KH/ĐUB
	run -6 v bo remind 5-KH/ĐUB --to cuc
	[[ $output == *"VT-1041"* ]]
	printf '5-KH/ĐUB\n6-KH/ĐUB\n' | { run -6 v bo remind - --json; jq -e '[.data[]|.error] == ["VT-1042","VT-1041","VT-1042"]' <<<"$output"; }
}
finished_by_cuc() { v bo show 5-KH/ĐUB --json | jq -e '[.data.receipts[]|select(.committee=="cuc")][0].code == "06"'; }

@test "a timer reminds where that is configured, and only then" {
	start_at "$(day 31) 09:00:00"
	wait_for 60 is_delivered 7-KH/ĐUB # its recipient was offline
	[ "$(remind --all-late --auto)" = "[]" ]
	printf '  auto: yes\n' >>"$LAB/bo/vanthud.yaml"
	kill -HUP "$(cat "$LAB/bo/faked.pid")"
	wait_for 30 grep -q 'event=reload' "$LAB/bo-faked.log"
	v bo remind --all-late --auto --json | jq -e '.data | length >= 3'
	[ "$(remind --all-late --auto)" = "[]" ]
	# near its day, as reminders.down says; the first after its day does not wait for `every`
	send 8-KH/ĐUB 33 cuc
	[ "$(remind --all-late --auto | jq -c '[.[]|.[0]]')" = '["8-KH/ĐUB"]' ]
	v bo find "8-KH/ĐUB ngày" --json | jq -e '.data[0].subject | contains("còn 2 ngày làm việc")'
	start_at "$(day 34) 09:00:00"
	v bo remind --all-late --auto --json | jq -e '[.data[].number] | index("8-KH/ĐUB") != null'
	# of what it received
	run -5 v cuc remind "$(v cuc inbox --json | jq -r '.data[0].id')"
	[[ $output == *"VT-2051"* ]]
	run -2 v bo remind --auto
	run -2 v bo remind
}
is_delivered() { v bo show "$1" --json | jq -e '.data.state == "delivered"'; }
