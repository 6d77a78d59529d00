/* Includes upwards. */
#include "daemon/store/store.h"
#include <lmdb.h>
