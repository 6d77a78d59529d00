# Real daemons of a real lab: seven committees on three levels.

setup_file() {
	load common
	make_lab
	start_lab
	export LAB
	cd "$BATS_FILE_TMPDIR" || return 1
	printf 'Kế hoạch\n' >ke-hoach.txt
	random_file phu-luc.bin 300000
}
teardown_file() { load common; end_lab; }
teardown() { keep_logs; }
setup() { load common; cd "$BATS_FILE_TMPDIR" || return 1; }

@test "a lab of seven starts, and starting it again changes nothing" {
	local before after
	before=$(cat "$LAB"/*/vanthud.pid)
	start_lab
	after=$(cat "$LAB"/*/vanthud.pid)
	[ "$before" = "$after" ]
	stop_lab
	start_lab
}

@test "a directive with attachments goes down two levels and every file arrives as it was" {
	run -0 v btp send ke-hoach.txt phu-luc.bin --to subtree --type KH --number 31-KH/ĐU --subject "Kế hoạch" --wait delivered --timeout 120 --json
	[ "$(jq -r '.data.recipients | length' <<<"$output")" = 6 ]
	local who
	for who in vanphong thads cb-tonghop cb-luutru cb-nghiepvu cb-tochuc; do
		v "$who" save 31-KH/ĐU --to "saved-$who" -q >/dev/null
		cmp ke-hoach.txt "saved-$who/ke-hoach.txt"
		cmp phu-luc.bin "saved-$who/phu-luc.bin"
		[ "$(v "$who" verify 31-KH/ĐU --json | jq .data.valid)" = true ]
	done
}

@test "a report comes up two levels and across to another branch, over the common superior" {
	run -0 v cb-tonghop send ke-hoach.txt --to superior,btp,cb-tochuc --type BC --number 02-BC/CB --subject "Báo cáo" --wait delivered --timeout 120
	[ "$(v cb-tonghop trace 02-BC/CB --json | jq -r '[.data.hops[] | select(.event == "relayed") | .committee] | sort | join(" ")')" = "btp thads vanphong" ]
	[ "$(v cb-nghiepvu inbox --json | jq '[.data[] | select(.number == "02-BC/CB")] | length')" = 0 ]
}

@test "repeating a send is one document; the same id with other content is a conflict" {
	local id=01a20000-0000-7000-8000-0000000000aa
	run -0 v btp send ke-hoach.txt --to thads --type CV --number 1-CV/ĐU --subject một --id $id
	run -0 v btp send ke-hoach.txt --to thads --type CV --number 1-CV/ĐU --subject một --id $id --json
	[ "$(jq .data.repeated <<<"$output")" = true ]
	run -6 v btp send ke-hoach.txt --to thads --type CV --number 1-CV/ĐU --subject hai --id $id --json
	[ "$(jq -r .error.code <<<"$output")" = VT-2002 ]
	wait_for 10 eval "[ \"\$(\"$VANTHU\" -c $LAB/thads inbox --json | jq '[.data[] | select(.id == \"$id\")] | length')\" = 1 ]"
}

@test "bad submissions are refused with a code, and nothing is sent" {
	run -2 v btp send ke-hoach.txt --to thads --type QĐ --number 1-QĐ/ĐU --subject x
	run -5 v btp send ke-hoach.txt --to nobody --type CV --number 1-CV/ĐU --subject x
	run -5 v btp send ke-hoach.txt --to thads --type CV --number 1-CV/ĐU --subject x --secrecy mat
	run -5 v btp send ke-hoach.txt --to superior --type CV --number 1-CV/ĐU --subject x
	run -2 v btp send --to thads --type CV --number 1-CV/ĐU --subject x
	run -1 v btp send no-such-file --to thads --type CV --number 1-CV/ĐU --subject x
	[ "$(v btp outbox --json | jq '[.data[] | select(.subject == "x")] | length')" = 0 ]
}

@test "a number with another committee's symbol warns and goes out" {
	run -0 v cb-luutru send ke-hoach.txt --to superior --type CV --number 7-CV/ĐU --subject "ký hiệu khác"
	[[ $output == *VT-1008* ]]
}

@test "save writes into its folder only and never over a file" {
	v btp send ke-hoach.txt --to thads --type TB --number 3-TB/ĐU --subject "ghi" --wait delivered --timeout 120 >/dev/null
	mkdir out
	echo "of somebody else" >out/ke-hoach.txt
	v thads save 3-TB/ĐU --to out -q >/dev/null
	[ "$(cat out/ke-hoach.txt)" = "of somebody else" ]
	cmp ke-hoach.txt out/ke-hoach-2.txt
}

@test "evidence verifies offline with the root alone, and not after one bit changed" {
	v btp send ke-hoach.txt phu-luc.bin --to cb-tochuc --type TB --number 4-TB/ĐU --subject "chứng cứ" --wait delivered --timeout 120 >/dev/null
	v cb-tochuc export 4-TB/ĐU --to evidence.vte >/dev/null
	v cb-tochuc save 4-TB/ĐU --to evidence-files -q >/dev/null
	run -0 "$VANTHU" verify evidence.vte --root "$LAB/registry/root.pem" --files evidence-files --json
	[ "$(jq -r '.data | [.valid, .signed_by] | @tsv' <<<"$output")" = $'true\tbtp' ]
	printf '!' | dd of=evidence-files/phu-luc.bin bs=1 seek=1000 conv=notrunc status=none
	run -5 "$VANTHU" verify evidence.vte --root "$LAB/registry/root.pem" --files evidence-files --json
	[ "$(jq .data.valid <<<"$output")" = false ]
	local at
	for at in 20 200 700; do
		cp evidence.vte changed.vte
		printf '\377' | dd of=changed.vte bs=1 seek=$at conv=notrunc status=none
		cmp -s evidence.vte changed.vte && continue
		run -5 "$VANTHU" verify changed.vte --root "$LAB/registry/root.pem"
	done
}

@test "the doors allow what they are for" {
	local dir
	dir=$(sed -n 's/^run: //p' "$LAB/btp/vanthud.yaml")
	[[ $dir == /* ]] || dir=$LAB/btp/$dir
	[ "$(stat -c %a "$dir/office.sock" "$dir/operate.sock" "$dir/read.sock" | sort -u)" = 600 ]
	run -0 v btp link ping thads
	run -4 v btp link ping cb-tochuc
}

@test "live events tell of a document as it goes" {
	v btp watch --count 3 --json >events.json 3>&- &
	local pid=$!
	# A subscription takes effect some moment after it was asked for: documents go until it has.
	for i in $(seq 60); do
		v btp send ke-hoach.txt --to thads --type TB --number "5$i-TB/ĐU" --subject "sự kiện" --wait delivered --timeout 120 >/dev/null
		kill -0 $pid 2>/dev/null || break
	done
	wait_for 10 eval "! kill -0 $pid 2>/dev/null"
	[ "$(wc -l <events.json)" = 3 ]
	jq -e '.v == 1 and (.data.event | length) > 0' events.json >/dev/null
}

@test "an idle daemon is at most 16 MiB resident" {
	stop_lab
	start_lab
	local kib
	kib=$(awk '/VmRSS/ {print $2}' "/proc/$(pid_of cb-luutru)/status")
	echo "# $kib KiB resident: an idle daemon" >&3
	[ "$kib" -le 16384 ]
}

@test "who waits for the delivery hears who refused it, and why" {
	printf 'attachment: {max: 100K}\n' >>"$LAB/cb-luutru/vanthud.yaml"
	"$VANTHU" lab stop "$LAB" cb-luutru -q >/dev/null
	start_lab cb-luutru
	run -5 v btp send ke-hoach.txt phu-luc.bin --to cb-luutru --type KH --number 77-KH/ĐU --subject "quá lớn" --wait delivered --timeout 120
	[[ $output == *"Error VT-2021: refused by cb-luutru: VT-2009 too large"*"vanthu show "* ]]
	run -5 v btp send ke-hoach.txt phu-luc.bin --to cb-luutru,vanphong --type KH --number 78-KH/ĐU --subject "quá lớn" --wait delivered --timeout 120 --json
	[ "$(jq -r .error.message <<<"$output")" = "refused by cb-luutru: VT-2009 too large" ]
	sed -i '/^attachment: {max: 100K}$/d' "$LAB/cb-luutru/vanthud.yaml"
	"$VANTHU" lab stop "$LAB" cb-luutru -q >/dev/null
	start_lab cb-luutru
}
