# What a clerk asks of the wrong document: each command of the books, with each kind that it is not for, is refused with a code, an exit
# code and a command that helps, and that command is one that there is.

setup_file() {
	load common
	cd "$BATS_FILE_TMPDIR" || return 1
	cat >tree.yaml <<-'END'
		committees:
		  - {id: bo, name: Đảng ủy Bộ, symbol: ĐU}
		  - {id: cuc, name: Đảng bộ Cục, symbol: ĐU, superior: bo}
	END
	make_lab tree.yaml
	start_lab
	export LAB
	echo "nội dung" >vb.txt
	local n
	for n in 1 2 3 4 5; do
		v bo send vb.txt --to cuc --type KH --number "$n-KH/ĐU" --subject "Văn bản $n" -q --wait delivered --timeout 60 >/dev/null
	done
	v cuc send vb.txt --to bo --type BC --number 9-BC/ĐU --subject "Báo cáo" -q --wait delivered --timeout 60 >/dev/null
	v cuc paper add in 7-CV/ĐUB "Mời họp" --type CV --date 20/05/2025 -q >/dev/null
	# 1 arrived, 2 in hand, 3 finished, 4 returned, 5 given back; 9 our own, 7 on paper, 99 unknown
	v cuc accept 2-KH/ĐU 3-KH/ĐU -q >/dev/null
	v cuc start 2-KH/ĐU 3-KH/ĐU -q >/dev/null
	v cuc finish 3-KH/ĐU -q >/dev/null
	v cuc return 4-KH/ĐU --reason "gửi nhầm" -q >/dev/null
	v bo recall ask 5-KH/ĐU --reason "sai" -q >/dev/null
	asked() { v cuc show 5-KH/ĐU --json | jq -e '.data.work.recall == "13"'; }
	wait_for 60 asked
	v cuc recall agree 5-KH/ĐU -q >/dev/null
}
teardown_file() { load common; end_lab; }
setup() { load common; cd "$BATS_FILE_TMPDIR" || return 1; }
teardown() { keep_logs; }

# The command that the fix names: a line of it, "vanthu …", is understood by vanthu (its help is there).
names_a_command() { # FIX
	local words
	words=$(grep -oE "vanthu [a-z]+( (ask|agree|decline|show|list|in|out))?" <<<"$1" | head -n 1)
	[ -n "$words" ] || { echo "no command in: $1"; return 1; }
	# shellcheck disable=SC2086
	"$VANTHU" help $(cut -d ' ' -f 2 <<<"$words") >/dev/null || { echo "no such command: $words"; return 1; }
}

# WHO EXIT CODE HELP ARGUMENTS…: HELP is a word of the command that the fix must name.
refused() {
	local who=$1 exit=$2 code=$3 help=$4 fix
	shift 4
	run v "$who" "$@" --json
	if [ "$status" != "$exit" ] || [[ $output != *"$code"* ]]; then
		echo "$who $*: exit $status, wanted $exit $code: $output"
		return 1
	fi
	fix=$(jq -r '(.error // .errors[0] // {}) | .fix // ""' <<<"$output" 2>/dev/null | head -n 1)
	names_a_command "$fix" || { echo "$who $*: $output"; return 1; }
	[[ $fix == *"$help"* ]] || { echo "$who $*: the help is '$fix', wanted '$help'"; return 1; }
}

@test "each act on what it is not for: code, exit and help" {
	local act failed=0
	table() { # ACT NUMBER EXIT CODE HELP
		local words
		case $1 in
		return | recall\ decline) words=(--reason x) ;;
		assign) words=(--to A) ;;
		*) words=() ;;
		esac
		# shellcheck disable=SC2086
		refused cuc "$3" "$4" "$5" $1 "$2" "${words[@]}" || failed=1
	}
	while IFS='|' read -r act number exit code help; do
		table "$act" "$number" "$exit" "$code" "$help"
	done <<-'END'
		assign|1-KH/ĐU|6|VT-2018|vanthu accept
		start|1-KH/ĐU|6|VT-2018|vanthu accept
		finish|1-KH/ĐU|6|VT-2018|vanthu accept
		accept|2-KH/ĐU|6|VT-2018|vanthu show
		return|2-KH/ĐU|6|VT-2018|vanthu finish
		assign|3-KH/ĐU|6|VT-2018|vanthu start
		accept|3-KH/ĐU|6|VT-2018|vanthu show
		return|3-KH/ĐU|6|VT-2018|vanthu show
		assign|4-KH/ĐU|6|VT-2018|vanthu accept
		start|4-KH/ĐU|6|VT-2018|vanthu accept
		finish|4-KH/ĐU|6|VT-2018|vanthu accept
		recall agree|1-KH/ĐU|6|VT-2052|vanthu show
		recall decline|2-KH/ĐU|6|VT-2052|vanthu show
	END
	for act in accept return assign start finish "recall decline"; do
		table "$act" 5-KH/ĐU 6 VT-2050 "vanthu show"
	done
	for act in accept return assign start finish "recall agree" "recall decline"; do
		table "$act" 9-BC/ĐU 5 VT-1032 "vanthu recall ask"
		table "$act" 7-CV/ĐUB 5 VT-1040 "vanthu paper show"
		table "$act" 99-KH/ĐU 4 VT-2001 "vanthu"
	done
	[ "$failed" = 0 ]
}

@test "a recall asked of what is another's, on paper or unknown; by the whole id too" {
	local id
	id=$(v cuc show 1-KH/ĐU --json | jq -r .data.id)
	refused cuc 5 VT-2051 "vanthu return" recall ask 1-KH/ĐU --reason x
	refused cuc 5 VT-2051 "vanthu return" recall ask "$id" --reason x
	refused cuc 5 VT-1040 "vanthu paper show" recall ask 7-CV/ĐUB --reason x
	refused cuc 4 VT-2001 vanthu recall ask 99-KH/ĐU --reason x
	refused bo 6 VT-2050 "vanthu show" recall ask 5-KH/ĐU --reason x
	id=$(v cuc show 9-BC/ĐU --json | jq -r .data.id)
	refused cuc 5 VT-1032 "vanthu recall ask" accept "$id"
	refused cuc 5 VT-1032 "vanthu recall ask" recall agree "$id"
}

@test "books: a paper command on a digital document, a number that stands there, and what is unknown" {
	refused cuc 5 VT-1040 "vanthu show" paper change 1-KH/ĐU --subject x
	refused cuc 5 VT-1040 "vanthu show" paper cancel 1-KH/ĐU --reason x
	refused cuc 4 VT-2001 vanthu paper change 98-CV/ĐUB --subject x
	refused cuc 6 VT-2072 "vanthu register" register void out 9-BC/ĐU --reason x
	refused cuc 4 VT-2001 vanthu show 99-KH/ĐU
	[ "$(v cuc register in --json | jq '[.data[].additions[]]|length')" = 0 ] # nothing of all this stands in a book
}
