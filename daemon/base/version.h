/* The version, once. */
#ifndef VANTHU_DAEMON_BASE_VERSION_H
#define VANTHU_DAEMON_BASE_VERSION_H

#define VANTHU_VERSION "0.1.0"

#endif
