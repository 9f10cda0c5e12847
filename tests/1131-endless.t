#!/usr/bin/env python3
# test: slow
"""A body without end takes no memory (E5): 128 MiB of empty lines, of spaces and of
one line, and a line of 2 GiB, in 64 MiB of address space, signed, with the hash
that is told here, and verified.
DKIM_ENDLESS_MIB=10240 makes it 10 GiB each."""
import base64
import hashlib
import os
import resource
import subprocess
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
import forge  # noqa: E402
from forge import Ed25519, at  # noqa: E402

forge.need("dkim-sign", "dkim-verify")
if os.environ.get("DKIM_SANITIZED"):
    forge.skip_all("sanitizers need address space of their own")
MANY = int(os.environ.get("DKIM_ENDLESS_MIB") or 128)
LIMIT = 64 << 20
T = forge.scratch()
tap = forge.Tap()
ed = Ed25519()


forge.write(at("key.pem"), ed.pem(), 0o600)
forge.zone_file({"sel._domainkey.example.com": ed.record()})
SIGN = ["dkim-sign", "-d", "example.com", "-s", "sel", "-k", at("key.pem"), "--header-only"]
VERIFY = ["dkim-verify", "-A", "mx.example.net", "-Z", at("zone")]
FROM = b"From: a@example.com\n\n"
MIB = 1 << 20


def limit():
    resource.setrlimit(resource.RLIMIT_AS, (LIMIT, LIMIT))


def peak(pid):
    """In KiB, so far."""
    with open("/proc/%d/status" % pid) as f:
        for line in f:
            if line.startswith("VmHWM:"):
                return int(line.split()[1])
    return 0


def feed(argv, top, piece, many):
    """Status, output, seconds, and the memory it had at the end of its input."""
    start = time.monotonic()
    p = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                         preexec_fn=limit)
    block = piece * (MIB // len(piece))
    p.stdin.write(top)
    for _ in range(many):
        p.stdin.write(block)
    memory = peak(p.pid)
    p.stdin.close()
    out = p.stdout.read()
    return p.wait(), out, time.monotonic() - start, memory


def endless(what, piece, canon, many):
    status, field, seconds, kib = feed(SIGN + ["-c", canon], FROM, piece, many)
    hashed = hashlib.sha256()
    if piece == b"x" or (piece == b" " and canon[0] == "s"):
        for _ in range(many):
            hashed.update(piece * MIB)
    if hashed.digest() != hashlib.sha256().digest() or canon[0] == "s":
        hashed.update(b"\r\n")
    name = "%d MiB of %s, %s" % (many, what, canon)
    tap.ok(status == 0 and b" bh=" + base64.b64encode(hashed.digest()) in field,
           "%s: signed in %.1f s and %d KiB" % (name, seconds, kib), status, field)
    status, out, seconds, kib = feed(VERIFY, field + FROM, piece, many)
    tap.ok(status == 0 and b"dkim=pass" in out,
           "%s: verified in %.1f s and %d KiB" % (name, seconds, kib), status, out)


for what, piece in (("empty lines", b"\r\n"), ("spaces", b" "), ("one line", b"x")):
    for canon in ("simple/simple", "relaxed/relaxed"):
        endless(what, piece, canon, MANY)
endless("one line", b"x", "simple/simple", 2049)
tap.done()
