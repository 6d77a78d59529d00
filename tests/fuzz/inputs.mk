# FUZZ_NAME: the kept inputs of each target: files, and folders whose files they are; a file NAME.hex stands for the bytes that it writes down.
# COUNT_NAME: how many mutated ones `make check` runs in the release besides the 3,000 with sanitizers: the slower, the fewer; with all of them 2 million.
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
FUZZ_fact := $(patsubst %,tests/vectors/data/%.hex,receipt refusal* relayed report* status* correction doubt* asked* returned gone directory-head-*)
COUNT_frame := 500000
FUZZ_frame := $(patsubst %,tests/vectors/data/%.hex,acknowledge* bye* chunk-* complete credit directory-part directory-wanted fetch-* hello* \
	open-bulk ping* pinned pong* publish subscribe* unavailable)
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
