# Sources of the tests, sorted, one a line. tests/unit/FOLDER/test_NAME.c each a program; tests/sim/, tests/vectors/code/ and
# tests/bench/ each together one.
CRASH := \
	calls \
	fault \
	memory \
	sockets \
	watch
UNIT := \
	daemon/base/test_log \
	daemon/base/test_workers \
	daemon/bulk/test_bulk \
	daemon/bulk/test_spoilt \
	daemon/config/test_config \
	daemon/config/test_listen \
	daemon/control/test_blocks \
	daemon/control/test_catalogue \
	daemon/control/test_changes \
	daemon/control/test_check \
	daemon/control/test_crowd \
	daemon/control/test_documents \
	daemon/control/test_due \
	daemon/control/test_due_order \
	daemon/control/test_many \
	daemon/control/test_persons \
	daemon/control/test_queue \
	daemon/control/test_registers \
	daemon/control/test_requests \
	daemon/control/test_secret \
	daemon/control/test_share \
	daemon/control/test_sift \
	daemon/control/test_subtree \
	daemon/control/test_target \
	daemon/control/test_thread \
	daemon/control/test_why \
	daemon/directory/test_installer \
	daemon/files/test_changed \
	daemon/files/test_chunks \
	daemon/files/test_fault \
	daemon/files/test_files \
	daemon/files/test_garbage \
	daemon/keys/test_key_file \
	daemon/keys/test_keyring \
	daemon/links/test_gate \
	daemon/links/test_publish_opener \
	daemon/links/test_sequencer \
	daemon/store/test_copy \
	daemon/store/test_damage \
	daemon/store/test_fails \
	daemon/store/test_flips \
	daemon/store/test_layout \
	daemon/store/test_map_fault \
	daemon/store/test_new \
	daemon/store/test_owner \
	daemon/store/test_room \
	daemon/store/test_store \
	daemon/tables/test_tables \
	daemon/test_flight \
	daemon/test_inbox \
	daemon/test_turn \
	proto/test_body \
	proto/test_certificate \
	proto/test_chunk_digest \
	proto/test_descriptors \
	proto/test_digest \
	proto/test_directory \
	proto/test_head \
	proto/test_merkle \
	proto/test_no_memory \
	proto/test_prescan \
	proto/test_record_codec \
	proto/test_report \
	proto/test_seal \
	proto/test_wire \
	routing/base/test_arena \
	routing/base/test_calendar \
	routing/base/test_committee_id \
	routing/base/test_endpoint \
	routing/base/test_err \
	routing/base/test_visible \
	routing/decide/test_acknowledge \
	routing/decide/test_damage \
	routing/decide/test_declare \
	routing/decide/test_directory \
	routing/decide/test_document \
	routing/decide/test_lists \
	routing/decide/test_mandate \
	routing/decide/test_message \
	routing/decide/test_office \
	routing/decide/test_operate \
	routing/decide/test_paper \
	routing/decide/test_papers \
	routing/decide/test_publish \
	routing/decide/test_recall \
	routing/decide/test_resend \
	routing/decide/test_texts \
	routing/decide/test_tick \
	routing/directory/test_install \
	routing/documents/test_concerns \
	routing/documents/test_duplicate \
	routing/documents/test_duplicate_hand_on \
	routing/documents/test_early \
	routing/documents/test_given \
	routing/documents/test_lifecycle \
	routing/documents/test_matter \
	routing/documents/test_numbers \
	routing/documents/test_open_work \
	routing/documents/test_recipients \
	routing/documents/test_reminders \
	routing/documents/test_retention \
	routing/documents/test_rows \
	routing/documents/test_same_number \
	routing/links/test_aside \
	routing/links/test_doubt \
	routing/links/test_guard \
	routing/links/test_heads \
	routing/links/test_hello \
	routing/links/test_passed \
	routing/links/test_reject \
	routing/links/test_stand \
	routing/links/test_visit \
	routing/reconcile/test_content \
	routing/reconcile/test_give \
	routing/reconcile/test_gone \
	routing/reconcile/test_own \
	routing/rules/test_competence \
	routing/rules/test_deadline \
	routing/rules/test_distribution \
	routing/rules/test_doctype_table \
	routing/rules/test_lines \
	routing/rules/test_numbering \
	routing/rules/test_office_status \
	routing/rules/test_persons \
	routing/rules/test_policy \
	routing/rules/test_series \
	routing/rules/test_signing \
	routing/rules/test_spelling \
	routing/rules/test_target_table \
	routing/rules/test_tray \
	routing/rules/test_type_labels \
	routing/rules/test_type_numbers \
	routing/rules/test_working_days \
	routing/state/test_clocks \
	routing/state/test_feed \
	routing/state/test_history \
	routing/state/test_plan \
	routing/state/test_record \
	routing/state/test_stream \
	routing/state/test_tree \
	routing/target/test_counter \
	routing/target/test_exchange \
	routing/target/test_outlook \
	routing/target/test_recount \
	routing/target/test_report \
	routing/target/test_reported \
	routing/target/test_share \
	routing/target/test_simulate \
	routing/target/test_target \
	routing/test_core \
	tools/axis/test_outbox \
	tools/axis/test_served \
	tools/axis/test_verdict \
	tools/base/test_file_name \
	tools/base/test_json_memory \
	tools/base/test_text \
	tools/base/test_words \
	tools/cli/test_usage \
	tools/client/test_evidence \
	tools/client/test_vanthu \
	tools/command/test_reminder \
	tools/edxml/test_edxml \
	tools/edxml/test_folder \
	tools/edxml/test_rest \
	tools/edxml/test_round_trip \
	tools/gateway/test_deadlines \
	tools/gateway/test_head \
	tools/gateway/test_judge \
	tools/gateway/test_multipart \
	tools/gateway/test_openapi \
	tools/gateway/test_part \
	tools/gateway/test_pool \
	tools/gateway/test_problem \
	tools/gateway/test_route \
	tools/gateway/test_share \
	tools/input/test_period \
	tools/lab/test_ports \
	tools/output/test_chart \
	tools/output/test_csv \
	tools/output/test_figures_types \
	tools/output/test_page \
	tools/output/test_table_layout \
	tools/output/test_text \
	tools/run/test_run \
	tools/spool/test_once \
	tools/spool/test_order \
	tools/spool/test_retry \
	tools/spool/test_turn \
	tools/token/test_audit \
	tools/token/test_book \
	tools/token/test_bucket \
	tools/token/test_certificate \
	tools/token/test_file \
	tools/token/test_sent \
	tools/token/test_token \
	tools/webhook/test_backoff \
	tools/webhook/test_event \
	tools/webhook/test_folder \
	tools/webhook/test_key \
	tools/webhook/test_subscriber \
	tools/webhook/test_target
# What they stand on.
UNIT_SUPPORT := \
	support/bulk_pair \
	support/desk \
	support/edxml_dump \
	support/fixture \
	support/paper \
	support/plan_pool \
	support/reporting \
	support/shelf \
	support/spool_desk \
	support/stacks \
	support/sweep \
	support/table_text
SIM := \
	check \
	check_authenticity \
	check_chain \
	check_convergence \
	check_directory \
	check_duplicates \
	check_entitlement \
	check_feed \
	check_figures \
	check_loss \
	check_matters \
	check_numbers \
	check_office \
	check_order \
	check_receipts \
	check_target \
	clerks \
	clocks \
	declares \
	disks \
	faults \
	figures \
	hostile \
	keys \
	main \
	mandate_plant \
	mandates \
	member \
	network \
	numbers \
	office_plant \
	offices \
	places \
	plant \
	prng \
	recall_plant \
	recalls \
	registry \
	rewrites \
	setback \
	small \
	small_main \
	visits \
	workload \
	world \
	year \
	year_check \
	year_check_work \
	year_due \
	year_main \
	year_paper \
	year_plant \
	year_recall \
	year_store \
	year_tree \
	year_work
BENCH_SOURCES := \
	conn \
	documents \
	figures \
	https \
	limits \
	limits_curve \
	load \
	main \
	rest \
	syncs
VECTORS := \
	envelopes \
	examples \
	hashes \
	local \
	main \
	members \
	out \
	peer
# Programs of their own that system tests run.
TEST_HELPERS := \
	badneighbour \
	badpeer \
	bitflip \
	damage \
	enlarge \
	places \
	spool_run \
	stream \
	unixcat \
	unixrecv \
	webhook_run
# Fuzz targets, tests/fuzz/fuzz_NAME.c each; FUZZ_NAME are its kept inputs: files, and folders whose files they are. A file NAME.hex stands for the
# bytes that it writes down. COUNT_NAME: how many mutated ones `make check` runs in the release besides the 3,000 with
# sanitizers: the slower, the fewer; with all of them 2 million.
FUZZ := \
	certificate \
	config \
	directory \
	edxml \
	envelope \
	evidence \
	fact \
	frame \
	http \
	json \
	manifest \
	record \
	request \
	spool \
	table \
	token
COUNT_certificate := 30000
FUZZ_certificate := tests/vectors/data/root-certificate.hex tests/vectors/data/directory-entry-*.hex tests/fuzz/certificate
COUNT_config := 60000
FUZZ_config := etc/vanthud.yaml tests/fuzz/config
COUNT_directory := 150000
FUZZ_directory := tests/vectors/data/directory-*.hex
COUNT_edxml := 20000
FUZZ_edxml := tests/edxml
COUNT_envelope := 200000
FUZZ_envelope := tests/vectors/data/document*.hex tests/vectors/data/batch-*.hex tests/vectors/data/receipt.hex
COUNT_evidence := 20000
FUZZ_evidence := tests/vectors/data/evidence.hex
COUNT_fact := 200000
FUZZ_fact := $(patsubst %,tests/vectors/data/%.hex,receipt refusal* relayed report* status* correction doubt* directory-head-*)
COUNT_frame := 500000
FUZZ_frame := $(patsubst %,tests/vectors/data/%.hex,acknowledge* bye* chunk-* complete credit directory-part directory-wanted fetch-* hello* \
	open-bulk ping pinned pong* publish subscribe* unavailable)
COUNT_http := 50000
FUZZ_http := tests/fuzz/http
COUNT_json := 60000
FUZZ_json := tests/fuzz/json
COUNT_manifest := 60000
FUZZ_manifest := tests/fuzz/manifest
COUNT_record := 300000
FUZZ_record := tests/fuzz/record
COUNT_request := 300000
FUZZ_request := tests/vectors/data/request-*.hex
COUNT_spool := 100000
FUZZ_spool := tests/fuzz/spool
COUNT_table := 20000
FUZZ_table := etc/competence etc/doctypes etc/holidays etc/lists etc/persons etc/targets tests/fuzz/table
COUNT_token := 200000
FUZZ_token := tests/fuzz/token
