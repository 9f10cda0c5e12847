#ifndef TOOL_HANDOVER_H
#define TOOL_HANDOVER_H

#include "base/fault.h"
#include "mail/message.h"

/*
 * Writes the message, as message_write does, to a temporary file without a name
 * and becomes the program argv[0] with that on standard input.  So the program
 * never starts on a part of a message.  Comes back, with false, only when
 * something failed.
 */
bool handover(const struct message *m, struct span top, char *const argv[],
    struct fault *f);

#endif
