/* The directory as files and pieces: downloaded from a neighbour, checked, handed to the core, and
 * what follows from the one in force. */
#ifndef VANTHU_DAEMON_DIRECTORY_DIRECTORY_H
#define VANTHU_DAEMON_DIRECTORY_DIRECTORY_H

#include "daemon/directory/download.h"
#include "daemon/directory/in_force.h"
#include "daemon/directory/install.h"
#include "daemon/directory/installer.h"
#include "daemon/directory/kept.h"
#include "daemon/directory/windows.h"

#endif
