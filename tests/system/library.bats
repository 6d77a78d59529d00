# libvanthu as others get it: installed, found by pkg-config, at work in a lab; and what it shows of itself.

setup_file() {
	load common
	cd "$BATS_FILE_TMPDIR"
	make -s -C "$ROOT" install PREFIX="$PWD/root" >/dev/null
	export PKG_CONFIG_PATH="$PWD/root/lib/pkgconfig" LD_LIBRARY_PATH="$PWD/root/lib"
	gcc -std=c11 -Wall -Wextra -Wpedantic -Werror "$ROOT/docs/examples/send_and_wait.c" $(pkg-config --cflags --libs vanthu) -o send_and_wait
	gcc -std=c11 -Wall -Wextra -Werror "$ROOT/tests/helpers/library.c" $(pkg-config --cflags --libs vanthu) -o library
	make_lab
	{
		cat "$ROOT/etc/doctypes"
		printf '%s\n' '2020-01-01  BT  Bản tin  BTi  by the office' '2026-06-01  ended  Bản tin  -  by the office'
	} >types
	printf 'tables:\n  doctypes: %s\n' "$PWD/types" >>"$LAB/btp/vanthud.yaml"
	printf 'attachment: {max: 100K}\n' >>"$LAB/cb-tochuc/vanthud.yaml"
	start_lab
}
teardown_file() { load common; LAB="$BATS_FILE_TMPDIR/lab"; end_lab; }
setup() { load common; LAB="$BATS_FILE_TMPDIR/lab"; cd "$BATS_TEST_TMPDIR" || return 1; }
teardown() { v thads status >/dev/null 2>&1 || start_lab; }

lib() { "$BATS_FILE_TMPDIR/library"; }
ID=01990000-0000-7000-8000-00000000000

@test "the example sends with an attachment, gets its receipt, lists and saves" {
	printf 'kế hoạch\n' >plan.txt
	random_file scan.pdf 3000000
	mkdir saved
	run -0 "$BATS_FILE_TMPDIR/send_and_wait" "$LAB/btp" thads plan.txt scan.pdf saved
	[[ ${lines[0]} == "id "????????-????-7* ]]
	[ "${lines[1]}" = "thads has it VT-0" ]
	[ "${lines[2]}" = "31-KH/ĐU delivered Kế hoạch năm 2026" ]
	cmp plan.txt saved/plan.txt
	cmp scan.pdf saved/scan.pdf
	[ "$(v thads inbox --json | jq -r '.data[0].id')" = "${lines[0]#id }" ]
}

@test "a socket that is not there, or nobody listens on, and a configuration that is none" {
	printf 'socket %s\nsocket /%s\nopen %s\nopen %s\n' "$PWD/none.sock" "$(printf 'x%.0s' {1..200})" "$PWD" "$LAB/btp" >say
	run -0 lib <say
	[ "${lines[0]}" = "5001 $PWD/none.sock" ]
	[[ ${lines[1]} == "1002 /xxx"* ]]
	[ "${lines[2]}" = "4006 $PWD" ]
	[ "${lines[3]}" = "0 " ]
}

@test "the same send again under its id happens once, another content under it is a conflict" {
	run -0 lib <<-END
		open $LAB/btp
		send ${ID}1 thads 1-KH/ĐU hello 0
		send ${ID}1 thads 1-KH/ĐU hello 0
		send ${ID}1 thads 1-KH/ĐU other 0
		find btp 1-KH/ĐU
		send ${ID}2 thads 1-KH/ĐU hello 1
		send ${ID}2 thads 1-KH/ĐU hello 2
		find - 1-KH/ĐU
	END
	[ "${lines[1]}" = "0  to-thads" ]
	[ "${lines[2]}" = "0  repeated to-thads" ]
	[[ ${lines[3]} == "2002 "* ]]
	[ "${lines[4]}" = "0 1 ${ID}1" ]
	[[ ${lines[5]} == "1011"* ]]
	[ "${lines[6]}" = "0  warning-1011 to-thads" ]
	[ "${lines[7]}" = "0 1 ${ID}1" ]
}

@test "nobody knows the recipient: which one, and the connection goes on" {
	run -0 lib <<-END
		open $LAB/btp
		send ${ID}3 nosuch 3-KH/ĐU hello 0
		send ${ID}3 No-Id 3-KH/ĐU hello 0
		send ${ID}3 thads 3-KH/ĐU hello 0
		send no-uuid thads 3-KH/ĐU hello 0
	END
	[ "${lines[1]}" = "2005 nosuch" ]
	[ "${lines[2]}" = "1003 No-Id" ]
	[ "${lines[3]}" = "0  to-thads" ]
	[ "${lines[4]}" = "1001 no-uuid" ]
}

@test "changes are read from any number on, by kind, and waited for; what is of another feed is found out" {
	local since
	since=$(v btp changes --json | jq .data.next)
	run -0 lib <<-END
		open $LAB/btp
		send ${ID}9 thads 9-KH/ĐU hello 0
		wait ${ID}9 60000
		changes $since sent,receipt 60000
		changes $since sent 0
		changes $since paper 10
		changes 999999 - 0
		changes 0 came 0
	END
	[[ ${lines[3]} == "0  "*:sent:btp:${ID}9* ]]
	[[ ${lines[4]} == "0  "*:sent:btp:${ID}9" next "* ]]
	[[ ${lines[5]} == "0  next "* ]]
	[[ ${lines[6]} == "2094  next 0 first 1" ]]
	[ "${lines[7]}" = "1001 came" ]
}

@test "a type is the one that the office's table has on the document's day" {
	run -0 lib <<-END
		open $LAB/btp
		send ${ID}7 thads 1-BT/ĐU hello 0 BTi 2026-05-31
		show ${ID}7
		send ${ID}8 thads 2-BT/ĐU hello 0 BT 2026-06-01
		send ${ID}8 thads 2-QĐ/ĐU hello 0 QĐ
		send ${ID}8 thads 2-XYZ/ĐU hello 0 XYZ
		send ${ID}8 thads 2-QĐ/ĐU hello 2 QyĐ
		open $LAB/thads
		send ${ID}8 btp 1-BT/ĐU hello 0 BT 2026-05-31
	END
	[ "${lines[1]}" = "0  to-thads" ]
	[[ ${lines[2]} == "0 "*" Bản tin thuong "* ]]
	[ "${lines[3]}" = "1038 BT" ]
	[ "${lines[4]}" = "1007 QĐ" ]
	[ "${lines[5]}" = "1004 XYZ" ]
	[[ ${lines[6]} == "0 "*" to-thads" ]]
	[ "${lines[8]}" = "1004 BT" ] # its daemon has no such table
}

@test "waiting ends with the receipts, of a group each, or says that it is not yet" {
	"$VANTHU" lab stop "$LAB" cb-nghiepvu -q >/dev/null
	run -0 lib <<-END
		open $LAB/thads
		send ${ID}4 subordinates 4-KH/ĐU hello 0
		wait ${ID}4 0
	END
	[[ ${lines[2]} == "2016 ${ID}4 "*" Kế hoạch thuong "*"cb-nghiepvu:6:0"* ]]
	start_lab
	run -0 lib <<-END
		open $LAB/thads
		wait ${ID}4 120000
	END
	[[ ${lines[1]} == "0  delivered Kế hoạch thuong "*"cb-nghiepvu:3:0"* ]]
}

@test "contents are read to the end, or as far as wanted; a name of several is told with them; what is not there" {
	run -0 lib <<-END
		open $LAB/btp
		send ${ID}5 thads 5-KH/ĐU hello 0
		send ${ID}6 thads 5-KH/ĐU hello 0
		read ${ID}5 0 100
		read ${ID}5 0 1
		read ${ID}5 1 100
		show 5-KH/ĐU
		show 99-KH/ĐU
		save ${ID}5 0 $PWD
		save ${ID}5 0 $PWD
		save ${ID}6 0 $PWD/none
	END
	[ "${lines[3]}" = "0  5" ]
	[ "${lines[4]}" = "5007 a.txt 5" ]
	[ "${lines[5]}" = "2001 part 0" ]
	[[ ${lines[6]} == "1007 5-KH/ĐU "*"${ID}6"* && ${lines[6]} == *"${ID}5"* ]]
	[ "${lines[7]}" = "2001 99-KH/ĐU" ]
	[ "${lines[8]}" = "0 a.txt" ]
	[ "${lines[9]}" = "0 a.txt" ]
	[ "${lines[10]}" = "4006 $PWD/none" ]
	[ "$(cat a.txt)" = hello ]
}

@test "a daemon that ends meanwhile is told, and the same handle goes on when it is back" {
	local answer
	coproc LIB { lib; }
	ask() { printf '%s\n' "$1" >&"${LIB[1]}"; read -r answer <&"${LIB[0]}"; echo "$1: $answer"; }
	ask "open $LAB/thads"
	ask "send ${ID}7 btp 7-KH/ĐU hello 0"
	kill9 thads
	ask "show ${ID}7"
	[[ $answer == "5001"* ]]
	ask "send ${ID}8 btp 8-KH/ĐU hello 0"
	[[ $answer == "5001"* ]]
	start_lab
	ask "show ${ID}7"
	[[ $answer == "0 "* ]]
	ask "send ${ID}8 btp 8-KH/ĐU hello 0"
	[[ $answer == "0 "*"to-btp" ]]
}

@test "a document that its recipient refuses: the state, and the reason of who refused" {
	printf 'kế hoạch\n' >plan.txt
	random_file large.pdf 300000
	run -0 "$BATS_FILE_TMPDIR/send_and_wait" "$LAB/thads" cb-tochuc plan.txt large.pdf .
	[ "${lines[1]}" = "cb-tochuc has not VT-2009" ]
	[[ $output == *"31-KH/ĐU refused "* ]]
	run -0 lib <<-END
		open $LAB/thads
		wait ${lines[0]#id } 120000
	END
	[ "${lines[1]}" = "0  refused Kế hoạch thuong cb-tochuc:4:2009" ]
}

@test "the library shows what its version script names, which is what its header declares, and nothing else" {
	nm -D --defined-only "$BATS_FILE_TMPDIR/root/lib/libvanthu.so.1" | awk '$2 != "A" {sub(/@.*/, "", $3); print $3}' | sort >shown
	sed -n 's/^\t\(vanthu_[a-z_]*\);$/\1/p' "$ROOT/tools/client/vanthu.map" | sort >named
	gcc -E -P -x c "$BATS_FILE_TMPDIR/root/include/vanthu.h" | grep -oE '\bvanthu_[a-z_]+\(' | tr -d '(' | grep -vxE 'vanthu_take' | sort -u >declared
	diff shown named
	diff declared named
	[ "$(wc -l <named)" -gt 50 ]
	nm -g --defined-only "$BATS_FILE_TMPDIR/root/lib/libvanthu.a" | awk 'NF == 3 {print $3}' | sort >archive
	diff archive named
	objdump -p "$BATS_FILE_TMPDIR/root/lib/libvanthu.so.1" | grep -q 'SONAME *libvanthu.so.1$'
	nm -D --defined-only "$BATS_FILE_TMPDIR/root/lib/libvanthu.so.1" | grep -q ' vanthu_open@@VANTHU_1$'
	nm -D --defined-only "$BATS_FILE_TMPDIR/root/lib/libvanthu.so.1" | grep -q ' vanthu_changes@@VANTHU_2$'
	nm -D --defined-only "$BATS_FILE_TMPDIR/root/lib/libvanthu.so.1" | grep -q ' vanthu_hide_secret@@VANTHU_2$'
}

@test "the header stands alone, in C of any standard, and the archive links into a program with names like the library's own" {
	echo '#include <vanthu.h>' >alone.c
	for std in c99 c11 c17; do gcc -std=$std -Wall -Wextra -Wpedantic -Werror -fsyntax-only $(pkg-config --cflags vanthu) alone.c; done
	sed -n 's/^#include //p' "$BATS_FILE_TMPDIR/root/include/vanthu.h" >includes
	[ "$(tr '\n' ' ' <includes)" = "<stddef.h> <stdint.h> " ]
	printf '#include <stdio.h>\n#include <vanthu.h>\nint client_send(void);\nint client_send(void) { return 7; }\nint arena_new(void);\nint arena_new(void) { return 8; }\nint main(void) { vanthu_draft *d = NULL; return vanthu_draft_new(&d) == 0 && client_send() + arena_new() == 15 ? 0 : 1; }\n' >own.c
	gcc own.c $(pkg-config --cflags vanthu) "$BATS_FILE_TMPDIR/root/lib/libvanthu.a" $(pkg-config --libs --static vanthu | sed 's/-lvanthu//') -o own
	./own
}

@test "a draft whose parts come as a stream is sent once, whatever their size, and a half one leaves nothing" {
	run -0 lib <<-END
		open $LAB/btp
		stream ${ID}a thads 17-KH/ĐU 700000 3
		stream ${ID}a thads 17-KH/ĐU 700000 3
		stream ${ID}a thads 17-KH/ĐU 700000 4
		stream ${ID}b thads 18-KH/ĐU 700000 2 half
		show ${ID}b
		stream ${ID}b thads 18-KH/ĐU 10 1
		stream ${ID}c nosuch 19-KH/ĐU 10 1
		socket $LAB/cb-tochuc/run/office.sock
		stream ${ID}c btp 19-KH/ĐU 3000000 2
	END
	echo "$output"
	[ "${lines[1]}" = "0 " ]
	[ "${lines[2]}" = "0  repeated" ]
	[[ ${lines[3]} == "2002 "* ]]
	[ "${lines[4]}" = "0 " ]
	[ "${lines[5]}" = "2001 ${ID}b" ]
	[ "${lines[6]}" = "0 " ]
	[ "${lines[7]}" = "2005 nosuch" ]
	[ "${lines[9]}" = "2009 0.bin" ]
	[ "$(v btp show "${ID}a" --json | jq -r '[.data.attachments[] | "\(.name)=\(.size_bytes)"] | join(" ")')" = "0.bin=700000 1.bin=700000 2.bin=1" ]
	[ -z "$(find "$LAB/btp/data/incoming" -name 'submit.*')" ]
}

@test "any range of a part is read by pull, and all of it" {
	random_file a.bin 1500000
	v btp send a.bin --to thads --type KH --number 21-KH/ĐU --subject "một việc" -q >/dev/null
	run -0 lib <<-END
		open $LAB/btp
		range 21-KH/ĐU 0 - - all
		range 21-KH/ĐU 0 33333 777777 middle
		range 21-KH/ĐU 0 1499999 10 last
		range 21-KH/ĐU 0 1500000 10 none
		range 21-KH/ĐU 0 1500001 10 none
		range 21-KH/ĐU 1 - - none
	END
	[ "${lines[1]}" = "0  1500000" ]
	[ "${lines[4]}" = "0  1500000" ]
	[[ ${lines[5]} == "2001 "* ]]
	[ "${lines[6]}" = "2001 part" ]
	cmp a.bin all
	cmp <(tail -c +33334 a.bin | head -c 777777) middle
	cmp <(tail -c 1 a.bin) last
	[ ! -s none ]
}

@test "an id made of a key is always the same, and serves like any other" {
	local made want
	# as docs/PROTOCOL.md says it, by another program
	want=$(printf 'vanthu id v1\n\0\0\0\0\0\0\0\005gates\0\0\0\0\0\0\0\011case-12é' | sha256sum | sed -E 's/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*/\1-\2-8\3-x\4-\5/')
	run -0 lib <<<"key gates case-12é"
	made=${lines[0]#0 }
	[[ $made == ${want/x/[89ab]} ]] || { echo "$made $want"; false; }
	for id in "$made" 5f0c2f5e-7a52-4d36-9f1e-0f6c6a7f9a11 886313e1-3b8a-5372-9b90-0c9aee199e5d; do
		run -0 lib <<-END
			open $LAB/btp
			stream $id thads - 300000 2
			stream $id thads - 300000 2
			wait $id 60000
			show ${id:28}
		END
		[ "${lines[2]}" = "0  repeated" ]
		[[ ${lines[3]} == "0  delivered"* ]]
		[[ ${lines[4]} == "0  delivered"* ]]
		[ "$(v btp outbox --json | jq -r '.data[0].id')" = "$id" ] # the newest, whatever its id
		v btp trace "$id" -q
		v thads accept "$id" -q
		v thads verify "$id" -q
	done
}
