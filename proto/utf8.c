/* UTF-8; see utf8.h. */
#include "proto/utf8.h"

bool utf8_valid(struct blob bytes)
{
	size_t i = 0;

	while (i < bytes.len_bytes) {
		uint8_t b = bytes.data[i];
		unsigned more = b < 0x80	     ? 0
				: (b & 0xe0) == 0xc0 ? 1
				: (b & 0xf0) == 0xe0 ? 2
				: (b & 0xf8) == 0xf0 ? 3
						     : 9;
		uint32_t code = more == 0 ? b : (uint32_t)(b & (0x3f >> more));

		if (b == 0 || more == 9 || bytes.len_bytes - i <= more)
			return false;
		for (unsigned k = 1; k <= more; k++) {
			if ((bytes.data[i + k] & 0xc0) != 0x80)
				return false;
			code = code << 6 | (bytes.data[i + k] & 0x3f);
		}
		if ((more == 1 && code < 0x80) || (more == 2 && code < 0x800) ||
		    (more == 3 && code < 0x10000) || code > 0x10ffff ||
		    (code >= 0xd800 && code < 0xe000))
			return false;
		i += more + 1;
	}
	return true;
}
