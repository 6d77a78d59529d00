# Contents whose time is over go into an archive that is verified first; what was recorded stays. Real daemons under libfaketime, whose wall
# clock and running time are moved on together by 430 days: as if they had run so long.

setup_file() {
	load common
	FAKETIME_LIB=$(compgen -G '/usr/lib/*/faketime/libfaketimeMT.so.1' | head -n 1) || true
	[ -n "$FAKETIME_LIB" ] || skip "no libfaketime here (package faketime)"
	export FAKETIME_LIB COLUMNS=200
	cd "$BATS_FILE_TMPDIR" || return 1
	cat >tree.yaml <<-'END'
		committees:
		  - {id: bo, name: Đảng ủy Bộ, symbol: ĐU}
		  - {id: cuc, name: Đảng bộ Cục, symbol: ĐU, superior: bo}
	END
	make_lab tree.yaml
	export LAB
	echo "nội dung" >vb.txt
	head -c 300000 /dev/urandom >kèm.bin
	echo +0 >clock
	start_all FAKETIME_DONT_FAKE_MONOTONIC=1
	send 1-KH/ĐU kèm.bin
	send 2-KH/ĐU kèm.bin # the same file
	send 3-CV/ĐU
	for n in 1-KH/ĐU 2-KH/ĐU; do
		v cuc accept "$n" -q >/dev/null
		v cuc finish "$n" -q >/dev/null
	done
}
teardown_file() { load common; end_all; keep_logs; }
setup() { load common; cd "$BATS_FILE_TMPDIR" || return 1; }
teardown() { keep_logs; }

# Both, by the clock that the file says; `own`: their running time is moved with it.
start_all() { # [VARIABLE=VALUE…]
	local id
	for id in bo cuc; do
		env "$@" FAKETIME_NO_CACHE=1 FAKETIME_TIMESTAMP_FILE="$PWD/clock" LD_PRELOAD="$FAKETIME_LIB" \
			"$ROOT/build/vanthud" -c "$LAB/$id" >>"$LAB/$id-faked.log" 2>&1 3>&- &
		echo "$!" >"$LAB/$id/faked.pid"
	done
	for id in bo cuc; do wait_for 60 v "$id" status -q; done
}
end_all() {
	local pid
	for pid in "$LAB"/*/faked.pid; do
		[ -f "$pid" ] || continue
		kill "$(cat "$pid")" 2>/dev/null || true
		wait_for 60 ended "$(cat "$pid")"
		rm -f "$pid"
	done
}
send() { # NUMBER [FILE]
	v bo send vb.txt "${@:2}" --to cuc --type "$(cut -d- -f2 <<<"${1%/*}")" --number "$1" --subject "Văn bản $1" --wait delivered --timeout 60 -q >/dev/null
}
rule() { # TEXT: reloaded by both
	local id
	printf '%s\n' "$1" >rule
	for id in bo cuc; do
		grep -q retention "$LAB/$id/vanthud.yaml" || printf 'tables:\n  retention: %s\n' "$PWD/rule" >>"$LAB/$id/vanthud.yaml"
		kill -HUP "$(cat "$LAB/$id/faked.pid")"
	done
}
may_go() { v "$1" archive list --json | jq -e --arg n "$2" '[.data[] | select(.held == null) | .number] | sort | join(" ") == $n'; } # ID NUMBERS
files_of() { find "$LAB/$1/data/files" -type f | wc -l; }
has_files() { [ "$(files_of "$1")" = "$2" ]; }
root() { echo "$LAB/registry/root.pem"; }
# One bit of one byte is another, or as it was.
flip() { # FILE OFFSET
	printf '%b' "\\x$(printf %02x $(($(od -An -tu1 -j "$2" -N 1 "$1") ^ 32)))" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}
# What is counted and registered, whatever becomes of contents.
books() { # ID
	v "$1" target show --json | jq -c '.data | del(.report)'
	v "$1" register in --json | jq -c .data
	v "$1" register out --json | jq -c .data
	v "$1" show 1-KH/ĐU --json | jq -c '.data | [.receipts, .statuses, .work, .number, .subject, .digest]'
}

@test "a clock that jumped ahead lets nothing go: by the store's own time it is not over" {
	rule '*  1  1'
	echo +1000d >clock
	wait_for 60 eval 'v cuc archive list --json | jq -e "[.data[].held] == [\"VT-2112\", \"VT-2112\"]"'
	v cuc archive create jumped --json >made.json && [ "$?" = 7 ] || [ "$?" = 7 ]
	jq -e '.data | .exported == 0 and .gone == 0 and .left == 2' made.json
	has_files cuc 1
	v cuc show 1-KH/ĐU --json | jq -e '.data.archived == null'
	end_all
	echo +0 >clock
	sed -i '/^tables:/,$d' "$LAB"/*/vanthud.yaml
	start_all
}

@test "by the table that is delivered nothing ever goes" {
	echo +430d >clock
	wait_for 60 eval 'v bo status --json | jq -e ".data.links[0].up"'
	v bo archive list --json | jq -e '.data == []'
	v cuc archive list --json | jq -e '.data == []'
	run -0 v bo archive create none
	[[ $output == *"Gone here        0"* ]]
	[ "$(files_of bo)" = 1 ]
	v bo show 1-KH/ĐU --json | jq -e '.data.archived == null'
}

@test "a table with a fault is refused with its line, and what was in force stays" {
	rule "$(printf '*  1  1\nKH  soon  1')"
	wait_for 30 grep -q 'tables.retention: .*rule:2: VT-1009' "$LAB/bo-faked.log"
	v bo archive list --json | jq -e '.data == []'
	run v bo config check
	[ "$status" != 0 ]
	[[ $output == *"rule:2: VT-1009"* ]]
}

@test "by a rule it may go what was done in a year that is long over, by type and direction" {
	rule "$(printf '*  ever  1\nKH  1  ever')"
	wait_for 60 may_go bo "1-KH/ĐU 2-KH/ĐU"
	v cuc archive list --json | jq -e '.data == []' # of KH what was received is kept, and 3-CV is not finished
	rule "$(printf 'KH  1  1\n*  1  1')"
	wait_for 60 may_go bo "1-KH/ĐU 2-KH/ĐU 3-CV/ĐU"
	wait_for 60 may_go cuc "1-KH/ĐU 2-KH/ĐU"
	v bo archive list | grep -E 'May go since.*Number'
	v bo archive list --before 2020-01-01 --json | jq -e '.data == []'
	run -2 v bo archive list --before hôm-qua
	v bo archive list --plain | grep -c KH | grep -x 2
}

@test "killed between the export and the letting go nothing has gone, and it goes on" {
	books bo >before
	v bo archive create kho --keep --json | jq -e '.data | .exported == 3 and .gone == 0 and .left == 0'
	find kho -type f -printf '%p %T@\n' | sort >written
	has_files bo 1
	"$VANTHU" archive verify kho --root "$(root)" --json | jq -e '.data | .valid and .documents == 3'
	# As it lay there when it was killed: one is cut off, of another the list was not written yet.
	rm "kho/SHA256SUMS"
	cut=$(dirname "$(grep -rl 3-CV kho --include=document.json)")
	rm "$cut/SHA256SUMS" "$cut/evidence"
	v bo archive create kho --json >made.json
	jq -e '.data | .exported == 1 and .whole == 2 and .gone == 3 and .left == 0' made.json
	# what was whole is not written again
	grep -v -F -e "$cut/" -e kho/SHA256SUMS written >kept
	[ "$(wc -l <kept)" -ge 9 ]
	find kho -type f -printf '%p %T@\n' | sort | grep -F -x -f kept | diff - kept
	wait_for 30 has_files bo 0
	books bo | diff before -
	v bo archive create kho --json | jq -e '.data | .documents == 3 and .exported == 0 and .gone == 0'
}

@test "killed at any moment what has gone lies whole in the archive, and it goes on" {
	local after
	books cuc >before
	for after in 0.02 0.05 0.08 0.11 0.15 0.2; do
		timeout -s KILL "$after" "$VANTHU" -c "$LAB/cuc" archive create kho-đến >/dev/null 2>&1 || true
		for n in 1-KH/ĐU 2-KH/ĐU; do
			v cuc show "$n" --json | jq -e '.data.archived == null' >/dev/null ||
				(cd kho-đến/received/bo/"$(v cuc show "$n" --json | jq -r .data.id)" && sha256sum --quiet -c SHA256SUMS)
		done
	done
	v cuc archive create kho-đến --name "Kho đến 2026" --json | jq -e '.data.left == 0 and .data.documents == 2'
	wait_for 30 has_files cuc 0
	v cuc show 2-KH/ĐU --json | jq -e '.data.archived.archive | . == "Kho đến 2026" or . == "kho-đến"'
	"$VANTHU" archive verify kho-đến --root "$(root)" --json | jq -e '.data.valid and .data.documents == 2'
	books cuc | diff before -
}

@test "what has gone says where it is, wherever it is asked for, and its way is still known" {
	v bo show 1-KH/ĐU | grep -E 'Archive +kho$'
	v bo show 1-KH/ĐU --json | jq -re '.data.archived | select(.archive == "kho") | .evidence' >digest
	sha256sum "$(dirname "$(grep -rl '"1-KH' kho --include=document.json)")/evidence" | cut -d' ' -f1 | diff - digest
	for act in "save --to out" "verify" "export --to x.ev" "resend --to cuc"; do
		# shellcheck disable=SC2086
		run v bo ${act%% *} 1-KH/ĐU $(cut -s -d' ' -f2- <<<"$act") --json
		[ "$status" = 5 ]
		[[ $output == *VT-2117* ]]
	done
	v bo trace 1-KH/ĐU --json | jq -e '.data.recipients[0].state == "delivered"'
	v bo find "Văn bản 1" | grep 1-KH/ĐU
	v bo changes --kind archived --json | jq -s -e '[.[] | .data[]?, .data.changes[]?] | length == 3' ||
		v bo changes --kind archived --json
	[ "$(v bo changes --kind archived --plain | grep -c archived)" = 3 ]
}

@test "the archive stands for itself: sha256sum reads it, and each flipped bit is found" {
	local file at
	(cd kho && sha256sum --quiet -c SHA256SUMS)
	for one in kho/sent/*/; do (cd "$one" && sha256sum --quiet -c SHA256SUMS); done
	"$VANTHU" archive verify kho --root "$(root)" --json | jq -e '.data.valid and .data.documents == 3'
	for file in kho/archive kho/SHA256SUMS $(find kho/sent -type f -name 'SHA256SUMS' | head -1) $(find kho/sent -name evidence | head -1) \
		$(find kho/sent -name document.json | head -1) $(find kho/sent -name 'kèm.bin' | head -1); do
		for at in 0 8 40 $(($(stat -c %s "$file") - 1)); do
			((at < $(stat -c %s "$file"))) || continue
			flip "$file" "$at"
			run "$VANTHU" archive verify kho --root "$(root)" --json
			[ "$status" = 5 ]
			flip "$file" "$at"
		done
	done
	"$VANTHU" archive verify kho --root "$(root)" --json | jq -e .data.valid
	file=$(find kho/sent -name 'kèm.bin' | head -1)
	mv "$file" away
	run -5 "$VANTHU" archive verify kho --root "$(root)"
	[[ $output == *"a file is missing"* ]]
	mv away "$file"
	echo x >"$(dirname "$file")/more"
	run -5 "$VANTHU" archive verify kho --root "$(root)"
	[[ $output == *"a file that the document does not have"* ]]
	rm "$(dirname "$file")/more"
	"$VANTHU" archive verify kho --root "$(root)" --json | jq -e .data.valid
	run "$VANTHU" archive verify kho --root "$LAB/bo/vanthud.yaml"
	[ "$status" != 0 ]
}

@test "a folder of something else or of another committee is refused" {
	mkdir other && echo x >other/y
	run v bo archive create other
	[ "$status" != 0 ]
	[[ $output == *VT-2118* ]]
	run v cuc archive create kho
	[ "$status" != 0 ]
	[[ $output == *VT-2118* ]]
	run -5 "$VANTHU" archive verify other --root "$(root)"
	[[ $output == *VT-2118* ]]
}
