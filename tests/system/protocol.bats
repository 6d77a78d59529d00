# What docs/PROTOCOL.md says of each odd thing that a neighbour may say, against a real daemon: tests/helpers/odd.py says them one after the other.

setup() {
	load common
	cd "$BATS_TEST_TMPDIR" || return 1
}
teardown() { end_lab; }

@test "the limits of the page are those of the program" {
	local limits name value row
	cat >limits <<-'END'
		COMMITTEE_ID_MAX committee id
		ENVELOPE_MAX_BYTES envelope
		INLINE_MAX_BYTES inlined contents
		PARTS_MAX parts
		ATTACHMENT_MAX_BYTES>>30 one content
		RECIPIENTS_MAX recipients
		HOP_LIMIT relay records
		RELAY_RECORD_MAX_BYTES one relay record
		SIGNATURES_MAX signatures
		BATCH_LEAVES_MAX envelopes under
		FRAME_MAX_BYTES frame
		FRAME_ITEMS_MAX items in a Publish
		FRAME_SEQS_MAX sequences in
		DECODE_BUDGET_BYTES>>20 memory for decoding
		LINKS_MAX neighbours
		TREE_DEPTH_MAX neighbours
		DIRECTORY_ENTRIES_MAX entries of a directory
		CLOCK_TOLERANCE_MS/60000 clock tolerance
		CONTROL_DATA_BYTES>>10 local message
		DIRECTORY_FILE_MAX_BYTES>>20 directory file
		ASIDE_LANE_ITEMS items set aside
		ASIDE_LANE_BYTES>>20 items set aside
		DOUBT_TOKEN_MAX token of a doubt
		DOUBT_ENVELOPE_MAX_BYTES token of a doubt
		REJECT_TRIES tries of an item
		REJECT_TRIES_ANY tries of an item
		REJECTED_MAX places in
	END
	limits=$(sed -n '/^## Limits/,/^## Error codes/p' "$ROOT/docs/PROTOCOL.md" | tr -d ,)
	{
		printf '#include <stdio.h>\n#include "routing/base/limits.h"\nint main(void) {\n'
		while read -r name row; do printf 'printf("%%llu\t%s\t%s\\n", (unsigned long long)(%s));\n' "$name" "$row" "$name"; done <limits
		printf '}\n'
	} >limit.c
	cc -I "$ROOT" limit.c -o limit
	while IFS=$'\t' read -r value name row; do
		grep -qE "^\| $row.* $value[ ;,]" <<<"$limits" || { echo "$name is $value; the page: $(grep "^| $row" <<<"$limits")"; return 1; }
	done < <(./limit)
}

@test "the page has every error code, request, event and kind of message that there is" {
	local page="$ROOT/docs/PROTOCOL.md" n=0 code word number
	has() { n=$((n + 1)); grep -qE -- "$2" <<<"$1" || { echo "not on the page: $2"; return 1; }; }
	part() { sed -n "/^## $1/,/^## /p" "$page"; }
	for code in $(sed -n 's/^\tERR_[A-Z_0-9]* = \([1-9][0-9]*\),.*/\1/p' "$ROOT/routing/base/err.h"); do has "$(part 'Error codes')" "^\| VT-$code \|"; done
	while read -r word; do
		has "$(part 'Local sockets' | grep -E '^\| `(office|operate|read).sock` \| `')" "\b$word\b" # which: tests/unit/daemon/control/test_requests.c
		has "$(part 'Local sockets')" "^\| [^|]*\`$word\`[^|]* \| [^|]* \|$"
	done < <(sed -n '/^message Request {/,/^}/s/^    [A-Za-z]* \([a-z_]*\) = [0-9]*;.*/\1/p' "$ROOT/proto/control.proto")
	for word in $(sed -n '/topic_of/,/^}/s/.*return "\([a-z-]\+\)";/\1/p' "$ROOT/daemon/live_events.c"); do has "$(part 'Live events')" "^\| [^|]*\`$word\`[^|]* \|"; done
	for number in $(sed -n '/^enum MessageType/,/^}/s/^  MESSAGE_[A-Z_]* = \([1-9][0-9]*\);.*/\1/p' "$ROOT/proto/peer.proto"); do
		has "$(part Frames)" "^\| ([0-9]+, )*$number(, [0-9]+)* \|"
	done
	[ "$n" -gt 170 ]
}

@test "three ways to say no: each cause is answered as the page has it, and so is what is no cause" {
	cat >tree.yaml <<-'END'
		committees:
		  - {id: top, name: Tỉnh ủy, symbol: TU}
		  - {id: khac, name: Đảng ủy khác, symbol: ĐUK, superior: top}
		  - {id: mot, name: Đảng ủy một, symbol: ĐU1, superior: top}
		  - {id: con, name: Chi bộ con, symbol: CB, superior: mot, seal: false}
		  - {id: hai, name: Đảng ủy hai, symbol: ĐU2, superior: top}
		  - {id: ba, name: Đảng ủy ba, symbol: ĐU3, superior: top}
		  - {id: bon, name: Đảng ủy bốn, symbol: ĐU4, superior: top}
		  - {id: nam, name: Đảng ủy năm, symbol: ĐU5, superior: top}
		  - {id: sau, name: Đảng ủy sáu, symbol: ĐU6, superior: top}
	END
	make_lab tree.yaml
	start_lab top khac
	random_file file.bin 130000
	v top send tree.yaml file.bin --to mot --type CV --number 1-CV/TU --subject "Tệp" -q >/dev/null
	timeout 300 /usr/bin/python3 -B "$ROOT/tests/helpers/odd.py" "$ROOT/build/gen/py" "$LAB/registry" "$LAB" >said.txt
	cat >wanted.txt <<-'END'
		a good one taken
		to itself refused VT-2013 document
		to a subordinate of its own and itself refused VT-2013 document
		to itself and one that nobody knows refused VT-2005 document
		to another and itself taken
		to itself, as a target refused VT-2008 document for mot
		to another and itself, both as targets taken
		which is handed back for mot
		bytes that are no envelope again refused VT-3006 zeros
		an envelope in another form again refused VT-3006 zeros
		an envelope over 64 KiB again refused VT-3006 zeros
		a wrong signature again refused VT-3001 digest
		an unknown key again refused VT-3002 digest
		an unknown type refused VT-3008 digest
		a payload that is none again refused VT-3006 digest
		text that is no UTF-8 in a body refused VT-3007 document
		NUL in a text of a body refused VT-3007 document
		text that is no UTF-8 in a head refused VT-3007 digest
		a field that nobody knows in a body taken
		an id of zeros again refused VT-3006 digest
		an id of 15 bytes again refused VT-3006 digest
		an id that is a random UUID taken
		1,001 recipients refused VT-2007 digest
		no recipient refused VT-2013 document
		102 parts refused VT-2010 digest
		3 GiB refused VT-2009 digest
		no manifest refused VT-3006 document
		a group with a name again refused VT-3006 digest
		a field that must be understood refused VT-3008 digest
		another's name refused VT-3005 digest
		another kind than the type says again refused VT-3006 digest
		a report among the documents refused VT-3013 document
		secret refused VT-2003 document
		urgency 5 again refused VT-3006 digest
		hop limit 17 again refused VT-3006 digest
		a body of a version to come taken
		an id taken
		the same id for another content refused VT-2002 document
		a day that is none again refused VT-3006 document
		a text that is too long again refused VT-3006 document
		a content that is not what the head says refused VT-3009 document
		fewer parts than the head says again refused VT-3006 document
		a document among the facts dropped
		a receipt among the documents refused VT-3013 document
		a receipt for what was never sent dropped
		16 relay records refused VT-2012 document
		the last chunk 31696 bytes
		from past the end unavailable VT-2001
		on past the end unavailable VT-2001
		from far past the end unavailable VT-2001
		leaves past the end unavailable VT-2001
		leaves far past the end unavailable VT-2001
		a part that is none unavailable VT-2014
		a part that no document has unavailable VT-2014
		a place that is none unavailable VT-2014
		another stream unavailable VT-3010
		nothing else handed back
		an empty envelope cut off VT-3013 and closed
		17 relay records cut off VT-3013 and closed
		40,000 items cut off VT-3013 and closed
		a Fetch of 17 pieces cut off VT-3013 and closed
		another range of protocols cut off VT-3008 and closed
	END
	diff wanted.txt said.txt
	v khac inbox --json | jq -e '.data | length == 7' # what was taken, and nothing that was refused
}
