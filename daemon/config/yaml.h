/* YAML files as a small tree with lines and columns, for the configuration and for tree files.
 * libyaml takes more than one wants (duplicate keys, aliases, tags, several documents, endless
 * nesting: docs/TRAPS.md §4): all of that is refused here, with its line. The only file that knows
 * yaml.h is daemon/config/yaml.c. */
#ifndef VANTHU_DAEMON_CONFIG_YAML_H
#define VANTHU_DAEMON_CONFIG_YAML_H

#include "daemon/config/config.h"

enum yaml_type { YAML_SCALAR, YAML_MAP, YAML_LIST };

struct yaml_node {
	enum yaml_type type;
	unsigned line, column;  /* 1-based */
	const char *key;        /* in a map: this child's key */
	unsigned key_line, key_column; /* where the key stands; without one as line and column */
	const char *value;      /* of a scalar */
	struct yaml_node *first; /* children in order */
	struct yaml_node *next;  /* sibling */
};

struct yaml_file;
/* ERR_FILE: cannot be read, or over 1 MiB; ERR_CONFIG: not the YAML that is taken here (first fault
 * in errors). Blocks on the file. */
must_use enum err yaml_file_read(const char *path, struct yaml_file **out,
				 struct config_errors *errors);
/* As yaml_file_read, from bytes. */
must_use enum err yaml_text_read(struct blob text, struct yaml_file **out,
				 struct config_errors *errors);
const struct yaml_node *yaml_file_root(const struct yaml_file *f); /* NULL: an empty file */
/* NULL is fine; the nodes go with it */
void yaml_file_free(struct yaml_file *f);

/* A child of a map by its key; NULL. */
const struct yaml_node *yaml_child(const struct yaml_node *map, const char *key);

void config_errors_add(struct config_errors *errors, unsigned line, unsigned column,
		       const char *format, ...) __attribute__((format(printf, 4, 5)));

#endif
