# Documents whose contents come as a stream, and ranges of parts: what a gateway does, by tests/helpers/stream.c on a real daemon.

setup_file() {
	load common
	cd "$BATS_FILE_TMPDIR" || return 1
	cat >tree.yaml <<-'Y'
		committees:
		  - {id: tren, name: "Đảng ủy", symbol: "ĐU"}
		  - {id: duoi, name: "Chi bộ", symbol: "CB", superior: tren}
		  - {id: hep, name: "Chi bộ hẹp", symbol: "CBH", superior: tren}
	Y
	make_lab "$PWD/tree.yaml"
	printf 'attachment: {max: 3M}\n' >>"$LAB/hep/vanthud.yaml"
	start_lab
	export LAB
	random_file large.bin 3000000
	random_file medium.bin 200000
	random_file small.bin 1000
}
teardown_file() { load common; end_lab; }
setup() {
	load common
	cd "$BATS_TEST_TMPDIR" || return 1
	F=$BATS_FILE_TMPDIR
}
# The next test wants the file's lab running; a lab of the test's own ends with it.
teardown() {
	if [[ $LAB == "$F"/* ]]; then
		v tren status -q >/dev/null 2>&1 || start_lab
		keep_logs
	else
		end_lab
	fi
}

stream() { { echo "socket $LAB/tren/run/office.sock"; cat; } | timeout 600 "$ROOT/build/tests/stream" | tail -n +2; }
id() { printf '01990000-0000-7000-8000-%012d' "$1"; }
coming() { find "$LAB/${1:-tren}/data/incoming" -name 'submit.*' | wc -l; }
contents() { find "$LAB/${1:-tren}/data/files" -type f ! -name '*.leaves' | wc -l; }
nothing_comes() { [ "$(coming "$@")" = 0 ]; }
delivered() { [ "$(v "$1" show "$2" --json | jq -r .data.state)" = delivered ]; }
sha() { sha256sum "$1" | cut -d' ' -f1; }

# A program that waits for the next line, so that something may happen in between: S says, and gets the answer.
talk() {
	coproc S { exec "$ROOT/build/tests/stream" 3>&-; }
	exec {TO}>&"${S[1]}" {FROM}<&"${S[0]}"
	PROGRAM=$S_PID
}
say() { # LINE EXPECTED
	local answer
	echo "$1" >&"$TO"
	IFS= read -r answer <&"$FROM"
	# shellcheck disable=SC2053
	[[ $answer == $2 ]] || { echo "$1: $answer, not $2"; return 1; }
}

@test "parts of any size, named or not, come in their order, and a document sent so is the one that send sends" {
	run stream <<-END
		fields $(id 1) duoi 1-CV/ĐU trích%20yếu
		begin
		part $F/large.bin
		file $F/large.bin
		end $(sha "$F/large.bin")
		part ../../etc/small.bin
		file $F/small.bin 7
		end $(sha "$F/small.bin")
		part small.bin
		file $F/medium.bin 1
		end
		part empty.txt
		end
		finish
	END
	echo "$output"
	[ "${lines[13]}" = "OK $(id 1)" ]
	wait_for 20 delivered tren "$(id 1)"
	[ "$(v duoi show "$(id 1)" --json | jq -r '.data.attachments[] | "\(.name) \(.size_bytes) \(.sha256)"')" = "\
large.bin 3000000 $(sha "$F/large.bin")
small.bin 1000 $(sha "$F/small.bin")
small-2.bin 200000 $(sha "$F/medium.bin")
empty.txt 0 $(sha /dev/null)" ]
	mkdir a b
	cp "$F/large.bin" "$F/small.bin" a
	cp "$F/medium.bin" b/small.bin
	: >b/empty.txt
	send() {
		v tren send a/large.bin a/small.bin b/small.bin b/empty.txt --id "$(id 1)" --to duoi --type CV --number 1-CV/ĐU --subject "trích yếu" --date 2026-01-05 --json "$@"
	}
	send >again
	[ "$(jq .data.repeated again)" = true ] || { cat again; false; }
	echo other >b/empty.txt
	run ! send
	[[ $output == *2002* ]]
	v duoi verify "$(id 1)" -q
}

@test "a small document takes one request, and again under its id it is told so" {
	local before
	ask() {
		stream <<-END
			fields $(id 2) duoi 2-CV/ĐU nhỏ
			begin
			part a.txt
			file $F/small.bin
			end
			finish
		END
	}
	before=$(contents)
	[ "$(ask | tail -1)" = "OK $(id 2)" ]
	[ "$(ask | tail -1)" = "OK $(id 2) repeated" ]
	[ "$(contents)" = "$before" ] # it is within its envelope
}

@test "40 parts, the fields at the end, on one connection with what follows" {
	{
		echo "begin late"
		for i in $(seq 40); do
			echo "part $i.bin"
			echo "file $F/$([ $((i % 3)) = 0 ] && echo large || echo medium).bin"
			echo end
		done
		echo "fields $(id 3) duoi 3-CV/ĐU nhiều"
		echo given
		echo finish
		echo "read $(id 3) 38 1000 5000 $PWD/range"
	} >lines
	run stream <lines
	[ "${lines[-2]}" = "OK $(id 3)" ]
	[ "${lines[-1]}" = OK ]
	cmp <(tail -c +1001 "$F/large.bin" | head -c 5000) range
	[ "$(v tren show "$(id 3)" --json | jq -r '[.data.attachments[].size_bytes] | "\(length) \(add)"')" = "40 $((13 * 3000000 + 27 * 200000))" ]
	wait_for 60 delivered tren "$(id 3)"
	nothing_comes
}

@test "who grants little credit is sent small pieces, of a whole part and of a range" {
	run stream <<-END
		fields $(id 50) duoi 50-CV/ĐU mẩu%20nhỏ
		begin
		part lớn.bin
		file $F/large.bin
		end
		finish
		read $(id 50) 0 0 3000000 $PWD/whole 131072
		read $(id 50) 0 40000 2000001 $PWD/range 131072
		read $(id 50) 0 0 3000000 $PWD/least 1
	END
	[ "${lines[-4]}" = "OK $(id 50)" ]
	[ "${lines[*]: -3}" = "OK OK OK" ]
	cmp "$F/large.bin" whole
	cmp <(tail -c +40001 "$F/large.bin" | head -c 2000001) range
	cmp "$F/large.bin" least
}

@test "a gigabyte goes through a daemon that stays small, is written once, and any range of it is read" {
	local before pid peak
	# Sparse is what comes, not what is written: the daemon does not look at it.
	pid=$(pid_of tren)
	before=$(contents)
	run stream <<-END
		fields $(id 4) duoi 4-CV/ĐU lớn
		begin
		part lớn.bin
		zeros 1073741824
		file $F/small.bin
		end
		finish
		read $(id 4) 0 1073741824 1000 $PWD/last
		read $(id 4) 0 536870911 70000 $PWD/middle
		read $(id 4) 0 1073742824 1000 $PWD/none
		read $(id 4) 0 1073742825 1000 $PWD/behind
	END
	[ "${lines[6]}" = "OK $(id 4)" ]
	cmp last "$F/small.bin"
	cmp middle <(head -c 70000 /dev/zero)
	[ ! -s none ]
	[[ ${lines[10]} == "VT-2001 "* ]]
	[ "$(contents)" = $((before + 1)) ]
	nothing_comes
	peak=$(awk '/^VmHWM/ { print $2 }' "/proc/$pid/status")
	echo "peak of the daemon: $peak KiB"
	((peak < 64 * 1024))
}

@test "a program that goes away in the middle leaves nothing, killed or by its own will" {
	local before
	before=$(contents)
	talk
	say "socket $LAB/tren/run/office.sock" OK
	say "fields $(id 5) duoi 5-CV/ĐU dở" OK
	say begin OK
	say "part a.bin" OK
	say "file $F/large.bin" OK
	say end OK
	say "part b.bin" OK
	say "zeros 20000000" OK
	wait_for 20 eval '[ "$(find "$LAB/tren/data/incoming" -name "submit.*.part" | wc -l)" = 2 ]'
	kill -9 "$PROGRAM"
	wait_for 20 nothing_comes
	[ "$(contents)" = "$before" ]
	run stream <<-END
		fields $(id 5) duoi 5-CV/ĐU dở
		begin
		part a.bin
		file $F/large.bin
		end
		abandon
		read $(id 5) 0 0 10 $PWD/none
		begin
		part a.bin
		file $F/large.bin
		end
		finish
	END
	[[ ${lines[6]} == "VT-2001 "* ]]
	[ "${lines[11]}" = "OK $(id 5)" ]
	wait_for 20 nothing_comes
}

@test "a daemon that is killed in the middle leaves nothing when it is back, and the same again is sent once" {
	local before
	before=$(contents)
	talk
	say "socket $LAB/tren/run/office.sock" OK
	say "fields $(id 6) duoi 6-CV/ĐU dở" OK
	say begin OK
	say "part a.bin" OK
	say "zeros 30000000" OK
	say end OK
	say "part b.bin" OK
	say "zeros 3000000" OK
	kill9 tren
	say "zeros 30000000" "VT-5001*"
	say end "VT-5001*"
	say finish "VT-5001*"
	[ "$(coming)" -gt 0 ]
	start_lab
	nothing_comes
	[ "$(contents)" = "$before" ]
	say begin OK
	say "part a.bin" OK
	say "zeros 30000000" OK
	say end OK
	say finish "OK $(id 6)"
	kill -9 "$PROGRAM"
	[ "$(v tren find 6-CV/ĐU --json | jq '.data | length')" = 1 ]
}

@test "what is wrong is said before the content, as soon as it can be known, and nothing stays" {
	local before
	before=$(contents hep)
	printf 'socket %s\n' "$LAB/hep/run/office.sock" >lines
	cat >>lines <<-END
		fields $(id 7) tren 7-CV/CB lớn%20quá
		begin
		part nhỏ.bin
		file $F/medium.bin
		end
		part lớn.bin
		zeros 3145728
		end
		part quá.bin
		zeros 9145728
		end
		finish
		fields $(id 7) tren 7-CV/CB $(printf '%02001d' 0)
		begin
		part a.bin
		file $F/large.bin
		end
		fields $(id 7) tren 7-CV/CB bình%20thường
		begin
		part sai.bin
		file $F/medium.bin
		file $F/medium.bin
		end $(sha "$F/small.bin")
		finish
		begin
		part sai.txt
		file $F/small.bin
		end $(sha "$F/medium.bin")
		finish
		begin
		finish
		begin
		end
	END
	run "$ROOT/build/tests/stream" <lines
	echo "$output"
	[ "${lines[7]}" = OK ]
	[[ "${lines[10]}" == "VT-2009 quá.bin" || "${lines[10]}" == OK ]]
	[ "${lines[12]}" = "VT-2009 quá.bin" ]
	[ "${lines[16]}" = "VT-1009 subject" ]
	[ "${lines[24]}" = "VT-2100 sai.bin" ]
	[ "${lines[29]}" = "VT-2100 sai.txt" ]
	[ "${lines[31]}" = "VT-1001 part" ]
	[ "${lines[33]}" = "VT-2018 part" ]
	wait_for 20 nothing_comes hep
	[ "$(contents hep)" = "$before" ]
	[ "$(v hep outbox --json | jq '.data | length')" = 0 ]
}

@test "a dry run hears what would be warned of, and no content goes anywhere" {
	run stream <<-END
		fields $(id 8) duoi 8-CV/ĐU thử dry
		begin
		part a.bin
		zeros 2000000000
		end
		finish
	END
	[ "${lines[5]}" = "OK $(id 8)" ]
	[ "$(v tren find 8-CV/ĐU --json | jq '.data | length')" = 0 ]
	nothing_comes
}

@test "names that would lead elsewhere are but names, and those that are none are refused" {
	local long
	long=$(printf 'x%.0s' {1..256})
	for name in . .. a/ "$long"; do
		run stream <<-END
			fields $(id 9) duoi 9-CV/ĐU tên
			begin
			part $name
			file $F/large.bin
			end
			finish
		END
		echo "$name: ${lines[5]}"
		[ "${lines[5]}" = "VT-1009 parts" ]
	done
	run stream <<-END
		fields $(id 9) duoi 9-CV/ĐU tên
		begin
		part /etc/passwd
		file $F/small.bin
		end
		part $(printf '\377')
	END
	[[ ${lines[5]} == "VT-3007 "* ]]
	wait_for 20 nothing_comes
}

@test "a range that lies in damage is refused, and any other of the part is read" {
	local stored
	stream >/dev/null <<-END
		fields $(id 10) duoi 10-CV/ĐU hỏng
		begin
		part a.bin
		file $F/large.bin
		zeros 1
		end
		finish
	END
	cat "$F/large.bin" <(head -c 1 /dev/zero) >whole
	stored=$(find "$LAB/tren/data/files" -name "$(sha whole)")
	printf damage | dd of="$stored" bs=1 seek=1000000 conv=notrunc status=none
	run stream <<-END
		read $(id 10) 0 0 900000 $PWD/before
		read $(id 10) 0 999999 1 $PWD/in
		read $(id 10) 0 1100000 2000000 $PWD/behind
		read $(id 10) 0 0 9999999 $PWD/all
	END
	[ "${lines[0]}" = OK ]
	[[ ${lines[1]} == "VT-4003"* ]]
	[ "${lines[2]}" = OK ]
	[[ ${lines[3]} == "VT-3009"* ]]
	cmp <(head -c 900000 whole) before
	cmp <(tail -c +1100001 whole) behind
	cp whole "$stored"
}

fill() { # BYTES of the second part
	stream <<-END
		fields $(id 1) duoi 1-CV/ĐU đầy
		begin
		part a.bin
		zeros 10000000
		end
		part b.bin
		zeros $1
		end
		finish
	END
}
fits() { fill 300000 | grep -q "^OK $(id 1)"; } # the room is measured once a second

# In a mount namespace of its own: the disk of the daemon is small.
full_disk() {
	cd "$1" || return 1
	mount -t tmpfs -o size=60m tmpfs "$LAB/tren/data" || return 77
	start_lab tren
	fill 90000000 | grep -q '^VT-4001' || return 1
	nothing_comes || return 1
	wait_for 20 fits || return 1
	[ "$(df --output=avail "$LAB/tren/data" | tail -1)" -gt 8000 ] || return 1
	stop_lab
}

@test "on a full disk a stream ends before the reserve, and its room is free again" {
	unshare -m true 2>/dev/null || skip "no mount namespace here"
	make_lab "$F/tree.yaml" "store: {reserve: 12M, map: 256M}"
	mkdir -p "$LAB/tren/data"
	export LAB VANTHU ROOT BATS_TEST_TMPDIR
	export -f full_disk fill fits start_lab stop_lab stream id nothing_comes coming wait_for
	run unshare -m bash -c 'full_disk "$1"' _ "$BATS_TEST_TMPDIR"
	echo "$output"
	[ "$status" != 77 ] || skip "no tmpfs here"
	[ "$status" = 0 ]
}
