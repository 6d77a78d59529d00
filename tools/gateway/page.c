/* See page.h. */
#include "tools/gateway/page.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "tools/gateway/exchange.h"

/* A coding of a file. */
struct page_bytes {
	const uint8_t *bytes;
	size_t len;
};

struct page_file {
	const char *name; /* as asked for, with its digest: app.1f2e3d4c.js; "": the page itself */
	const char *type;
	struct page_bytes plain, gzip, brotli;
};

/* page_files: a row each, the last without a name. */
#include "tools/gateway/page_files.inc"

/* Scripts, styles and pictures of its own and nothing else; a picture or a PDF that is shown in
 * place is a blob that the page has made of a part, whose type it has looked at. Nobody frames
 * it. */
static const char policy[] =
	"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; "
	"font-src 'self'; connect-src 'self'; frame-src blob:; object-src 'none'; base-uri 'none'; "
	"form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; "
	"trusted-types 'none'";

bool page_accepts(const char *field, const char *coding)
{
	size_t len = strlen(coding);

	while (field != NULL && *field != '\0') {
		size_t word;

		field += strspn(field, " \t,");
		word = strcspn(field, " \t,;");
		if (word == len && strncasecmp(field, coding, len) == 0) {
			const char *q = field + word + strspn(field + word, " \t;");

			return strncasecmp(q, "q=0", 3) != 0 || strtod(q + 2, NULL) > 0;
		}
		field += strcspn(field, ",");
	}
	return false;
}

static void add_headers(struct exchange *x, const struct page_file *f, const char *coding)
{
	exchange_add_header(x, "Content-Type", f->type);
	if (coding != NULL)
		exchange_add_header(x, "Content-Encoding", coding);
	/* The page names its files by their digests: it has to be today's. */
	exchange_add_header(x, "Cache-Control",
			    f->name[0] == '\0' ? "no-cache"
					       : "public, max-age=31536000, immutable");
	exchange_add_header(x, "Content-Security-Policy", policy);
	exchange_add_header(x, "Referrer-Policy", "no-referrer");
	exchange_add_header(x, "Cross-Origin-Opener-Policy", "same-origin");
	exchange_add_header(x, "Cross-Origin-Resource-Policy", "same-origin");
	exchange_add_header(x, "X-Frame-Options", "DENY");
	exchange_add_header(x, "Permissions-Policy",
			    "camera=(), microphone=(), geolocation=(), payment=(), usb=()");
	exchange_add_header(x, "Vary", "Accept-Encoding");
}

static void answer(struct exchange *x, const struct page_file *f)
{
	const char *accepted = exchange_header(x, "Accept-Encoding"), *coding = NULL;
	struct page_bytes b = f->plain;

	if (page_accepts(accepted, "br")) {
		b = f->brotli;
		coding = "br";
	} else if (page_accepts(accepted, "gzip")) {
		b = f->gzip;
		coding = "gzip";
	}
	exchange_page(x, MHD_HTTP_OK,
		      MHD_create_response_from_buffer(b.len, (void *)(uintptr_t)b.bytes,
						      MHD_RESPMEM_PERSISTENT));
	add_headers(x, f, coding);
}

static const struct page_file *find(const char *name)
{
	for (const struct page_file *f = page_files; f->name != NULL; f++) {
		if (strcmp(f->name, name) == 0)
			return f;
	}
	return NULL;
}

void page_root(struct exchange *x)
{
	exchange_plain(x, MHD_HTTP_SEE_OTHER, "text/plain", "/office/\n");
	exchange_add_header(x, "Location", "/office/");
}

void page_answer(struct exchange *x)
{
	answer(x, find(""));
}

void page_file(struct exchange *x)
{
	const char *name = route_word(x->route, &x->words, "file", 4);
	const struct page_file *f = name == NULL || name[0] == '\0' ? NULL : find(name);

	if (f == NULL)
		exchange_refuse(x, ERR_HTTP_ROUTE, NULL, NULL);
	else
		answer(x, f);
}
