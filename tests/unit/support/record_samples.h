/* A record of every family, with every field set. */
#ifndef VANTHU_TESTS_UNIT_SUPPORT_RECORD_SAMPLES_H
#define VANTHU_TESTS_UNIT_SUPPORT_RECORD_SAMPLES_H

#include "tests/unit/support/fixture.h"

struct record_sample {
	struct key key;
	struct record record;
};

/* By family; they point into the fixture and into what is static. */
void record_samples(struct fixture *f, struct record_sample s[FAMILY_COUNT]);

#endif
