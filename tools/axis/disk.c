/* See disk.h. */
#include "tools/axis/disk.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/base/folder.h"
#include "tools/base/files.h"

enum err axis_disk_read(const char *path, json_t **out)
{
	uint64_t size;
	char *bytes;
	ssize_t got;
	enum err e;
	int fd;

	*out = NULL;
	e = fs_open(path, &fd, &size);
	if (e != ERR_OK)
		return errno == ENOENT ? ERR_NOT_FOUND : e;
	if (size > AXIS_FILE_MAX_BYTES) {
		close(fd);
		return ERR_AXIS_FILE;
	}
	bytes = malloc((size_t)size + 1);
	got = bytes == NULL ? -1 : read(fd, bytes, (size_t)size);
	close(fd);
	if (got >= 0)
		*out = json_loadb(bytes, (size_t)got, JSON_REJECT_DUPLICATES, NULL);
	free(bytes);
	if (got < 0)
		return bytes == NULL ? ERR_NO_MEMORY : ERR_FILE;
	if (json_is_object(*out))
		return ERR_OK;
	json_decref(*out);
	*out = NULL;
	return ERR_AXIS_FILE;
}

/* json_dumps' text would be of the memory that jansson was given. */
char *axis_disk_text(const json_t *value)
{
	size_t size = value == NULL ? 0 : json_dumpb(value, NULL, 0, JSON_COMPACT);
	char *text = size == 0 ? NULL : malloc(size + 1);

	if (text != NULL) {
		json_dumpb(value, text, size, JSON_COMPACT);
		text[size] = '\0';
	}
	return text;
}

enum err axis_disk_write(const char *path, json_t *value)
{
	char *text = axis_disk_text(value);
	char temporary[AXIS_PATH_MAX + 8];
	enum err e = ERR_NO_MEMORY;

	json_decref(value);
	if (text != NULL) {
		snprintf(temporary, sizeof temporary, "%s.new", path);
		unlink(temporary);
		e = fs_write_new(temporary, (struct blob){ (const uint8_t *)text, strlen(text) },
				 true);
		if (e == ERR_OK && rename(temporary, path) != 0)
			e = ERR_FILE;
		if (e == ERR_OK)
			e = folder_sync_parent(path);
	}
	free(text);
	return e;
}

enum err axis_disk_move(const char *from, const char *to)
{
	enum err e;

	if (rename(from, to) != 0)
		return ERR_FILE;
	e = folder_sync_parent(to);
	return e == ERR_OK ? folder_sync_parent(from) : e;
}

static int by_text(const void *a, const void *b)
{
	char *const *x = a, *const *y = b;

	return strcmp(*x, *y);
}

static enum err add_name(char ***names, size_t *count, const char *name, size_t len)
{
	char **more = realloc(*names, (*count + 1) * sizeof *more), *copy = strndup(name, len);

	if (more != NULL)
		*names = more;
	if (more == NULL || copy == NULL) {
		free(copy);
		return ERR_NO_MEMORY;
	}
	more[(*count)++] = copy;
	return ERR_OK;
}

enum err axis_disk_names(const char *folder, const char *ending, size_t max, char ***names,
			 size_t *count)
{
	DIR *dir = opendir(folder);
	const struct dirent *file;
	enum err e = ERR_OK;

	*names = NULL;
	*count = 0;
	if (dir == NULL)
		return errno == ENOENT ? ERR_OK : ERR_FILE;
	while (e == ERR_OK && *count < max && (file = readdir(dir)) != NULL) {
		size_t len = strlen(file->d_name), end = strlen(ending);

		if (file->d_name[0] != '.' && len > end &&
		    strcmp(file->d_name + len - end, ending) == 0)
			e = add_name(names, count, file->d_name, len - end);
	}
	closedir(dir);
	if (e != ERR_OK) {
		axis_disk_names_free(*names, *count);
		*names = NULL;
		*count = 0;
	} else if (*count > 0) {
		qsort(*names, *count, sizeof **names, by_text);
	}
	return e;
}

void axis_disk_names_free(char **names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(names[i]);
	free(names);
}
