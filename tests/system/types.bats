# Types of documents by the office's own table (tables.doctypes): a type that was added, one that has ended, and what was sent before.

setup_file() {
	load common
	cd "$BATS_FILE_TMPDIR" || return 1
	cat >tree.yaml <<-'END'
		committees:
		  - {id: bo, name: Đảng ủy Bộ, symbol: ĐU}
		  - {id: cuc, name: Đảng bộ Cục, symbol: ĐUC, superior: bo}
	END
	make_lab tree.yaml
	export LAB
	echo "nội dung" >vb.txt
	{
		cat "$ROOT/etc/doctypes"
		printf '%s\n' '2020-01-01  BT  Bản tin  BTi  by the office' \
			'2020-01-01  KH  Kế hoạch công tác  KHct  by the office' \
			'2021-06-01  ended  Thông tri  -  by the office'
	} >types
	printf 'tables:\n  doctypes: %s\n' "$PWD/types" >>"$LAB/bo/vanthud.yaml"
	start_lab
}
teardown_file() { load common; end_lab; }
setup() { load common; cd "$BATS_FILE_TMPDIR" || return 1; }
teardown() { keep_logs; }
send() { v bo send vb.txt --to cuc --subject "Văn bản" --json "$@"; }

@test "a type that the office added is sent, numbered, registered, found and read" {
	run -0 send --type "ban tin" --number auto --wait delivered --timeout 60
	[ "$(jq -r .data.number <<<"$output")" = "01-BT/ĐU" ]
	run -0 send --type BTi --number auto
	[ "$(jq -r .data.number <<<"$output")" = "02-BT/ĐU" ]
	run -0 v bo paper add out --number auto-BT/ĐU --subject "Bản tin giấy" --to "Đảng bộ Cục" --json
	[ "$(jq -r .data.number <<<"$output")" = "03-BT/ĐU" ]
	run -0 send --type BT --number 15/BT-ĐU
	run -0 v bo outbox --type "Bản tin" --json
	jq -e '[.data[].number] | sort == ["01-BT/ĐU","02-BT/ĐU","15/BT-ĐU"]' <<<"$output"
	run -0 v bo register out --json
	[[ $output == *'"01-BT/ĐU"'* ]]
	# who has no such table reads it all the same
	run -0 v cuc show 01-BT/ĐU --json
	jq -e '.data.type_name == "Bản tin" or .data.type == "BT"' <<<"$output"
}

@test "a type whose symbol another one had before counts by itself, and takes no number from it" {
	run -0 send --type "Kế hoạch" --number auto
	[ "$(jq -r .data.number <<<"$output")" = "01-KH/ĐU" ]
	run -0 send --type KHct --number auto
	[ "$(jq -r .data.number <<<"$output")" = "01-KH/ĐU" ]
	jq -e '.data.warnings | . == null or . == []' <<<"$output"
	run -0 send --type "Kế hoạch" --number auto
	[ "$(jq -r .data.number <<<"$output")" = "02-KH/ĐU" ]
	run -2 send --type KH --number auto
	[[ $output == *"Kế hoạch, Kế hoạch công tác"* || $output == *"KHct"* ]]
}

@test "a type that has ended is refused for what is new, and goes on for what is older" {
	run -2 v bo send vb.txt --to cuc --subject "Mới" --type TT --number auto
	[[ $output == *"VT-1038"*"--date"* ]]
	run -2 v bo send vb.txt --to cuc --subject "Mới" --type "thông tri" --number auto
	[[ $output == *"VT-1038"* ]]
	run -0 send --type TT --number 7-TT/ĐU --date 2021-05-31
	run -2 v bo paper add out --number 8-TT/ĐU --subject "Mới" --to "Đảng bộ Cục"
	[[ $output == *"VT-1038"* ]]
	run -0 v bo paper add out --number 8-TT/ĐU --subject "Cũ" --to "Đảng bộ Cục" --date 2021-05-31
	# of what others wrote the table judges nothing that is registered, and what was sent is found
	run -0 v bo outbox --type TT --json
	jq -e '.data | length == 1' <<<"$output"
	run -0 v bo show 7-TT/ĐU
}

@test "the table is read anew while the daemon runs, and a client that has an old list is refused" {
	cp types before
	echo '2021-06-01  ended  Bản tin  -  by the office' >>types
	kill -HUP "$(pid_of bo)"
	wait_for 30 refused_now
	cp before types
	kill -HUP "$(pid_of bo)"
	wait_for 30 v bo send vb.txt --to cuc --subject "Văn bản" --type BT --number auto --dry-run -q
}
refused_now() { run v bo send vb.txt --to cuc --subject "Văn bản" --type BT --number auto --dry-run; [[ $output == *VT-1038* ]]; }
