/* Includes upwards. */
#include "daemon/store.h"
#include <lmdb.h>
