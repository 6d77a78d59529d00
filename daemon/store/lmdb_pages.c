/* See lmdb_pages.h. */
#include "daemon/store/lmdb_pages.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "routing/base/err.h"

/* ---- as it lies in the file ---- */

enum {
	HEADS = 2,
	IS_BRANCH = 1,
	IS_LEAF = 2,
	IS_OVERFLOW = 4,
	IS_HEAD = 8,
	NODE_BIG = 1,
	NODE_DATABASE = 2,
	BY_NUMBER = 8, /* MDB_INTEGERKEY: of the list of free pages */
	PAGE_HEAD = 16,
	NODE_HEAD = 8,
	PAGE_BYTES_MIN = 512,
	PAGE_BYTES_MAX = 32768,
	DEPTH_MAX = 32,
	KEY_BYTES_MAX = 511,
	VALUE_BYTES_MAX = 256 << 20,
	BEYOND_END_PAGES = 4096, /* taken and never written */
};
#define MAGIC	0xBEEFC0DEu
#define NO_PAGE UINT64_MAX

struct page_head {
	uint64_t number;
	uint16_t pad, flags;
	union {
		struct {
			uint16_t lower, upper;
		};
		uint32_t pages; /* of an overflow */
	};
};
struct node_head {
	uint16_t low, high, flags, key_bytes;
};
struct tree {
	uint32_t pad;
	uint16_t flags, depth;
	uint64_t branches, leaves, overflows, entries, root;
};
struct file_head {
	uint32_t magic, version;
	uint64_t address, map_bytes;
	struct tree free, list;
	uint64_t last_page, commit;
};
_Static_assert(sizeof(struct page_head) == PAGE_HEAD && sizeof(struct node_head) == NODE_HEAD &&
		       sizeof(struct tree) == 48 && sizeof(struct file_head) == 136,
	       "the format of LMDB");

/* ---- the walk ---- */

struct walk {
	int fd;
	const struct pages_visitor *visitor;
	struct pages_totals *totals;
	uint64_t file_bytes;
	size_t page_bytes;
	struct file_head head;
	uint8_t *used, *freed; /* a bit a page */
	bool by_number, is_list, is_free, list_only;
	const char *database;
	struct tree counted; /* of the tree that is walked */
	uint8_t last_key[KEY_BYTES_MAX];
	size_t last_key_bytes;
	bool has_last;
	enum err result; /* what ends it: no memory, the disk */
	char name[PAGES_NAME_MAX + 1];
};

static void fault(struct walk *w, uint64_t page, const char *what)
{
	w->totals->faults++;
	if (w->visitor->fault != NULL)
		w->visitor->fault(w->visitor->ctx, w->database, page, what);
}

static bool over(const struct walk *w)
{
	return w->totals->stopped || w->result != ERR_OK;
}

static bool get_bit(const uint8_t *bits, uint64_t n)
{
	return (bits[n / 8] >> (n % 8) & 1) != 0;
}

static void set_bit(uint8_t *bits, uint64_t n)
{
	bits[n / 8] |= (uint8_t)(1u << (n % 8));
}

static void clear_bit(uint8_t *bits, uint64_t n)
{
	bits[n / 8] &= (uint8_t) ~(1u << (n % 8));
}

static bool read_at(struct walk *w, uint64_t page, void *out, size_t len_bytes)
{
	uint64_t at = page * w->page_bytes;
	size_t done = 0;

	while (done < len_bytes) {
		ssize_t n = pread(w->fd, (char *)out + done, len_bytes - done, (off_t)(at + done));

		if (n <= 0)
			return false;
		done += (size_t)n;
	}
	return true;
}

/* Takes pages for the tree; false with a fault. */
static bool take_pages(struct walk *w, uint64_t first, uint64_t count)
{
	if (first < HEADS || first > w->head.last_page || count > w->head.last_page - first + 1) {
		fault(w, first, "a page beyond the end");
		return false;
	}
	for (uint64_t n = first; n < first + count; n++) {
		if (get_bit(w->used, n)) {
			fault(w, n, "a page that is used twice");
			return false;
		}
		set_bit(w->used, n);
	}
	w->totals->pages += count;
	return true;
}

static int compare(const struct walk *w, struct blob a, struct blob b)
{
	size_t least = a.len_bytes < b.len_bytes ? a.len_bytes : b.len_bytes;
	uint64_t x = 0, y = 0;
	int order;

	if (w->by_number && a.len_bytes == 8 && b.len_bytes == 8) {
		memcpy(&x, a.data, 8);
		memcpy(&y, b.data, 8);
		return x < y ? -1 : x > y;
	}
	order = least == 0 ? 0 : memcmp(a.data, b.data, least);
	return order != 0 ? order : a.len_bytes < b.len_bytes ? -1 : a.len_bytes > b.len_bytes;
}

/* What a page's keys lie between; data NULL: no bound. */
struct bounds {
	struct blob low, below;
};

struct node {
	struct blob key;
	const uint8_t *data;
	size_t data_bytes; /* as it says; what is big lies elsewhere */
	uint16_t flags;
	uint64_t page; /* of a branch */
};

/* Node i of a page; false: it lies or reaches outside of it. */
static bool node_at(const struct walk *w, const uint8_t *page, unsigned i, struct node *out)
{
	struct page_head head;
	struct node_head n;
	uint16_t at;
	size_t bytes;

	memcpy(&head, page, sizeof head);
	memcpy(&at, page + PAGE_HEAD + 2 * i, sizeof at);
	if (at < head.upper || at % 2 != 0 || (size_t)at + NODE_HEAD > w->page_bytes)
		return false;
	memcpy(&n, page + at, sizeof n);
	*out = (struct node){ .key = { page + at + NODE_HEAD, n.key_bytes },
			      .data = page + at + NODE_HEAD + n.key_bytes,
			      .data_bytes = (size_t)n.low | (size_t)n.high << 16,
			      .flags = n.flags };
	bytes = NODE_HEAD + (size_t)n.key_bytes;
	if ((head.flags & IS_BRANCH) != 0) {
		out->page = (uint64_t)n.low | (uint64_t)n.high << 16 | (uint64_t)n.flags << 32;
		out->data_bytes = 0;
	} else {
		bytes += (n.flags & NODE_BIG) != 0 ? sizeof(uint64_t) : out->data_bytes;
	}
	return n.key_bytes <= KEY_BYTES_MAX && at + bytes <= w->page_bytes;
}

static size_t even(size_t n)
{
	return (n + 1) & ~(size_t)1;
}

/* Its own number, its kind, and nodes that fill its end without a gap. */
static const char *judge(const struct walk *w, const uint8_t *page, uint64_t number, unsigned left)
{
	struct page_head head;
	struct node node;
	size_t filled = 0;
	unsigned count;

	memcpy(&head, page, sizeof head);
	if (number != NO_PAGE && head.number != number)
		return "a page with another number";
	if (head.flags != (left > 1 ? IS_BRANCH : IS_LEAF))
		return "a page of another kind";
	if (head.lower < PAGE_HEAD || head.lower % 2 != 0 || head.lower > head.upper ||
	    head.upper > w->page_bytes)
		return "a page whose bounds do not fit";
	count = (head.lower - PAGE_HEAD) / 2u;
	if (count == 0 || (left > 1 && count < 2))
		return "a page without records";
	for (unsigned i = 0; i < count; i++) {
		if (!node_at(w, page, i, &node))
			return "a record that reaches beyond its page";
		filled += even(NODE_HEAD + node.key.len_bytes +
			       (left > 1		       ? 0
				: (node.flags & NODE_BIG) != 0 ? sizeof(uint64_t)
							       : node.data_bytes));
	}
	return filled == w->page_bytes - head.upper ? NULL : "records that do not fill their page";
}

/* ---- leaves ---- */

/* A value on pages of its own; into *out, to be freed. */
static bool read_big(struct walk *w, uint64_t leaf, const struct node *n, uint8_t **out)
{
	struct page_head head;
	uint64_t first, count;
	uint8_t *bytes;

	memcpy(&first, n->data, sizeof first);
	if (n->data_bytes > VALUE_BYTES_MAX) {
		fault(w, leaf, "a value that is too long");
		return false;
	}
	count = (n->data_bytes + PAGE_HEAD - 1) / w->page_bytes + 1;
	if (!take_pages(w, first, count))
		return false;
	bytes = malloc(PAGE_HEAD + n->data_bytes);
	if (bytes == NULL) {
		w->result = ERR_NO_MEMORY;
		return false;
	}
	if (!read_at(w, first, bytes, PAGE_HEAD + n->data_bytes)) {
		fault(w, first, "a page that cannot be read");
		free(bytes);
		return false;
	}
	memcpy(&head, bytes, sizeof head);
	if (head.number != first || head.flags != IS_OVERFLOW || head.pages != count) {
		fault(w, first, "a long value whose page does not fit");
		free(bytes);
		return false;
	}
	w->counted.overflows += count;
	*out = bytes;
	return true;
}

/* Pages that may be used again: none of them may be in use. */
static void take_freed(struct walk *w, uint64_t leaf, struct blob value)
{
	uint64_t count, page;

	if (value.len_bytes < sizeof count)
		goto bad;
	memcpy(&count, value.data, sizeof count);
	if (count > value.len_bytes / sizeof count - 1)
		goto bad;
	for (uint64_t i = 1; i <= count; i++) {
		memcpy(&page, value.data + i * sizeof page, sizeof page);
		if (page < HEADS || page > w->head.last_page || get_bit(w->freed, page))
			goto bad;
		set_bit(w->freed, page);
	}
	return;
bad:
	fault(w, leaf, "a list of free pages that does not fit");
}

static void remember_key(struct walk *w, uint64_t page, struct blob key)
{
	struct blob last = { w->last_key, w->last_key_bytes };

	if (w->has_last && compare(w, last, key) >= 0)
		fault(w, page, "keys that are out of order");
	memcpy(w->last_key, key.data, key.len_bytes);
	w->last_key_bytes = key.len_bytes;
	w->has_last = true;
}

static void walk_tree(struct walk *w, const char *database, const struct tree *t, uint16_t flags);

/* A database, as the list has it. */
static void walk_named(struct walk *w, const struct node *n)
{
	struct walk outer = *w;
	char name[PAGES_NAME_MAX + 1];
	struct tree t;

	memcpy(name, n->key.data, n->key.len_bytes);
	name[n->key.len_bytes] = '\0';
	memcpy(&t, n->data, sizeof t);
	w->is_list = false;
	walk_tree(w, name, &t, 0);
	outer.result = w->result;
	*w = outer;
}

static void take_leaf(struct walk *w, uint64_t page, const struct node *n)
{
	uint8_t *big = NULL;
	struct blob value = { n->data, n->data_bytes };

	remember_key(w, page, n->key);
	w->counted.entries++;
	if ((n->flags & NODE_DATABASE) != 0) {
		if (!w->is_list || n->flags != NODE_DATABASE ||
		    n->data_bytes != sizeof(struct tree) || n->key.len_bytes == 0 ||
		    n->key.len_bytes > PAGES_NAME_MAX ||
		    memchr(n->key.data, '\0', n->key.len_bytes) != NULL)
			fault(w, page, "a record that is marked as a database");
		else if (!w->list_only)
			walk_named(w, n);
		return;
	}
	if ((n->flags & ~NODE_BIG) != 0) {
		fault(w, page, "a record of no known kind");
		return;
	}
	if ((n->flags & NODE_BIG) != 0) {
		if (!read_big(w, page, n, &big))
			return;
		value.data = big + PAGE_HEAD;
	}
	if (w->is_free) {
		take_freed(w, page, value);
	} else {
		w->totals->records += !w->is_list;
		if (!w->visitor->record(w->visitor->ctx, w->database, n->key, value))
			w->totals->stopped = true;
	}
	free(big);
}

/* ---- trees ---- */

static void walk_page(struct walk *w, uint64_t number, unsigned left, struct bounds bounds);

static void walk_branch(struct walk *w, const uint8_t *page, unsigned left, struct bounds bounds)
{
	struct page_head head;
	struct node node, next = { .page = 0 };
	unsigned count;

	memcpy(&head, page, sizeof head);
	count = (head.lower - PAGE_HEAD) / 2u;
	for (unsigned i = 0; i < count && !over(w); i++) {
		struct bounds below = bounds;

		if (!node_at(w, page, i, &node))
			return; /* judged before */
		if (i > 0)
			below.low = node.key;
		if (i + 1 < count && node_at(w, page, i + 1, &next)) {
			below.below = next.key;
			if (below.low.data != NULL && compare(w, below.low, next.key) >= 0)
				fault(w, head.number, "bounds that are out of order");
		}
		walk_page(w, node.page, left - 1, below);
	}
}

static void walk_leaf(struct walk *w, const uint8_t *page, struct bounds bounds)
{
	struct page_head head;
	struct node node;
	unsigned count;

	memcpy(&head, page, sizeof head);
	count = (head.lower - PAGE_HEAD) / 2u;
	for (unsigned i = 0; i < count && !over(w); i++) {
		if (!node_at(w, page, i, &node))
			return;
		if ((bounds.low.data != NULL && compare(w, node.key, bounds.low) < 0) ||
		    (bounds.below.data != NULL && compare(w, node.key, bounds.below) >= 0))
			fault(w, head.number, "a key that is not found from above");
		take_leaf(w, head.number, &node);
	}
}

/* A page, `left` levels above the ground, the leaves being 1. */
static void walk_page(struct walk *w, uint64_t number, unsigned left, struct bounds bounds)
{
	const char *why;
	uint8_t *page;

	if (!take_pages(w, number, 1))
		return;
	page = malloc(w->page_bytes);
	if (page == NULL) {
		w->result = ERR_NO_MEMORY;
		return;
	}
	if (!read_at(w, number, page, w->page_bytes)) {
		fault(w, number, "a page that cannot be read");
	} else if ((why = judge(w, page, number, left)) != NULL) {
		fault(w, number, why);
		clear_bit(w->used, number); /* what can be read of it is a stray */
	} else if (left > 1) {
		w->counted.branches++;
		walk_branch(w, page, left, bounds);
	} else {
		w->counted.leaves++;
		walk_leaf(w, page, bounds);
	}
	free(page);
}

static void walk_tree(struct walk *w, const char *database, const struct tree *t, uint16_t flags)
{
	uint64_t before = w->totals->faults;

	if (database != NULL)
		snprintf(w->name, sizeof w->name, "%s", database);
	w->database = database == NULL ? NULL : w->name;
	w->by_number = (flags & BY_NUMBER) != 0;
	w->counted = (struct tree){ .depth = t->depth };
	w->has_last = false;
	if (t->flags != flags)
		fault(w, t->root, "a database of another kind");
	if (t->root == NO_PAGE) {
		if (t->depth != 0 || t->entries != 0)
			fault(w, t->root, "a database whose first page is not known");
		return;
	}
	if (t->depth == 0 || t->depth > DEPTH_MAX) {
		fault(w, t->root, "a database of no possible depth");
		return;
	}
	walk_page(w, t->root, t->depth, (struct bounds){ .low = { NULL, 0 } });
	if (over(w) || w->list_only || w->totals->faults != before)
		return;
	if (w->counted.branches != t->branches || w->counted.leaves != t->leaves ||
	    w->counted.overflows != t->overflows || w->counted.entries != t->entries)
		fault(w, t->root, "a database with another count of pages or records");
}

/* ---- the whole ---- */

static bool is_head(const struct file_head *h)
{
	return h->magic == MAGIC && h->version == 1;
}

static bool is_page_size(size_t n)
{
	return n >= PAGE_BYTES_MIN && n <= PAGE_BYTES_MAX && (n & (n - 1)) == 0;
}

static bool read_head(struct walk *w, unsigned i, struct file_head *out)
{
	uint8_t page[PAGE_HEAD + sizeof *out];
	struct page_head head;

	if (!read_at(w, i, page, sizeof page))
		return false;
	memcpy(&head, page, sizeof head);
	memcpy(out, page + PAGE_HEAD, sizeof *out);
	return head.flags == IS_HEAD && head.number == i && is_head(out);
}

/* Commits write the heads in turn: the even ones the first. A new file has 0 in both. */
static bool follow(uint64_t even, uint64_t odd)
{
	if (even == 0 && odd == 0)
		return true;
	return even % 2 == 0 && odd % 2 == 1 && (odd == even + 1 || even == odd + 1);
}

/* Both heads, and that each has the number that its place says, one after the other. */
static enum err read_heads(struct walk *w, struct file_head heads[HEADS], bool quiet)
{
	bool good[HEADS];

	w->page_bytes = (size_t)sysconf(_SC_PAGESIZE);
	good[0] = read_head(w, 0, &heads[0]);
	if (good[0] && is_page_size(heads[0].free.pad))
		w->page_bytes = heads[0].free.pad;
	good[1] = read_head(w, 1, &heads[1]);
	for (unsigned i = 0; i < HEADS; i++) {
		if (!quiet && (!good[i] || heads[i].free.pad != w->page_bytes))
			fault(w, i, "a head of the file that does not fit");
		if (!good[i])
			heads[i] = (struct file_head){ .magic = 0 };
	}
	if (!good[0] && !good[1])
		return ERR_FILE;
	if (!quiet && good[0] && good[1] && !follow(heads[0].commit, heads[1].commit))
		fault(w, 0, "heads of the file that do not follow each other");
	return ERR_OK;
}

static enum err begin(struct walk *w, uint64_t commit, bool before)
{
	struct file_head heads[HEADS];
	struct stat file;
	unsigned newest;
	enum err e;

	if (fstat(w->fd, &file) != 0)
		return ERR_FILE;
	w->file_bytes = (uint64_t)file.st_size;
	if (w->file_bytes == 0)
		return ERR_NOT_FOUND;
	e = read_heads(w, heads, commit != 0 || before);
	if (e != ERR_OK)
		return e;
	newest = heads[0].magic == 0 || (heads[1].magic != 0 && heads[0].commit < heads[1].commit);
	if (commit != 0)
		newest = heads[0].magic != 0 && heads[0].commit == commit ? 0 : 1;
	if (before)
		newest = 1 - newest;
	w->head = heads[newest];
	w->totals->commit = w->head.commit;
	w->totals->compacted = heads[0].commit == 0 && heads[1].commit == 1;
	if (w->head.magic == 0 || (commit != 0 && w->head.commit != commit))
		return ERR_NOT_FOUND;
	if (w->head.last_page > w->file_bytes / w->page_bytes + BEYOND_END_PAGES ||
	    w->head.last_page < HEADS - 1) {
		fault(w, newest, "a head of the file that does not fit");
		return ERR_FILE;
	}
	w->used = calloc(1, w->head.last_page / 8 + 1);
	w->freed = calloc(1, w->head.last_page / 8 + 1);
	return w->used == NULL || w->freed == NULL ? ERR_NO_MEMORY : ERR_OK;
}

static void account(struct walk *w)
{
	uint64_t lost = 0, first = 0;

	w->database = NULL;
	for (uint64_t n = HEADS; n <= w->head.last_page; n++) {
		bool used = get_bit(w->used, n), is_free = get_bit(w->freed, n);

		if (used && is_free)
			fault(w, n, "a page that is used, and free to be used again");
		if (used || is_free)
			continue;
		first = lost++ == 0 ? n : first;
	}
	if (lost > 0)
		fault(w, first, "a page that is neither used nor free");
}

/* A leaf that no page leads to; its own number may be what is wrong. */
static void walk_stray(struct walk *w, const uint8_t *page)
{
	struct page_head head;
	struct node node;
	uint8_t *big;

	if (judge(w, page, NO_PAGE, 1) != NULL)
		return;
	memcpy(&head, page, sizeof head);
	for (unsigned i = 0; i < (head.lower - PAGE_HEAD) / 2u && !over(w); i++) {
		if (!node_at(w, page, i, &node) || (node.flags & ~NODE_BIG) != 0)
			continue;
		if ((node.flags & NODE_BIG) == 0) {
			w->visitor->stray(w->visitor->ctx, node.key,
					  (struct blob){ node.data, node.data_bytes });
		} else if (read_big(w, head.number, &node, &big)) {
			w->visitor->stray(w->visitor->ctx, node.key,
					  (struct blob){ big + PAGE_HEAD, node.data_bytes });
			free(big);
		}
	}
}

static void walk_strays(struct walk *w)
{
	uint8_t *page = malloc(w->page_bytes);

	if (page == NULL) {
		w->result = ERR_NO_MEMORY;
		return;
	}
	w->database = NULL;
	for (uint64_t n = HEADS; n <= w->head.last_page && !over(w); n++) {
		if (!get_bit(w->used, n) && !get_bit(w->freed, n) &&
		    read_at(w, n, page, w->page_bytes))
			walk_stray(w, page);
	}
	free(page);
}

/* What is free, and then what became of every page. */
static void walk_free(struct walk *w, uint64_t faults_before)
{
	uint64_t faults = w->totals->faults;
	bool known;

	w->is_free = true;
	walk_tree(w, NULL, &w->head.free, BY_NUMBER);
	w->is_free = false;
	known = w->totals->faults == faults;
	if (over(w))
		return;
	if (w->totals->faults == faults_before)
		account(w);
	if (w->totals->faults != faults_before && known && w->visitor->stray != NULL)
		walk_strays(w);
}

static enum err walk_all(struct walk *w, uint64_t commit, bool before)
{
	uint64_t faults;
	enum err e = begin(w, commit, before);

	if (e != ERR_OK)
		goto out;
	faults = w->totals->faults;
	w->is_list = true;
	walk_tree(w, NULL, &w->head.list, 0);
	w->is_list = false;
	if (!over(w) && !w->list_only)
		walk_free(w, faults);
	e = w->result;
out:
	free(w->used);
	free(w->freed);
	return e;
}

enum err pages_walk(int fd, uint64_t commit, const struct pages_visitor *visitor,
		    struct pages_totals *out)
{
	struct walk w = { .fd = fd, .visitor = visitor, .totals = out };

	*out = (struct pages_totals){ .commit = 0 };
	return walk_all(&w, commit, false);
}

enum err pages_walk_list(int fd, bool before, const struct pages_visitor *visitor,
			 struct pages_totals *out)
{
	struct walk w = { .fd = fd, .visitor = visitor, .totals = out, .list_only = true };

	*out = (struct pages_totals){ .commit = 0 };
	return walk_all(&w, 0, before);
}
