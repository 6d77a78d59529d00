/* See declared.h. */
#include "routing/target/declared.h"

#include "routing/state/record.h"

enum err declared_next(const struct lookup *l, struct arena *a, struct scan *scan,
		       struct declaration *out)
{
	struct record r;
	enum err e = l->next(l->ctx, a, FAMILY_DECLARED, scan, &r);
	struct scan those;

	if (e != ERR_OK)
		return e;
	those = scan_of(key_declared_all(r.u.declared.said.name));
	*scan = scan_from((struct key){ .len_bytes = 0 },
			  key_declared(r.u.declared.said.name, UINT64_MAX));
	e = l->last(l->ctx, a, FAMILY_DECLARED, &those, &r);
	*out = r.u.declared.said;
	return e;
}
