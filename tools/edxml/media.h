/* Types of files as edXML has them, and as everybody else does (docs/DOMAIN.md §17). */
#ifndef VANTHU_TOOLS_EDXML_MEDIA_H
#define VANTHU_TOOLS_EDXML_MEDIA_H

/* What edXML wrote, as a media type: "application/docx" is
 * application/vnd.openxmlformats-…; what is not known stays as it is. */
const char *edxml_media_read(const char *type);
/* A media type as the axis' programs know it; what they do not know stays as it is. */
const char *edxml_media_write(const char *type);

#endif
