/* A directory comes into force in bounded steps, and is offered and served to neighbours. */
#ifndef VANTHU_ROUTING_DIRECTORY_DIRECTORY_H
#define VANTHU_ROUTING_DIRECTORY_DIRECTORY_H

#include "routing/directory/install.h"
#include "routing/directory/offer.h"
#include "routing/directory/part.h"

#endif
