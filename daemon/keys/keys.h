/* Keys of this committee and of others: files, identities that change without a restart, and the
 * keyring of the directory in force. */
#ifndef VANTHU_DAEMON_KEYS_KEYS_H
#define VANTHU_DAEMON_KEYS_KEYS_H

#include "daemon/keys/identity.h"
#include "daemon/keys/key_file.h"
#include "daemon/keys/keyring.h"
#include "daemon/keys/own_keys.h"

#endif
