/* What each tests/fuzz/fuzz_NAME.c has: the function that libFuzzer calls (`make fuzz
 * TARGET=NAME`), and kept.c with inputs that are kept. */
#ifndef VANTHU_TESTS_FUZZ_FUZZ_H
#define VANTHU_TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/* One input, lent for the call. Returns 0; what must not happen aborts. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
