/* See tools/client/media_type.h. The types that offices send; anything else travels as bytes. */
#include "tools/client/media_type.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

static const struct {
	const char *ending, *type;
} types[] = {
	{ ".pdf", "application/pdf" },
	{ ".docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document" },
	{ ".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" },
	{ ".pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation" },
	{ ".doc", "application/msword" },
	{ ".xls", "application/vnd.ms-excel" },
	{ ".ppt", "application/vnd.ms-powerpoint" },
	{ ".odt", "application/vnd.oasis.opendocument.text" },
	{ ".ods", "application/vnd.oasis.opendocument.spreadsheet" },
	{ ".html", "text/html" },
	{ ".txt", "text/plain" },
	{ ".csv", "text/csv" },
	{ ".xml", "application/xml" },
	{ ".edxml", "application/xml" },
	{ ".json", "application/json" },
	{ ".jpg", "image/jpeg" },
	{ ".jpeg", "image/jpeg" },
	{ ".png", "image/png" },
	{ ".tif", "image/tiff" },
	{ ".tiff", "image/tiff" },
	{ ".mp4", "video/mp4" },
	{ ".zip", "application/zip" },
	{ ".p7s", "application/pkcs7-signature" },
};

const char *media_type_of(const char *name)
{
	size_t len = strlen(name);

	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
		size_t n = strlen(types[i].ending);

		if (len >= n && strcasecmp(name + len - n, types[i].ending) == 0)
			return types[i].type;
	}
	return "application/octet-stream";
}
