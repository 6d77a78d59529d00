# An attachment is damaged where it lies: the daemon finds it by itself, or a reader does; it goes into quarantine, is asked for from a neighbour that
# has it, and is whole again without anybody's doing.

setup() {
	load common
	cd "$BATS_TEST_TMPDIR" || return 1
	make_lab
	head -c 300000 /dev/urandom >big.bin
	start_lab btp thads vanphong
}
teardown() { end_lab; }

sent() { # FROM TO NUMBER
	v "$1" send big.bin --to "$2" --type CV --number "$3" --subject "Công văn thử" --wait delivered --timeout 120 --json | jq -r .data.id
}
content() { echo "$LAB/$1/data/files/${sum:0:2}/$sum"; }
spoil() { # WHO
	chmod u+w "$(content "$1")"
	printf X | dd of="$(content "$1")" bs=1 seek=1000 conv=notrunc status=none
}
is_good() { [ "$(sha256sum <"$(content "$1")" | cut -d' ' -f1)" = "$sum" ]; }
listed() { v "$1" quarantine list --json | jq -e --arg n "content-$sum" --arg id "$2" '.data[] | select(.name == $n and .family == "content" and .document == $id)' >/dev/null; }

@test "a reader meets it: it is fetched again from where it came, and never served meanwhile" {
	sum=$(sha256sum <big.bin | cut -d' ' -f1)
	id=$(sent btp thads 1-CV/ĐU)
	spoil thads
	run v thads verify "$id" -q
	[ "$status" = 5 ]
	wait_for 60 is_good thads
	wait_for 60 v thads verify "$id" -q
	listed thads "${id//-/}"
	grep -q 'event=content-damaged' "$LAB/thads/vanthud.log"
	v thads save "$id" --to out -q
	cmp big.bin out/*.bin
}

@test "the scrub finds it, and one that is gone; the issuer gets its own back from who received it" {
	sum=$(sha256sum <big.bin | cut -d' ' -f1)
	id=$(sent btp thads 2-CV/ĐU)
	"$VANTHU" lab stop "$LAB" btp thads -q >/dev/null
	spoil btp
	rm "$LAB/btp/data/scrubbed"
	start_lab btp thads
	wait_for 60 is_good btp
	listed btp "${id//-/}"
	v btp status --json | jq -e '.data.contents.wrong == 1 and .data.contents.looked >= 1'
	v btp verify "$id" -q
	# not there at all
	"$VANTHU" lab stop "$LAB" thads -q >/dev/null
	rm -f "$(content thads)" "$LAB/thads/data/scrubbed"
	start_lab thads
	wait_for 60 is_good thads
	# a pass over all has a day
	wait_for 60 eval 'v btp status --json | jq -e ".data.contents.checked_at != null"'
	run v btp status
	[[ $output == *"Contents checked"* ]]
}

@test "nobody has it: it stays in quarantine, asked for and not served, and all else goes on" {
	sum=$(sha256sum <big.bin | cut -d' ' -f1)
	id=$(sent btp thads 3-CV/ĐU)
	"$VANTHU" lab stop "$LAB" btp -q >/dev/null
	spoil btp
	rm "$LAB/btp/data/scrubbed"
	spoil thads
	start_lab btp
	wait_for 60 listed btp "${id//-/}"
	wait_for 60 listed thads "${id//-/}"
	run v btp save "$id" --to out -q
	[ "$status" != 0 ]
	[ ! -s out/big.bin ]
	echo x >small.txt
	v btp send small.txt --to thads --type CV --number 4-CV/ĐU --subject "Sau" --wait delivered --timeout 120 -q
	# what lies in quarantine is put back when it is right, and not before
	v btp quarantine release "content-$sum"
	[ ! -e "$(content btp)" ]
	cp big.bin "$LAB/btp/data/quarantine/content-$sum"
	v btp quarantine release "content-$sum"
	wait_for 60 is_good btp
	v btp verify "$id" -q
	# and then the neighbour gets it, too, when it asks again
	v thads quarantine release "content-$sum"
	wait_for 60 is_good thads
}
