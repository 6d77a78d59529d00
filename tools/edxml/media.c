/* See tools/edxml/media.h. */
#include "tools/edxml/media.h"

#include <stddef.h>
#include <strings.h>

#define OFFICE "application/vnd.openxmlformats-officedocument."

/* The first row of a type is how it is written. */
static const struct {
	const char *edxml, *type;
} rows[] = {
	{ "application/doc", "application/msword" },
	{ "application/docx", OFFICE "wordprocessingml.document" },
	{ "application/xsl", "application/vnd.ms-excel" },
	{ "application/xls", "application/vnd.ms-excel" },
	{ "application/xslx", OFFICE "spreadsheetml.sheet" },
	{ "application/xlsx", OFFICE "spreadsheetml.sheet" },
	{ "application/pdf", "application/pdf" },
	{ "pdf", "application/pdf" },
	{ "application/x-pdf", "application/pdf" },
	{ "application/zip", "application/zip" },
	{ "application/x-zip-compressed", "application/zip" },
};

const char *edxml_media_read(const char *type)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (strcasecmp(rows[i].edxml, type) == 0)
			return rows[i].type;
	return type;
}

const char *edxml_media_write(const char *type)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (strcasecmp(rows[i].type, type) == 0)
			return rows[i].edxml;
	return type;
}
