/* See tools/edxml/unpack.h. */
#include "tools/edxml/unpack.h"

#include <errno.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zip.h>

enum { BUFFER_BYTES = 64 << 10 };

static const char *ending_of(const char *name)
{
	const char *dot = strrchr(name, '.'), *slash = strrchr(name, '/');

	return dot == NULL || (slash != NULL && slash > dot) ? "" : dot;
}

bool unpack_wanted(const char *name, const uint8_t *bytes, size_t len_bytes)
{
	static const char *const zips[] = { ".zip",  ".docx", ".xlsx", ".pptx", ".docm", ".xlsm",
					    ".pptm", ".dotx", ".odt",  ".ods",	".odp",	 ".odg",
					    ".epub", ".jar",  ".apk",  ".vsdx", ".kmz",	 ".asice" };
	const char *ending = ending_of(name);

	if (len_bytes < 4 || memcmp(bytes, "PK\x03\x04", 4) != 0)
		return false;
	for (size_t i = 0; i < sizeof zips / sizeof zips[0]; i++)
		if (strcasecmp(ending, zips[i]) == 0)
			return false;
	return true;
}

static enum err write_all(int fd, const char *bytes, size_t len)
{
	while (len != 0) {
		ssize_t n = write(fd, bytes, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return ERR_FILE;
		bytes += n;
		len -= (size_t)n;
	}
	return ERR_OK;
}

/* "../x", "/x", "C:\\x": made to be written elsewhere. */
static bool leads_out(const char *name)
{
	return name[0] == '/' || strchr(name, '\\') != NULL || strstr(name, "../") != NULL ||
	       strcmp(name, "..") == 0;
}

/* What the archive says of the size is not believed: bytes are counted as they come. */
static enum err copy(zip_file_t *entry, int to, uint64_t most_bytes)
{
	char buffer[BUFFER_BYTES];
	uint64_t all = 0;
	zip_int64_t n;
	enum err e;

	while ((n = zip_fread(entry, buffer, sizeof buffer)) > 0) {
		all += (uint64_t)n;
		if (all > most_bytes)
			return ERR_EDXML_ZIP;
		e = write_all(to, buffer, (size_t)n);
		if (e != ERR_OK)
			return e;
	}
	return n < 0 ? ERR_EDXML_ZIP : ERR_OK;
}

/* Its bytes would be the name of a file on whoever's machine. */
static bool is_link(zip_t *archive)
{
	zip_uint8_t system;
	zip_uint32_t attributes;

	return zip_file_get_external_attributes(archive, 0, 0, &system, &attributes) == 0 &&
	       system == ZIP_OPSYS_UNIX && S_ISLNK(attributes >> 16);
}

static enum err extract(zip_t *archive, off_t packed_bytes, const char *name, int to,
			uint64_t max_bytes, bool *unpacked)
{
	uint64_t most = (uint64_t)packed_bytes * UNPACK_RATIO_MAX + UNPACK_FREE_BYTES;
	const char *inside = zip_get_name(archive, 0, ZIP_FL_ENC_RAW);
	zip_file_t *entry;
	enum err e;

	if (zip_get_num_entries(archive, 0) != 1 || inside == NULL ||
	    strcasecmp(ending_of(inside), ending_of(name)) != 0)
		return ERR_OK;
	if (leads_out(inside) || is_link(archive))
		return ERR_EDXML_ZIP;
	entry = zip_fopen_index(archive, 0, 0);
	if (entry == NULL)
		return ERR_EDXML_ZIP;
	e = copy(entry, to, most < max_bytes ? most : max_bytes);
	zip_fclose(entry);
	*unpacked = e == ERR_OK;
	return e;
}

enum err unpack_file(int from, const char *name, int to, uint64_t max_bytes, bool *unpacked)
{
	off_t packed = lseek(from, 0, SEEK_END);
	int own = dup(from), why;
	zip_t *archive;
	enum err e;

	*unpacked = false;
	if (packed < 0 || own < 0 || lseek(own, 0, SEEK_SET) != 0) {
		if (own >= 0)
			close(own);
		return ERR_FILE;
	}
	archive = zip_fdopen(own, ZIP_CHECKCONS, &why);
	if (archive == NULL) { /* begins like one, and is something else */
		close(own);
		return ERR_OK;
	}
	e = extract(archive, packed, name, to, max_bytes, unpacked);
	zip_discard(archive);
	return e;
}
