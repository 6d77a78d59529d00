/* See key_file.h. */
#include "daemon/keys/key_file.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "daemon/base/socket_group.h"

/* As a word of a shell: a name with blanks or quotes must not turn the command into another one. */
static void quote(const char *path, char *out, size_t size_bytes)
{
	size_t at = 0;

	if (strspn(path,
		   "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-+:@%,=") ==
	    strlen(path)) {
		snprintf(out, size_bytes, "%s", path);
		return;
	}
	out[at++] = '\'';
	for (; *path != '\0' && at + 6 < size_bytes; path++) {
		if (*path == '\'') {
			memcpy(out + at, "'\\''", 4);
			at += 4;
		} else {
			out[at++] = *path;
		}
	}
	out[at++] = '\'';
	out[at] = '\0';
}

static enum err open_to_others(const char *path, const struct stat *st,
			       struct key_file_fault *fault)
{
	char word[CONFIG_PATH_MAX + 32];

	fault->mode = st->st_mode & 07777;
	fault->folder = S_ISDIR(st->st_mode);
	snprintf(fault->path, sizeof fault->path, "%s", path);
	quote(path, word, sizeof word);
	snprintf(fault->command, sizeof fault->command, "%s %s",
		 fault->folder ? "chmod go-w" : "chmod 600", word);
	return ERR_KEY_OPEN;
}

/* Who may write the folder puts another key there. With the sticky bit (/tmp) only the owner of a
 * file may. */
static enum err check_folder(const char *file, struct key_file_fault *fault)
{
	char folder[PATH_MAX];
	struct stat st;
	char *slash;

	snprintf(folder, sizeof folder, "%s", file);
	slash = strrchr(folder, '/');
	if (slash == NULL)
		snprintf(folder, sizeof folder, ".");
	else
		slash[slash == folder ? 1 : 0] = '\0';
	if (stat(folder, &st) != 0)
		return ERR_FILE;
	if ((st.st_mode & S_ISVTX) != 0)
		return ERR_OK;
	if ((st.st_mode & S_IWOTH) != 0 ||
	    ((st.st_mode & S_IWGRP) != 0 && !socket_group_private(st.st_gid, st.st_uid)))
		return open_to_others(folder, &st, fault);
	return ERR_OK;
}

enum err key_file_check(const char *path, struct key_file_fault *fault)
{
	char real[PATH_MAX];
	struct stat st;
	enum err e;

	memset(fault, 0, sizeof *fault);
	if (realpath(path, real) == NULL || stat(real, &st) != 0)
		return ERR_FILE;
	if ((st.st_mode & (S_IRWXG | S_IRWXO)) != 0)
		return open_to_others(strcmp(real, path) == 0 ? path : real, &st, fault);
	e = check_folder(real, fault);
	return e == ERR_OK ? check_folder(path, fault) : e;
}

enum err key_file_check_all(const struct config *config, struct key_file_fault *fault)
{
	const char *keys[] = { config->signing_key, config->link_key };
	enum err e = ERR_OK;

	for (size_t i = 0; i < sizeof keys / sizeof keys[0] && e != ERR_KEY_OPEN; i++) {
		char next[CONFIG_PATH_MAX + 8];

		snprintf(next, sizeof next, "%s.next", keys[i]);
		e = key_file_check(keys[i], fault);
		if (e != ERR_KEY_OPEN)
			e = key_file_check(next, fault);
	}
	return e == ERR_KEY_OPEN ? e : ERR_OK;
}
