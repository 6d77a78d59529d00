# Automatic numbers over real daemons: given once each, whoever asks at the same instant, and after a crash too.

setup_file() {
	load common
	cd "$BATS_FILE_TMPDIR" || return 1
	make_lab
	start_lab
	export LAB
	printf 'Nội dung\n' >a.txt
}
teardown_file() { load common; end_lab; }
setup() {
	load common
	cd "$BATS_FILE_TMPDIR" || return 1
}
teardown() { keep_logs; }

auto() { v btp send a.txt --to thads --type "$1" --number auto --subject "Trích yếu" --json "${@:2}" | jq -r .data.number; }

@test "two clients at once get two numbers, and a killed daemon goes on where it was" {
	local i pids=()
	for i in {1..8}; do
		auto KH >"number.$i" &
		pids+=($!)
	done
	wait "${pids[@]}"
	[ "$(cat number.* | sort)" = "$(printf '%02d-KH/ĐU\n' {1..8})" ]
	[ "$(auto KH -n)" = 09-KH/ĐU ]
	kill9 btp
	start_lab
	[ "$(auto KH)" = 09-KH/ĐU ]
	v btp outbox --json | jq -e '[.data[].number] | unique | length == 9'
}

@test "paper and digital share a series, the recipient has the number, and it is signed with it" {
	local today id
	id=$(v btp send a.txt --to thads --type BC --number auto --subject "Báo cáo" --wait delivered --timeout 120 --json | jq -r .data.id)
	v thads show "$id" --json | jq -e '.data.number == "01-BC/ĐU"'
	v thads verify "$id"
	[ "$(v btp paper add out --type BC --number auto --subject "Trên giấy" --json | jq -r .data.number)" = 02-BC/ĐU ]
	v btp paper cancel 02-BC/ĐU --reason "không ban hành"
	[ "$(auto BC)" = 03-BC/ĐU ]
	run -0 --separate-stderr v btp send a.txt --to thads --type BC --number 07-BC/ĐU --subject "Nhảy số" --json
	jq -e '.data.warnings | length == 1' <<<"$output"
	jq -e '.data.number_gap == 3' <<<"$output"
	[[ $stderr == *"VT-1014"*": 3 "* ]]
	run -5 v btp send a.txt --to thads --type BC --number 12-BC/ĐU --subject "Nhảy số" --strict
	[ "$(auto BC)" = 08-BC/ĐU ]
}
