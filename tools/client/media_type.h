/* Media types by a file's name. */
#ifndef VANTHU_TOOLS_CLIENT_MEDIA_TYPE_H
#define VANTHU_TOOLS_CLIENT_MEDIA_TYPE_H

/* IANA media type; application/octet-stream when the ending says nothing. */
const char *media_type_of(const char *name);

#endif
