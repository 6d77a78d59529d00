/* See no_memory.h. */
#include "tests/unit/support/no_memory.h"

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "routing/base/arena.h"

enum { ARENA_BYTES = 16 << 20 };

bool no_memory_fails;

static unsigned left; /* calls until one fails; 0: none does */
static bool failed;

static bool fails(void)
{
	bool now = left == 1 || no_memory_fails;

	left -= left > 0;
	failed = failed || now;
	return now;
}

static const struct blob no_blob;

/* Of the linker's making; `none` is what the call says without memory. */
#define WRAP(type, name, parameters, arguments, none)                                              \
	type __real_##name parameters;                                                             \
	type __wrap_##name parameters;                                                             \
	type __wrap_##name parameters                                                              \
	{                                                                                          \
		return fails() ? (none) : __real_##name arguments;                                 \
	}

WRAP(void *, malloc, (size_t n), (n), NULL)
WRAP(void *, calloc, (size_t count, size_t n), (count, n), NULL)
WRAP(void *, realloc, (void *p, size_t n), (p, n), NULL)
WRAP(void *, arena_alloc, (struct arena * a, size_t n), (a, n), NULL)
WRAP(void *, arena_raw, (struct arena * a, size_t n), (a, n), NULL)
WRAP(void *, arena_array, (struct arena * a, size_t count, size_t n), (a, count, n), NULL)
WRAP(struct blob, arena_blob, (struct arena * a, struct blob from), (a, from), no_blob)
WRAP(EVP_MD_CTX *, EVP_MD_CTX_new, (void), (), NULL)
WRAP(int, i2d_X509, (const X509 *x, unsigned char **out), (x, out), -1)

void no_memory_sweep(enum err (*op)(void *ctx), void *ctx, enum err said)
{
	unsigned n = 1;

	assert_ok(op(ctx));
	for (failed = true; failed; n++) {
		enum err e;

		failed = false;
		left = n;
		e = op(ctx);
		left = 0;
		assert_int_equal(e, failed ? said : ERR_OK);
	}
	assert_true(n > 2); /* it asks for some */
}

struct in_arena {
	enum err (*op)(void *ctx, struct arena *a);
	void *ctx;
};

static enum err in_arena(void *ctx)
{
	const struct in_arena *i = ctx;
	struct arena *a = arena_new(ARENA_BYTES);
	enum err e = a == NULL ? ERR_NO_MEMORY : i->op(i->ctx, a);

	arena_destroy(a);
	return e;
}

void no_memory_sweep_arena(enum err (*op)(void *ctx, struct arena *a), void *ctx)
{
	struct in_arena i = { op, ctx };

	no_memory_sweep(in_arena, &i, ERR_NO_MEMORY);
}
