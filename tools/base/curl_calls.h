/* What is called of libcurl. It brings thirty libraries, which would be two thirds of the start of
 * any command, and two of them speak HTTP: so it is loaded when one does. */
#ifndef VANTHU_TOOLS_BASE_CURL_CALLS_H
#define VANTHU_TOOLS_BASE_CURL_CALLS_H

#include <curl/curl.h>

/* Each is the function of that name behind curl_. */
struct curl_calls {
	__typeof__(&curl_easy_cleanup) easy_cleanup;
	__typeof__(&curl_easy_getinfo) easy_getinfo;
	__typeof__(&curl_easy_init) easy_init;
	__typeof__(&curl_easy_perform) easy_perform;
	__typeof__(&curl_easy_reset) easy_reset;
	__typeof__(&curl_easy_setopt) easy_setopt;
	__typeof__(&curl_easy_strerror) easy_strerror;
	__typeof__(&curl_global_init) global_init;
	__typeof__(&curl_mime_addpart) mime_addpart;
	__typeof__(&curl_mime_data) mime_data;
	__typeof__(&curl_mime_filedata) mime_filedata;
	__typeof__(&curl_mime_filename) mime_filename;
	__typeof__(&curl_mime_free) mime_free;
	__typeof__(&curl_mime_init) mime_init;
	__typeof__(&curl_mime_name) mime_name;
	__typeof__(&curl_mime_type) mime_type;
	__typeof__(&curl_multi_add_handle) multi_add_handle;
	__typeof__(&curl_multi_cleanup) multi_cleanup;
	__typeof__(&curl_multi_info_read) multi_info_read;
	__typeof__(&curl_multi_init) multi_init;
	__typeof__(&curl_multi_perform) multi_perform;
	__typeof__(&curl_multi_poll) multi_poll;
	__typeof__(&curl_multi_remove_handle) multi_remove_handle;
	__typeof__(&curl_multi_setopt) multi_setopt;
	__typeof__(&curl_multi_wakeup) multi_wakeup;
	__typeof__(&curl_slist_append) slist_append;
	__typeof__(&curl_slist_free_all) slist_free_all;
};

/* Loads it with the first call; lives as long as the process. NULL: it is not there, or lacks a
 * function. Not from two threads at once. May block on the disk. */
const struct curl_calls *curl_calls(void);

#endif
