/* Includes what is inside another folder. */
#include "routing/links/inner.h"
