#!/usr/bin/env python3
# test: slow
"""Twice as much takes twice as long, not four times (E1, E2, E4, E5, E6, E7, E11): of
sizes n/2, n and 2n the growth of the instructions that valgrind counts, which is
the same on every run, as a ratio."""
import os
import re
import shutil
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
import forge  # noqa: E402
from forge import Ed25519, RSA, at  # noqa: E402

forge.need("dkim-sign", "dkim-verify")
if os.environ.get("DKIM_SANITIZED"):
    forge.skip_all("sanitizers need time and memory of their own")
VALGRIND = shutil.which("valgrind")
T = forge.scratch()
tap = forge.Tap()
rsa, ed = RSA(1024), Ed25519()  # the latter signs the same way every time


forge.write(at("key.pem"), ed.pem(), 0o600)
forge.zone_file({"sel._domainkey.example.com": rsa.record()})
SIGN = ["dkim-sign", "-d", "example.com", "-s", "sel", "-k", at("key.pem"), "--header-only"]
VERIFY = ["dkim-verify", "-F", "kv", "-Z", at("zone")]
FILTER = ["dkim-verify", "-f", "-A", "mx.example", "-Z", at("zone")]
FROM = b"From: a@example.com\n"


def instructions(argv, path):
    with open(path, "rb") as f:
        p = subprocess.run(["valgrind", "--log-file=" + at("log"),
                            "--tool=callgrind", "--callgrind-out-file=/dev/null"] + argv,
                           stdin=f, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    with open(at("log")) as f:
        m = re.search(r"Collected : (\d+)", f.read())
    return int(m[1]) if m and p.returncode not in (127,) else None


def grows(name, argv, make, n, most=2.6):
    """make(n) gives the input.  What n / 2 adds to n / 2 against what n adds to
    n, so that what each run costs anyway is left out.  What is refused at its
    first octets is only read: a few instructions an octet, in large steps."""
    got, octets = [], []
    for size in (n // 2, n, 2 * n):
        octets.append(len(forge.octets(make(size))))
        forge.write(at("in"), make(size))
        got.append(instructions(argv, at("in")) if VALGRIND else None)
    if None in got:
        tap.skip(name, "no valgrind to count with")
        return
    one, two = got[1] - got[0], got[2] - got[1]
    ratio = two / one if one > 0 else 0
    tap.ok(ratio < most or two < 8 * (octets[2] - octets[1]),
           "%s: twice the input, %.2f times the instructions" % (name, ratio), got)


def small(n):
    return b"".join(b"X-%d: a\n" % i for i in range(n))


def names(n):
    return ":".join("x-%d" % i for i in range(n))


SIG = (b"DKIM-Signature: v=1; a=rsa-sha256; d=example.com; s=sel; h=%s;\n"
       b" bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; b=AAAA\n")
SIMPLE, RELAXED = ["-c", "simple/simple"], ["-c", "relaxed/relaxed"]

for canon in (SIMPLE, RELAXED):
    c = canon[1]
    # Up to the 1000 names of h=, and no further, each is compared with each.
    grows("E3: more fields than can be signed, " + c, SIGN + canon + ["-H", "+X-*"],
          lambda n: FROM + small(n) + b"\nx\n", 4999)
    grows("E4: folds in one field, " + c, SIGN + canon + ["-H", "+X"],
          lambda n: FROM + b"X: " + b"\n y" * n + b"\n\nx\n", 40000)
    grows("E4: spaces in one field, " + c, SIGN + canon + ["-H", "+X"],
          lambda n: FROM + b"X: " + b" " * n + b"y\n\nx\n", 120000)
    for what, piece in (("lines", b"a line\n"), ("empty lines", b"\n"), ("spaces", b" "),
                        ("trailing spaces", b"x  \n"), ("one line", b"y"), ("CRs", b"\r"),
                        ("WSP and CR", b" \t\r")):
        grows("E5: a body of %s, %s" % (what, c), SIGN + canon,
              lambda n: FROM + b"\n" + piece * n + b"z\n", 1000000)
grows("E3: 4999 and 9998 fields, not signed", SIGN, lambda n: FROM + small(n) + b"\nx\n", 4999)
grows("E6: names in h= and as many fields", VERIFY,
      lambda n: SIG % (b"from:" + names(n).encode()) + FROM + small(n) + b"\nx\n", 499)
grows("E6: h= of 999 names and many fields", VERIFY,
      lambda n: SIG % (b"from:" + names(998).encode()) + FROM + small(n) + b"\nx\n", 4900)
grows("E6: h= that names one field again and again", VERIFY,
      lambda n: SIG % (b"from" + b":x" * n) + FROM + b"X: y\n" * n + b"\nx\n", 499)
grows("E1: 10000 signatures of all but the judged", VERIFY,
      lambda n: b"DKIM-Signature: v=1; d=a.example; s=b; b=AA\n" * n + FROM + b"\nx\n", 4999)
grows("E2: the same signature, again and again", VERIFY,
      lambda n: (SIG % b"from") * n + FROM + b"\nx\n", 2400)
grows("E4: a million folds", FILTER,
      lambda n: FROM + b"X: " + b"\n y" * n + b"\n\nx\n", 500000)
for what, piece in (("open comments", b"("), ("nested comments", b"(a)"), ("quotes", b'"a" '),
                    ("mailboxes", b"a@example.com, "), ("encoded words", b"=?u?q?a?= ")):
    grows("E7: From: of " + what, ["dkim-sign", "-s", "sel", "-k", at("key.pem")],
          lambda n: b"From: " + piece * n + b"a@example.com\n\nx\n", 120000 // len(piece))
    grows("E7: Authentication-Results of " + what,
          FILTER,
          lambda n: b"Authentication-Results: x.example; " + piece * n + b"\n" + FROM + b"\nx\n",
          120000 // len(piece))
grows("E1: Authentication-Results fields", FILTER,
      lambda n: b"Authentication-Results: mx.example; none\n" * n + FROM + b"\nx\n", 4900)

tap.done()
