/* Looks at a store that nobody has open, and saves what can be read of it into a new one. */
#ifndef VANTHU_DAEMON_STORE_LMDB_DOCTOR_H
#define VANTHU_DAEMON_STORE_LMDB_DOCTOR_H

#include "daemon/store/lmdb.h" /* store_lmdb_examine */

#endif
