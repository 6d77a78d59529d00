/* One hostile act each: prints what came of it. The tests know what should. */
#ifndef VANTHU_TESTS_HELPERS_BADPEER_H
#define VANTHU_TESTS_HELPERS_BADPEER_H

#include "tests/helpers/peer.h"

struct trick {
	const char *name;
	void (*run)(struct peer *p, char **args); /* args ends with NULL */
	bool ungreeted;                           /* without a Hello before it */
};

/* all end with a NULL name */
extern const struct trick tricks_publish[], tricks_frames[], tricks_bounds[], tricks_office[],
	tricks_report[];

#endif
