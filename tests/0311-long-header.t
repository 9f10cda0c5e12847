#!/usr/bin/env python3
"""A header too long to be judged still passes dkim-verify -f whole, but for the
fields that could be taken for ours: those of our name in what was read, and every
Authentication-Results beyond."""
import os
import subprocess
import sys
import tempfile

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BIN = os.environ.get("DKIM_BIN") or os.path.join(TOP, "cmd")
NULL = tempfile.NamedTemporaryFile(prefix="zone")
count = failed = 0


def result(good, name, more=""):
    global count, failed
    count += 1
    failed += not good
    print("%sok %d - %s" % ("" if good else "not ", count, name))
    if not good:
        print("# " + more[:300])


def run(message, pipe):
    cmd = [os.path.join(BIN, "dkim-verify"), "-f", "-A", "mx.us", "-Z", NULL.name]
    if pipe:
        p = subprocess.run(cmd, input=message, capture_output=True)
    else:
        with tempfile.TemporaryFile() as f:
            f.write(message)
            f.seek(0)
            p = subprocess.run(cmd, stdin=f, capture_output=True)
    return p.returncode, p.stdout, p.stderr


KEPT = 17 << 16  # a little over 1 MiB, as it is read
FORGED = [b"Authentication-Results: mx.us; dkim=pass header.d=bank.example%s",
          b"authentication-results \t: mx.us%s\tfolded;%s dkim=pass%s",
          b"AUTHENTICATION-RESULTS:%s mx.us; dkim=pass%s"]
for eol, eol_name in ((b"\n", "LF"), (b"\r\n", "CRLF")):
    pad = b"".join(b"X-Pad-%d: %s%s" % (i, b"x" * 900, eol) for i in range(1400))
    early = b"Authentication-Results: mx.us; dkim=pass" + eol
    forged = [f.replace(b"%s", eol) for f in FORGED]
    for pipe in (False, True):
        for shift in range(0, 1200, 37):
            # the long field moves the forged ones over the end of what is kept
            start = b"From: a@example.com" + eol + early + b"X: " + b"y" * shift + eol
            tail = (b"".join(f + b"X-Auth: kept" + eol for f in forged) +
                    b"X-Fold: a" + eol + b"\tAuthentication-Results: mx.us" + eol +
                    eol + b"Authentication-Results: mx.us; a body line" + eol)
            fill = pad[:KEPT - len(start) - 600]
            fill = fill[:fill.rindex(eol) + len(eol)]
            edge = b"".join(forged) * 8
            message = start + fill + edge + pad + tail
            want = message.replace(early, b"", 1).replace(edge, b"")
            for f in forged:
                want = want.replace(f, b"", 1)
            # what stands in the fold and in the body is no field
            code, out, err = run(message, pipe)
            top, _, rest = out.partition(b"malformed message header\"" + eol)
            if code != 0 or rest != want:
                result(False, "%s, %s, %d" % (eol_name, "pipe" if pipe else "file", shift),
                       "exit %d, %d octets, want %d; %r" % (code, len(rest), len(want), err))
                break
        else:
            result(True, "%s through a %s" % (eol_name, "pipe" if pipe else "file"))
huge = b"From: a@example.com\nX: " + b"z" * (3 << 20) + b"\n\nbody\n"
code, out, err = run(huge, True)
result(code == 0 and out.endswith(huge), "one field of 3 MiB passes whole", repr(err))
near = b"From: a@example.com\n" + b"Authentication-Results" * 80000 + b": x\n\nbody\n"
code, out, err = run(near, True)
result(code == 0 and out.endswith(near), "a name that only begins so stays", repr(err))
long = (b"From: a@example.com\nX: " + b"z" * (3 << 20) +
        b"\nAuthentication-Results\n : mx.us; no field\nX-Auth: kept\n")
code, out, err = run(long + b"\nbody\n", True)
result(code == 0 and out.endswith(long + b"\nbody\n"),
       "a line without a colon is no field and stays", repr(err))
code, out, err = run(long + b"Authentication-Results" + b" " * 2000 + b": mx.us\n\nbody\n", True)
result(code == 0 and out.endswith(long + b"\nbody\n"),
       "a field whose colon stands far behind its name goes", repr(err))
cut = b"Authentication-Results: mx.us; dkim=pass\nAuthent"
code, out, err = run(long + cut, True)
result(code == 0 and out.endswith(long + b"Authent"),
       "what the message breaks off in stays, behind a field that goes", repr(err))
print("1..%d" % count)
sys.exit(failed > 0)
