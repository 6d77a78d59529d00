# Sources of formats and signatures, and what the generator makes.
PROTO_DEFS := \
	control \
	envelope \
	peer \
	record
PROTO := \
	body \
	certificate \
	chunk_digest \
	crc32c \
	digest \
	directory \
	directory_file \
	directory_scan \
	directory_tree \
	feed_record \
	fields \
	head \
	merkle \
	office_record \
	pae \
	pb \
	prescan \
	record_codec \
	record_decode \
	record_encode \
	report \
	seal \
	signer \
	signer_pem \
	utf8 \
	verifier \
	wire_decode \
	wire_encode
