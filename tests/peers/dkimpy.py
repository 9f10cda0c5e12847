#!/usr/bin/env python3
"""dkimpy.py verify KEYS < paths
dkimpy.py sign < jobs

An adapter: many messages, one process.  KEYS holds lines "name<TAB>record".
A job is path, output, header canon, body canon, algorithm, domain, selector,
key file, separated by tabs.  Line ends become CRLF, as a mail server would have
them; nothing else is changed.  Prints "path<TAB>pass|fail|skip<TAB>why" for each;
verify judges the topmost signature."""
import base64
import logging
import re
import sys

sys.modules["httpx"] = None         # dnspython would spend half a second on it
import dkim  # noqa: E402


def network(path):
    with open(path, "rb") as f:
        data = f.read()
    return data if b"\r\n" in data else data.replace(b"\n", b"\r\n")


class Log(logging.Handler):
    def __init__(self):
        super().__init__()
        self.said = ""

    def emit(self, record):
        self.said = record.getMessage()


def verify(keys, path):
    log = Log()
    logger = logging.getLogger("x")
    logger.handlers, logger.propagate = [log], False
    try:
        good = dkim.DKIM(network(path), logger=logger).verify(
            dnsfunc=lambda name, timeout=5: keys.get(name.rstrip(b".").lower()))
    except Exception as e:
        return "fail", "%s: %s" % (type(e).__name__, e)
    return ("pass", "") if good else ("fail", log.said or "b= does not verify")


def private_key(path, algorithm):
    with open(path, "rb") as f:
        text = f.read()
    if algorithm != "ed25519-sha256":
        return text
    der = base64.b64decode(b"".join(text.split(b"\n")[1:-2]))
    return base64.b64encode(der[-32:])      # dkimpy wants the bare seed


def sign(path, output, header, body, algorithm, domain, selector, key):
    message = network(path)
    names = [n.lower() for n, _ in dkim.rfc822_parse(message)[0]]
    wanted = [b"from", b"subject", b"to", b"cc", b"date", b"message-id", b"reply-to",
              b"references", b"sender", b"in-reply-to"]
    include = [n for w in wanted for n in names if n == w] + [b"from", b"subject"]
    field = dkim.sign(message, selector.encode(), domain.encode(),
                      private_key(key, algorithm), canonicalize=(header.encode(), body.encode()),
                      signature_algorithm=algorithm.encode(), include_headers=include)
    with open(path, "rb") as f:
        message = f.read()
    if b"\r\n" not in message:
        field = field.replace(b"\r\n", b"\n")
    with open(output, "wb") as f:
        f.write(field + message)
    return "pass", ""


def main():
    keys = {}
    if sys.argv[1] == "verify":
        with open(sys.argv[2], "rb") as f:
            keys = dict(x.rstrip(b"\n").split(b"\t") for x in f)
    for line in sys.stdin:
        words = line.rstrip("\n").split("\t")
        try:
            result, why = verify(keys, words[0]) if keys else sign(*words)
        except Exception as e:
            result, why = "fail", "%s: %s" % (type(e).__name__, e)
        print("%s\t%s\t%s" % (words[0 if keys else 1], result, re.sub(r"\s+", " ", why)))


main()
