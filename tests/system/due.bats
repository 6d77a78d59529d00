# Deadlines on real daemons, by clocks that a test sets: what is overdue, due today and soon; days off; the events, each once; the persons.

setup_file() {
	load common
	FAKETIME_LIB=$(compgen -G '/usr/lib/*/faketime/libfaketimeMT.so.1' | head -n 1) || true
	[ -n "$FAKETIME_LIB" ] || skip "no libfaketime here (package faketime)"
	export FAKETIME_LIB
	cd "$BATS_FILE_TMPDIR" || return 1
	cat >tree.yaml <<-'END'
		committees:
		  - {id: bo, name: Đảng ủy Bộ, symbol: ĐU}
		  - {id: cuc, name: Đảng bộ Cục, symbol: ĐU, superior: bo}
	END
	make_lab tree.yaml
	export LAB
	echo "nội dung" >vb.txt
	cat >persons <<-'END'
		Nguyễn Văn An   Bí thư           Thường trực  signs
		Lê Thị Bình     Chánh Văn phòng  Văn phòng    signs
		Trần Văn Cường  Chuyên viên      Văn phòng    -      2020-01-01  2021-12-31
		Hoàng Bính      Chuyên viên      Tổ chức
		Hoàng Bình      Chuyên viên      Tổ chức
	END
	# A Friday that no key is too young for; the Monday after it is off.
	FRIDAY=$(date -d "$(date -d 'today + 21 days' +%F) + $(((5 - $(date -d 'today + 21 days' +%u) + 7) % 7)) days" +%F)
	export FRIDAY
	echo "$(day 3)  Tết" >holidays
	printf 'tables:\n  persons: %s\n  holidays: %s\n' "$PWD/persons" "$PWD/holidays" >>"$LAB/cuc/vanthud.yaml"
}
teardown_file() { load common; end_all; keep_logs; }
# So many days after that Friday.
day() { date -d "$FRIDAY + $1 days" +%F; }
setup() { load common; cd "$BATS_FILE_TMPDIR" || return 1; }
teardown() { keep_logs; }

# Both daemons by one clock: the wall clock begins there and goes on.
start_all_at() { # "YYYY-MM-DD hh:mm:ss", in Vietnam
	local id at
	end_all
	at=$(TZ=UTC date -d "TZ=\"Asia/Ho_Chi_Minh\" $1" '+%Y-%m-%d %H:%M:%S')
	for id in bo cuc; do
		TZ=UTC LD_PRELOAD=$FAKETIME_LIB FAKETIME="@$at" FAKETIME_DONT_FAKE_MONOTONIC=1 "$ROOT/build/vanthud" -c "$LAB/$id" >>"$LAB/$id-faked.log" 2>&1 3>&- &
		echo "$!" >"$LAB/$id/faked.pid"
	done
	for id in bo cuc; do wait_for 60 v "$id" status -q; done
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
send() { # NUMBER [option…]
	v bo send vb.txt --to cuc --type "$(cut -d- -f2 <<<"${1%/*}")" --number "$1" --subject "Văn bản $1" --wait delivered --timeout 60 -q "${@:2}" >/dev/null
}
dues() { v cuc due --json "$@" | jq -c '[.data[]|[.number,.state,.reason,.due,.late_days]]'; }

@test "to be registered by the end of the next working day, urgent at once, days off left out" {
	start_all_at "$FRIDAY 16:00:00"
	send 1-KH/ĐU
	send 2-KH/ĐU --urgency khan
	send 3-KH/ĐU --due "$(day 14)"
	[ "$(dues --soon 1)" = "[[\"2-KH/ĐU\",\"today\",\"at-once\",\"$FRIDAY\",0],[\"1-KH/ĐU\",\"soon\",\"register\",\"$(day 4)\",-1],[\"3-KH/ĐU\",\"soon\",\"register\",\"$(day 4)\",-1]]" ]
	# Friday evening: its two hours are over
	start_all_at "$FRIDAY 18:30:00"
	v cuc due --json | jq -e '.data[0] | .number == "2-KH/ĐU" and .state == "overdue" and .late_days == 0 and .from_name == "Đảng ủy Bộ"'
	wait_for 30 grep -q 'event=overdue .*origin=bo' "$LAB/cuc-faked.log"
	v cuc accept 3-KH/ĐU -q
	[ "$(dues)" = "[[\"2-KH/ĐU\",\"overdue\",\"at-once\",\"$FRIDAY\",0],[\"1-KH/ĐU\",\"soon\",\"register\",\"$(day 4)\",-1]]" ]
	v cuc due --all --json | jq -e '.data[-1] | .number == "3-KH/ĐU" and .state == "later" and .reason == "own-date"'
}

@test "each deadline is told once, a restart tells nothing twice" {
	start_all_at "$(day 4) 09:00:00"
	wait_for 30 grep -q 'event=overdue' "$LAB/cuc-faked.log"
	v cuc watch --count 2 --json >events.json 3>&- &
	start_all_at "$(day 5) 09:00:00"
	wait_for 30 test "$(dues | jq '[.[]|select(.[1]=="overdue")]|length')" = 2
	wait_for 30 overdue_told 2
	start_all_at "$(day 5) 09:05:00"
	v cuc status -q
	overdue_told 2
	kill %1 2>/dev/null || true
	v cuc due --json | jq -e '.data[0].late_days == 3 - 1 and .data[1].late_days == 1'
}
overdue_told() { [ "$(grep -c 'event=overdue' "$LAB/cuc-faked.log")" = "$1" ]; }

@test "days off are read anew, a wrong table is refused with its line, and the old one stays" {
	echo "$(day 4)  Tết" >>holidays
	kill -HUP "$(cat "$LAB/cuc/faked.pid")"
	wait_for 30 late_is 0
	v cuc due --json | jq -e '.data[1] | .number == "1-KH/ĐU" and .state == "today"'
	echo "32/13/2026 hôm nào" >>holidays
	run -9 "$ROOT/build/vanthud" -c "$LAB/cuc" --check-config
	[[ $output == *"tables.holidays: $PWD/holidays:3: VT-1005"* ]]
	run -9 v cuc config check
	[[ $output == *"holidays:3:"* ]]
	kill -HUP "$(cat "$LAB/cuc/faked.pid")"
	wait_for 30 grep -q 'event=reload-refused .*holidays:3: VT-1005' "$LAB/cuc-faked.log"
	late_is 0
	sed -i '$d' holidays
}
late_is() { v cuc due --json | jq -e --argjson n "$1" '.data[1].late_days == $n'; }

@test "who signs is in the list and may sign, and the position comes with the name" {
	v bo send vb.txt --to cuc --type CV --subject x --signer "Ai cũng được" --dry-run -q # bo has no list
	v cuc send vb.txt --to bo --type CV --number auto --subject "Ký" --signer "nguyen van an" -q
	v cuc find "Ký" --json | jq -e '.data | length >= 1'
	id=$(v cuc outbox --json | jq -r '.data[0].id')
	v cuc show "$id" --json | jq -e '.data.signer | .name == "Nguyễn Văn An" and .position == "Bí thư"'
	run -2 v cuc send vb.txt --to bo --type CV --subject x --signer "Hoàng Bính"
	[[ $output == *"VT-1039"*"person list"* ]]
	run -2 v cuc send vb.txt --to bo --type CV --subject x --signer "Nguyễn Văn Am"
	[[ $output == *"VT-1035"*"did you mean: Nguyễn Văn An"* ]]
	run -2 v cuc due --person "Lê Thị Binn"
	[[ $output == *"VT-1035"*"Lê Thị Bình"* ]]
	run -2 v cuc due --unit "Văn phongg"
	[[ $output == *"VT-1035"* ]]
	v cuc due --person "Trần Văn Cường" -q # no longer here: what was theirs may still be open
}

@test "who is named is one of the office, in any spelling; what a person has to do" {
	v cuc person list --json | jq -e '[.data[].name] == ["Nguyễn Văn An","Lê Thị Bình","Hoàng Bính","Hoàng Bình"] and .data[0].signs'
	v cuc person list --all --plain | grep -q 'Trần Văn Cường'
	v cuc accept 1-KH/ĐU 2-KH/ĐU -q
	v cuc assign 1-KH/ĐU --to "le thi binh" --with "tổ chức" --due "$(day 6)" -q
	v cuc show 1-KH/ĐU --json | jq -e '.data.work | .to == "Lê Thị Bình" and .with == ["Tổ chức"]'
	run -2 v cuc assign 2-KH/ĐU --to "Lê Thị Binn"
	[[ $output == *"VT-1035"*"Lê Thị Binn"*"did you mean: Lê Thị Bình"* ]]
	run -2 v cuc assign 2-KH/ĐU --to "Trần Văn Cường"
	[[ $output == *"VT-1036"* ]]
	run -2 v cuc assign 2-KH/ĐU --to "hoang binh"
	[[ $output == *"VT-1037"*"Hoàng Bính"* ]]
	run -2 v cuc assign 2-KH/ĐU --to "Nguyễn Văn An" --as "Ai đó"
	[[ $output == *"VT-1035"* ]]
	v cuc show 2-KH/ĐU --json | jq -e '.data.work.to == null'
	v cuc due --person "Lê Thị Bình" --json | jq -e '[.data[].number] == ["1-KH/ĐU"] and .data[0].reason == "assigned" and .data[0].unit == "Văn phòng"'
	v cuc due --unit "văn phòng" --json | jq -e '.data | length == 1'
	v cuc due --all --by unit --json | jq -e '[.data[]|[.name,.soon,.none]] | contains([["Văn phòng",1,0]])'
	v cuc finish 1-KH/ĐU -q
	v cuc due --person "Lê Thị Bình" --all --json | jq -e '.data == []'
	v cuc start 1-KH/ĐU -q # after all it goes on, and is due again
	v cuc due --person "Lê Thị Bình" --json | jq -e '.data | length == 1'
}

@test "what recipients have not done is seen by who sent it, told once, and follows their statuses" {
	printf 'reminders:\n  down: 3\n' >>"$LAB/bo/vanthud.yaml"
	send 4-KH/ĐU --due "$(day 6)"
	[ "$(sent --all)" = "[[\"4-KH/ĐU\",\"cuc\",\"$(day 6)\",null],[\"3-KH/ĐU\",\"cuc\",\"$(day 14)\",\"03\"]]" ]
	COLUMNS=120 run -0 v bo due --sent --all
	[[ $output == *"Đảng bộ Cục"*"accepted and registered"*"vanthu remind"* ]]
	start_all_at "$(day 10) 09:00:00"
	wait_for 60 sent_overdue_told 1
	v bo due --sent --json | jq -e '.data[0] | .number == "4-KH/ĐU" and .state == "overdue" and .late_days > 0 and .recipient_name == "Đảng bộ Cục"'
	start_all_at "$(day 10) 09:05:00"
	v cuc accept 4-KH/ĐU -q
	v cuc finish 4-KH/ĐU -q
	wait_for 30 sent_is '["3-KH/ĐU"]'
	v cuc start 4-KH/ĐU -q # after all it goes on
	wait_for 30 sent_is '["4-KH/ĐU","3-KH/ĐU"]'
	[ "$(grep -c 'event=sent-overdue' "$LAB/bo-faked.log")" -ge 1 ]
	run -2 v bo due --sent --person "Ai"
	# the reminder is a document of its own, which answers the one that is due
	v bo send vb.txt --to cuc --type CV --number auto --reply-to 3-KH/ĐU --subject "Đôn đốc" --wait delivered --timeout 60 -q
	v cuc show 3-KH/ĐU --thread --json | jq -e '[.. | .subject? // empty] | index("Đôn đốc") != null'
}
sent() { v bo due --sent --json "$@" | jq -c '[.data[]|[.number,.recipient,.due,.code]]'; }
sent_is() { v bo due --sent --all --json | jq -e --argjson w "$1" '[.data[].number] == $w'; }
sent_overdue_told() { [ "$(grep -c 'event=sent-overdue' "$LAB/bo-faked.log")" = "$1" ]; }
