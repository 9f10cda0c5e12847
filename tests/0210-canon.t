#!/bin/sh
# test: evp
# The two canonicalizations (RFC 6376 section 3.4).  The unit program takes every
# small body and every small field value; it prints TAP itself.
. "${0%/*}/lib.sh"
unit=$BIN/../tests/unit/canon
[ -x "$unit" ] || skip_all "tests/unit/canon is not built: make check builds it"
"$unit" || exit 1
