# What a command printed is there, or it did not succeed: every command of the table, with an output that takes nothing.

setup_file() {
	load common
	BATS_TEST_TMPDIR= make_lab
	printf 'gateway:\n  spool: spool\n' >>"$LAB/btp/vanthud.yaml"
	mkdir -p "$LAB/btp/spool/out/refused/mot"
	echo 'to: thads' >"$LAB/btp/spool/out/refused/mot/mot.yaml"
	echo '{"v":1,"name":"mot","error":{"code":"VT-6041"}}' >"$LAB/btp/spool/out/refused/mot/result.json"
	start_lab
	export LAB
	cd "$BATS_FILE_TMPDIR" || return 1
	echo "Kế hoạch" >plan.txt
	printf 'committees:\n  - {id: tren, name: "Đảng ủy", symbol: ĐU}\n  - {id: duoi, name: "Chi bộ", symbol: CB, superior: tren}\n' >tree.yaml
	printf 'Các đảng bộ  thads, vanphong\n' >lists.txt
	"$VANTHU" lab create small --tree tree.yaml -q >/dev/null
	"$VANTHU" lab start small -q >/dev/null
	"$VANTHU" lab stop small -q >/dev/null
	v btp backup create kept -q >/dev/null
	mkdir -p spare "$LAB/btp/data/quarantine"
	cp "$LAB"/btp/{vanthud.yaml,sign.key,link.key} spare/
	cp -r "$LAB/registry" .
	echo x >"$LAB/btp/data/quarantine/counter-00"
	"$VANTHU" init new --id moi --name "Chi bộ mới" --symbol CB -q >/dev/null
	v btp send plan.txt --to subordinates --type KH --number 31-KH/ĐU --subject "Kế hoạch" --wait delivered --timeout 120 -q >/dev/null
	v btp send plan.txt --to thads --type KH --number 32-KH/ĐU --subject "Kế hoạch" --wait delivered --timeout 120 -q >/dev/null
	v btp recall ask 32-KH/ĐU --reason "Sai" -q >/dev/null
	asked() { v thads show 32-KH/ĐU --json | jq -e '.data.work.recall == "13"'; }
	wait_for 60 asked
	v btp paper add in --type CV --number 1-CV/XX --subject "Mời họp" --from "Văn phòng" -q >/dev/null
	v btp export 31-KH/ĐU --to evidence.vtd -q >/dev/null
	v thads key new --sign -q >/dev/null
	v btp token add there --scope read -q >/dev/null
	v btp user add there --person Lan --role viewer -q >/dev/null
	v btp webhook add there https://hooks.example/ -q >/dev/null
	(umask 077; echo bi-mat >secret)
	v btp axis add there --address https://axis.example/ --system btp --secret-file secret -q >/dev/null
	mkdir -p "$LAB/btp/gateway/axis-server/there/out"
	echo '{"v":1,"done":0,"feed":"","last":0,"from_ms":1,"made_ms":0,"seen_ms":0,"told_done":0,"told_failed":0,"stopped":0}' >"$LAB/btp/gateway/axis-server/there/state.json"
	table >table
}
teardown_file() {
	load common
	end_lab
}
teardown() { keep_logs; }
setup() {
	load common
	cd "$BATS_FILE_TMPDIR" || return 1
}

# One line a form: what the table of commands calls it, then arguments. $N is another number each time. None changes what another needs.
table() {
	cat <<-'END'
		send        -c $LAB/btp send plan.txt --to thads --type TB --number $N-TB/ĐU --subject thử
		resend      -c $LAB/btp resend 31-KH/ĐU --to thads -n
		inbox       -c $LAB/thads inbox
		outbox      -c $LAB/btp outbox
		find        -c $LAB/btp find ke
		show        -c $LAB/btp show 31-KH/ĐU
		save        -c $LAB/btp save 31-KH/ĐU --to saved$N
		export      -c $LAB/btp export 31-KH/ĐU --to evidence$N
		verify      -c $LAB/btp verify 31-KH/ĐU
		verify      verify evidence.vtd --root $LAB/registry/root.pem
		accept      -c $LAB/thads accept 31-KH/ĐU
		return      -c $LAB/thads return 31-KH/ĐU --reason nhầm -n
		assign      -c $LAB/thads assign 31-KH/ĐU --to ai -n
		start       -c $LAB/thads start 31-KH/ĐU -n
		finish      -c $LAB/thads finish 31-KH/ĐU -n
		register out -c $LAB/btp register out
		register in -c $LAB/thads register in
		register followup -c $LAB/thads register followup
		register void -c $LAB/btp register void out $N-TB/ĐU --reason nhầm -n
		recall ask  -c $LAB/btp recall ask 31-KH/ĐU --reason nhầm -n
		recall agree -c $LAB/thads recall agree 32-KH/ĐU -n
		recall decline -c $LAB/thads recall decline 32-KH/ĐU --reason nhầm -n
		due         -c $LAB/thads due --all
		person list -c $LAB/thads person list --json
		policy      -c $LAB/btp policy --json
		lists       -c $LAB/btp lists --json
		paper add   -c $LAB/btp paper add in --type CV --number $N-CV/YY --subject x --from ai
		paper list  -c $LAB/btp paper list
		paper cancel -c $LAB/btp paper cancel 1-CV/XX --reason nhầm -n
		paper change -c $LAB/btp paper change 1-CV/XX --subject họp -n
		paper show  -c $LAB/btp paper show 1-CV/XX
		paper import -c $LAB/btp paper import --template
		target show -c $LAB/btp target
		target why  -c $LAB/btp target why --all
		target simulate -c $LAB/btp target simulate --paper 1
		target by   -c $LAB/btp target by month
		target ask  -c $LAB/btp target ask thads -n
		target report -c $LAB/thads target report -n
		target declare -c $LAB/thads target declare officers 1/2 --as-of 2026-11-01 -n
		target declared -c $LAB/thads target declared
		target export -c $LAB/btp target export --period 2026
		target recount -c $LAB/btp target recount
		report      -c $LAB/btp report --period 2026 --output bao-cao$N.html
		remind      -c $LAB/btp remind --all-late -n --json
		trace       -c $LAB/btp trace 31-KH/ĐU
		edxml check edxml check $ROOT/tests/edxml/plain.edxml
		edxml import -c $LAB/btp edxml import $ROOT/tests/edxml/plain.edxml --to thads -n
		edxml export -c $LAB/btp edxml export 31-KH/ĐU --output edxml$N
		token add   -c $LAB/btp token add x$N --scope read
		token list  -c $LAB/btp token list
		token show  -c $LAB/btp token show there
		token revoke -c $LAB/btp token revoke there -n
		user add    -c $LAB/btp user add x$N --person Lan --role viewer
		user list   -c $LAB/btp user list
		user show   -c $LAB/btp user show there
		user change -c $LAB/btp user change there --role viewer
		user reset  -c $LAB/btp user reset there
		user disable -c $LAB/btp user disable there -n
		user enable -c $LAB/btp user enable there -n
		webhook add -c $LAB/btp webhook add x$N https://hooks.example/
		webhook list -c $LAB/btp webhook list
		webhook show -c $LAB/btp webhook show there
		webhook pause -c $LAB/btp webhook pause there -n
		webhook resume -c $LAB/btp webhook resume there -n
		webhook replay -c $LAB/btp webhook replay there --since 0 -n
		webhook remove -c $LAB/btp webhook remove there -n
		axis add    -c $LAB/btp axis add x$N --address https://axis.example/ --system btp --secret-file secret
		axis list   -c $LAB/btp axis list
		axis show   -c $LAB/btp axis show there
		axis pause  -c $LAB/btp axis pause there -n
		axis resume -c $LAB/btp axis resume there -n
		axis remove -c $LAB/btp axis remove there -n
		spool status -c $LAB/btp spool status
		spool retry -c $LAB/btp spool retry mot -n
		axis systems -c $LAB/btp axis systems
		axis system -c $LAB/btp axis system there
		axis retry  -c $LAB/btp axis retry there -n
		status      -c $LAB/btp status
		changes     -c $LAB/btp changes
		link list   -c $LAB/btp link
		link show   -c $LAB/btp link show thads
		link ping   -c $LAB/btp link ping thads
		queue show  -c $LAB/btp queue
		queue list  -c $LAB/btp queue list --json
		queue aside -c $LAB/btp queue aside --json
		recover status -c $LAB/btp recover status
		recover accept -c $LAB/btp recover accept -n
		quarantine release -c $LAB/btp quarantine release counter-00 -n
		quarantine accept -c $LAB/btp quarantine accept counter-00 -n
		recover list -c $LAB/btp recover list
		recover resume -c $LAB/btp recover resume -n
		check all -c $LAB/btp check all --json
		check clock -c $LAB/btp check clock --json
		check key -c $LAB/btp check key --json
		check links -c $LAB/btp check links --json
		check queue -c $LAB/btp check queue --json
		check aside -c $LAB/btp check aside --json
		check room -c $LAB/btp check room --json
		check directory -c $LAB/btp check directory --json
		check damage -c $LAB/btp check damage --json
		check store -c $LAB/btp check store --json
		check target -c $LAB/cb-tochuc check target --json
		check backup -c $LAB/btp check backup --json
		backup create -c $LAB/btp backup create kept -n
		backup list backup list kept
		backup verify backup verify kept
		backup prune backup prune kept --keep 1 -n
		backup restore -c spare backup restore kept -n
		archive list -c $LAB/btp archive list --json
		archive create -c $LAB/btp archive create contents
		archive verify archive verify contents --root $LAB/registry/root.pem
		doctor      -c small/duoi doctor --store
		log show    -c $LAB/btp log show
		log verify  -c $LAB/btp log verify
		quarantine list -c $LAB/btp quarantine list
		quarantine show -c $LAB/btp quarantine show counter-00
		quarantine drop -c $LAB/btp quarantine drop counter-00 -n
		committee list -c $LAB/btp committee
		committee show -c $LAB/btp committee show thads
		committee export -c $LAB/btp committee export --to directory$N
		committee import -c $LAB/btp committee import $LAB/registry/directory.vtd
		committee add committee add new/moi.request --registry $LAB/registry --superior btp -n
		committee move committee move cb-tochuc --superior btp --registry $LAB/registry -n
		committee retire committee retire cb-tochuc --registry $LAB/registry -n
		committee change committee change cb-tochuc --name X --registry $LAB/registry -n
		committee policy committee policy $ROOT/etc/competence --registry $LAB/registry -n
		committee lists committee lists lists.txt --registry $LAB/registry -n
		committee renew committee renew --registry $LAB/registry -n
		key list    -c $LAB/btp key
		key new     -c $LAB/cb-tochuc key new --sign --force
		key rotate  key rotate $LAB/thads/sign.key.request --registry $LAB/registry -n
		key revoke  key revoke thads sign --registry $LAB/registry -n
		config check -c $LAB/btp config check
		config show -c $LAB/btp config
		config example config example
		init        init new$N --id moi
		init        init registry$N --registry
		lab create  lab create lab$N --tree tree.yaml
		lab start   lab start $LAB
		lab stop    lab stop small
		lab status  lab status $LAB
		lab add     lab add small them$N --superior tren --name X --symbol X
		help        help
		help        send --help
		completion bash completion bash
		completion zsh completion zsh
		completion words completion words -- in
		version     version
	END
}

N=$((BATS_TEST_NUMBER * 1000))
each() { # DO MODE…: for each line, in $A what to run
	local line a
	while read -r line; do
		N=$((N + 1))
		a=${line#"$(grep -oE '^[a-z]+( (add|list|accept|release|aside|all|clock|key|links|queue|room|directory|damage|store|target|cancel|show|by|report|declare|declared|why|simulate|recount|resume|ping|export|import|move|retire|change|renew|new|rotate|revoke|check|example|create|start|stop|status|bash|zsh|words|out|in|followup|void|ask|agree|decline|policy|lists|pause|replay|remove|systems|system|retry|backup|verify|prune|restore|drop|reset|disable|enable) )? *' <<<"$line")"}
		eval "A=($a)"
		# Only a newer directory can be installed.
		[[ $line != "committee import"* ]] || "$VANTHU" committee renew --registry "$LAB/registry" -q >/dev/null
		"$@" || { echo "$* of: $line"; return 1; }
	done <table
}

works() { "$VANTHU" "${A[@]}" >out 2>err && [ -s out ]; }
lost_in() { # REDIRECTION [OPTION]: exit 1, and a word on it
	local code=0
	eval '"$VANTHU" "${A[@]}" '"$2"' 2>err '"$1" || code=$?
	[ "$code" = 1 ] && grep -q 'VT-4006: the output could not be written' err
}

@test "the table of this test has every command" {
	local command form
	for command in $("$VANTHU" completion words -- '' | cut -f1); do
		[ "$command" = demo ] || [ "$command" = watch ] || grep -q "^$command" table || { echo "$command"; return 1; }
		for form in $("$VANTHU" completion words -- "$command" '' 2>/dev/null | cut -f1); do
			[ "$command $form" = "webhook test" ] && continue # asks a gateway: tests/system/webhook.bats
			! "$VANTHU" help "$command" | grep -qE "^  vanthu $command $form( |$)" || grep -q "^$command $form" table || { echo "$command $form"; return 1; }
		done
	done
	each works
}

@test "a full disk under the output is exit 1 of every command, and said" { each lost_in '>/dev/full' ''; }
@test "a full disk under --json and --plain likewise" {
	each lost_in '>/dev/full' --json
}
@test "an output that is closed likewise, and nothing else is written instead" {
	each lost_in '>&-' ''
	! LANGUAGE=vi "$VANTHU" version 2>err >/dev/full
	grep -q 'không ghi được kết quả ra: đĩa đã đầy' err
}

@test "watch ends when its reader goes, and fails when its output is lost" {
	local code=0 id
	v btp watch | head -1 >seen &
	local reader=$!
	mkfifo pipe
	(trap '' PIPE; code=0; v btp watch >pipe 2>err-pipe || code=$?; echo $code >ended) &
	exec 7<pipe
	exec 7<&-
	wait_for 20 test -s ended
	[ "$(cat ended)" = 0 ]
	[ ! -s err-pipe ]
	(code=0; v btp watch --count 1 >/dev/full 2>err-full || code=$?; echo $code >lost) &
	for id in {1..40}; do
		v btp send plan.txt --to thads --type TB --number "$id-TB/WW" --subject thử -q >/dev/null 2>&1
		[ -s lost ] && [ -s seen ] && break
	done
	[ "$(cat lost)" = 1 ]
	grep -q "could not be written" err-full
	wait "$reader"
	wait_for 20 eval '! pgrep -f "^$VANTHU -c $LAB/btp watch"'
}
