#!/usr/bin/env python3
"""The code of a second factor (RFC 6238).   totp.py SECRET [STEPS]   so many steps of 30 seconds from now"""
import base64
import hashlib
import hmac
import struct
import sys
import time

step = int(time.time()) // 30 + (int(sys.argv[2]) if len(sys.argv) > 2 else 0)
mac = hmac.new(base64.b32decode(sys.argv[1]), struct.pack(">Q", step), hashlib.sha1).digest()
at = mac[19] & 15
print("%06d" % ((struct.unpack(">I", mac[at:at + 4])[0] & 0x7FFFFFFF) % 1000000))
