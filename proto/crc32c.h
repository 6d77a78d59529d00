/* CRC-32C, which every stored value carries. */
#ifndef VANTHU_PROTO_CRC32C_H
#define VANTHU_PROTO_CRC32C_H

#include "routing/base/types.h"

/* CRC-32C (Castagnoli; RFC 3720 B.4) continued from `crc`, 0 to begin. */
uint32_t crc32c(uint32_t crc, struct blob bytes);
/* The same on any processor; for tests. */
uint32_t crc32c_by_table(uint32_t crc, struct blob bytes);

#endif
