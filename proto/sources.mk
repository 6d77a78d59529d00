# Sources of formats and signatures, and what the generator makes.
PROTO_DEFS := \
	control \
	envelope \
	peer \
	record
PROTO := \
	allocator \
	body \
	certificate \
	crc32c \
	digest \
	directory \
	directory_file \
	directory_scan \
	directory_tree \
	fields \
	head \
	merkle \
	pae \
	prescan \
	record_codec \
	record_decode \
	record_encode \
	seal \
	verifier \
	wire \
	wire_encode
