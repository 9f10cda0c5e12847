#!/usr/bin/env python3
# test: evp
"""What comes out is what went in, byte for byte, but for the new field; however
it came in: a file, the rest of a file, a pipe, a trickle, a socket, more than
what is kept in memory.  And no temporary file is ever to be seen."""
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
import forge  # noqa: E402
from forge import at  # noqa: E402

forge.need("dkim-sign", "dkim-verify")
T = forge.scratch()
tap = forge.Tap()
MIB = 1 << 20
rsa = forge.RSA(1024)
ed = forge.Ed25519()


def put(name, data, mode=0o644):
    with open(at(name), "wb") as f:
        f.write(data)
    os.chmod(at(name), mode)
    return at(name)


put("rsa.pem", forge.octets(rsa.pem()), 0o600)
put("ed.pem", forge.octets(ed.pem()), 0o600)
put("zone", forge.octets(forge.zone({
    "sel._domainkey.example.com": rsa.record(),
    "ed._domainkey.example.com": ed.record()})))
SIGN = ["dkim-sign", "-d", "example.com", "-s", "sel", "-k", at("rsa.pem"),
        "-t", "1795341600"]
VERIFY = ["dkim-verify", "-A", "mx.example.net", "-Z", at("zone"), "--now", "1795341600"]

HEAD = (b"Received: from a by b; Sun, 22 Nov 2026 10:00:00 +0000\n"
        b"From: Alice <alice@example.com>\nTo: bob@example.net\n"
        b"Subject: a folded\n\tsubject \nDate: Sun, 22 Nov 2026 10:00:00 +0000\n")
BODY = b"Hello,\n\nthis  is \t text. \n.\n..\nFrom here\n\n\n"
LF = HEAD + b"\n" + BODY


def crlf(x):
    return x.replace(b"\n", b"\r\n")


MESSAGES = {
    "LF": LF,
    "CRLF": crlf(LF),
    "header CRLF, body LF": crlf(HEAD + b"\n") + BODY,
    "header LF, body CRLF": HEAD + b"\n" + crlf(BODY),
    "every other line CRLF": b"".join(
        line[:-1] + b"\r\n" if i % 2 else line
        for i, line in enumerate(LF.splitlines(True))),
    "first line CRLF, rest LF": LF.replace(b"\n", b"\r\n", 1),
    "no final newline": LF.rstrip(b"\n"),
    "no final newline, CRLF": crlf(LF).rstrip(b"\r\n"),
    "CR at the end": LF.rstrip(b"\n") + b"\r",
    "white space at the end": LF.rstrip(b"\n") + b" \t",
    "no body": HEAD + b"\n",
    "no body, CRLF": crlf(HEAD + b"\n"),
    "no empty line either": HEAD,
    "no empty line either, CRLF": crlf(HEAD),
    "not even the last newline of the header": HEAD[:-1],
    "the same, CRLF": crlf(HEAD)[:-2],
    "one field": b"From: alice@example.com\n",
    "one field without newline": b"From: alice@example.com",
    "body of one octet": HEAD + b"\nx",
    "body of one newline": HEAD + b"\n\n",
    "body of many newlines": HEAD + b"\n" + b"\n" * 5000,
    "body of many CRLFs": crlf(HEAD + b"\n") + b"\r\n" * 5000,
    "body of white space": HEAD + b"\n \t \n \n",
    "mbox": b"From alice@example.com Sun Nov 22 10:00:00 2026\n" + LF,
    "mbox, CRLF": crlf(b"From alice@example.com Sun Nov 22 10:00:00 2026\n" + LF),
    "mbox, quoted": b">From alice@example.com Sun Nov 22 10:00:00 2026\n" + LF,
    "NUL and 8-bit in the body": HEAD + b"\n" + bytes(range(256)) * 5 + b"\n",
    "8-bit in the header": HEAD + b"X-A: \xe9\xff\xc3\xa9\n\n" + BODY,
    "bare CR in the body": HEAD + b"\na\rb\r\rc\n\r\n\r\r\n",
    "a line of 100000 octets": HEAD + b"\n" + b"x" * 100000 + b"\n",
    "a header of 300 KiB": HEAD + b"".join(
        b"X-%d: %s\n" % (i, b"y" * 900) for i in range(333)) + b"\n" + BODY,
    "read sizes and CRLF": crlf(HEAD + b"\n") + b"".join(
        b"z" * n + b"\r\n" for n in range(0, 900, 3)) + b"w" * 65534 + b"\r\n",
    "exactly what memory holds": (LF + b"q" * MIB)[:MIB],
    "an octet more than memory holds": (LF + b"q" * MIB)[:MIB + 1],
    "three times what memory holds": crlf(LF) + b"0123456789abcde\r\n" * 190000,
}


# --- the ways in: each returns (status, stdout, stderr) -----------------------

def finish(argv, stdin, feed=None, env=None):
    p = subprocess.Popen(argv, stdin=stdin, stdout=subprocess.PIPE,
                         stderr=subprocess.PIPE, env=env)
    t = None
    if feed is not None:
        t = threading.Thread(target=feed, args=(p,))
        t.start()
    out, err = [], []
    e = threading.Thread(target=lambda: err.append(p.stderr.read()))
    e.start()
    out.append(p.stdout.read())
    e.join()
    if t is not None:
        t.join()
    p.stdout.close()
    p.stderr.close()
    return p.wait(), out[0], err[0]


def by_file(argv, data, env=None):
    with open(put("in", data), "rb") as f:
        return finish(argv, f, env=env)


def by_offset(argv, data, env=None):
    before = b"From: somebody@else.example\nX: this was read before\n\n"
    fd = os.open(put("in", before + data), os.O_RDONLY)
    os.lseek(fd, len(before), os.SEEK_SET)
    try:
        return finish(argv, fd, env=env)
    finally:
        os.close(fd)


def pieces(data, size):
    def feed(p):
        try:
            for i in range(0, len(data), size):
                p.stdin.write(data[i:i + size])
                p.stdin.flush()
        except BrokenPipeError:
            pass
        finally:
            try:
                p.stdin.close()
            except BrokenPipeError:
                pass
    return feed


def by_pipe(argv, data, env=None):
    return finish(argv, subprocess.PIPE, pieces(data, 1 << 16), env)


def by_trickle(argv, data, env=None):
    return finish(argv, subprocess.PIPE, pieces(data, max(1, len(data) // 701)), env)


def by_socket(argv, data, env=None):
    ours, theirs = socket.socketpair()

    def feed(p):
        theirs.close()
        try:
            ours.sendall(data)
        except OSError:
            pass
        ours.close()
    return finish(argv, theirs.fileno(), feed, env)


WAYS = {"a file": by_file, "the rest of a file": by_offset, "a pipe": by_pipe,
        "a trickle": by_trickle, "a socket": by_socket}


def taken_apart(out, data, name):
    """The new lines of out, or why it is not data with new lines in front."""
    first = b""
    if name.startswith("mbox"):
        first = data[:data.index(b"\n") + 1]
    if not out.startswith(first):
        return None, "the From_ line is not first"
    rest = data[len(first):]
    if not out.endswith(rest) or len(out) < len(data):
        return None, "what went in is not what came out"
    new = out[len(first):len(out) - len(rest)]
    ending = b"\r\n" if re.match(rb"[^\n]*\r\n", data) else b"\n"
    lines = new.split(ending)
    if lines.pop() != b"" or any(b"\n" in x or b"\r" in x for x in lines):
        return None, "the new lines do not end like the first line: %r" % new[:200]
    if any(x[:1] not in b" \t" for x in lines[1:]) or lines[0][:1] in b" \t":
        return None, "more than one new field: %r" % new[:600]
    if any(not x.strip() for x in lines):
        return None, "a line of nothing: %r" % new[:600]
    return lines, ""


tmp = at("tmp")
os.mkdir(tmp)
env = dict(os.environ, TMPDIR=tmp)
for name, data in MESSAGES.items():
    signed = {}
    for way, go in WAYS.items():
        status, out, err = go(SIGN, data, env=env)
        signed[out] = way
        lines, why = taken_apart(out, data, name)
        tap.ok(status == 0 and not err and lines is not None
               and lines[0].startswith(b"DKIM-Signature: "),
               "sign %s from %s" % (name, way),
               "exit %d %r; %s" % (status, err[:200], why))
        if lines is not None and max(map(len, lines)) > 78:
            tap.ok(False, "sign %s: no line over 78 columns" % name, lines)
    tap.ok(len(signed) == 1, "sign %s: the same however it came in" % name,
           signed.values())
    message = next(iter(signed))
    verified = {}
    for way, go in WAYS.items():
        status, out, err = go(VERIFY + ["-f"], message, env=env)
        verified[out] = way
        lines, why = taken_apart(out, message, name)
        tap.ok(status == 0 and not err and lines is not None
               and lines[0].startswith(b"Authentication-Results: mx.example.net;")
               and b"dkim=pass" in b"".join(lines),
               "verify -f %s from %s" % (name, way),
               "exit %d %r; %s %r" % (status, err[:200], why, lines))
    tap.ok(len(verified) == 1, "verify -f %s: the same however it came in" % name,
           verified.values())
    status, out, err = by_pipe(VERIFY, message, env=env)
    tap.ok(status == 0 and not err and b"dkim=pass" in out and len(out) < 2000
           and out.startswith(b"Authentication-Results: ")
           and forge.octets(out).count(b"\n") >= 1,
           "verify %s without -f: the field alone" % name, status, out[:300], err[:300])
    # A forged twin: the last octet that is no white space.
    i = len(message.rstrip(b" \t\r\n")) - 1
    if b"\n\n" in message[:i] or b"\r\n\r\n" in message[:i]:
        bad = message[:i] + bytes([message[i] ^ 1]) + message[i + 1:]
        status, out, err = by_pipe(VERIFY + ["-f"], bad, env=env)
        lines, why = taken_apart(out, bad, name)
        tap.ok(status == 0 and lines is not None and b"dkim=fail" in b"".join(lines),
               "verify -f %s, forged: passed on as it is, with dkim=fail" % name,
               status, why, lines, err[:200])
tap.eq(os.listdir(tmp), [], "no temporary file is left")

# --- the four canonicalizations, both algorithms, both endings, itself ---------
for canon in ("simple/simple", "simple/relaxed", "relaxed/simple", "relaxed/relaxed"):
    for key in (["-s", "sel", "-k", at("rsa.pem")], ["-s", "ed", "-k", at("ed.pem")],
                ["-s", "sel", "-k", at("rsa.pem"), "-s", "ed", "-k", at("ed.pem")]):
        bad = []
        for name, data in MESSAGES.items():
            if len(data) > 400000:
                continue
            status, out, err = by_pipe(
                ["dkim-sign", "-d", "example.com", "-c", canon, "-t", "1795341600"] + key,
                data, env=env)
            status2, report, err2 = by_pipe(VERIFY + ["-F", "kv"], out, env=env)
            if (status, err, status2, err2) != (0, b"", 0, b"") or \
                    len(re.findall(rb"(?m)^.*result=\"?pass\b", report)) != key.count("-s"):
                bad.append((name, status, err[:99], status2, err2[:99], report[:300]))
        tap.ok(not bad, "every message, %s, %s" % (canon, " ".join(key[1::4])), *bad)

# --- new fields of two keys come first, in one go, each whole -------------------
status, out, err = by_pipe(SIGN + ["-s", "ed", "-k", at("ed.pem")], LF, env=env)
new = out[:-len(LF)]
tap.ok(out.endswith(LF) and new.count(b"DKIM-Signature:") == 2 and b"a=rsa-sha256" in new
       and b"a=ed25519-sha256" in new, "two keys, two fields", status, err, new)
status, out, err = by_pipe(SIGN + ["--header-only"], LF, env=env)
tap.ok(status == 0 and out.startswith(b"DKIM-Signature: ") and b"\nFrom:" not in out
       and out.endswith(b"\n") and b"\n\n" not in out,
       "--header-only: the field alone", status, err, out)
_, whole, _ = by_pipe(SIGN, LF, env=env)
tap.eq(out + LF, whole, "--header-only: the same field")

# --- Authentication-Results that claim to be ours ------------------------------
ids = [b"mx.example.net", b"other.example", b"MX.Example.NET", b'"mx.example.net"',
       b"(a (b) c) mx.example.net (d) 1", b"\r\n\tmx.example.net", b"mx.example.nett",
       b"mx.example.net 2"]
ours = {0, 2, 3, 4, 5, 7}
fields = [b"Authentication-Results: %s;\r\n dkim=pass header.d=bank.example\r\n" % i
          for i in ids]
fields[2] = fields[2].replace(b"Results:", b"Results :").replace(b"Auth", b"AUTH")
status, out, err = by_pipe(VERIFY + ["-f"], b"".join(fields) + crlf(LF), env=env)
kept = b"".join(f for i, f in enumerate(fields) if i not in ours)
tap.ok(status == 0 and out.endswith(b"\r\n" + kept + crlf(LF))
       and out.count(b"bank.example") == len(fields) - len(ours),
       "-f removes the fields that claim our id, and no other", status, err, out[:900])

# --- the spool -------------------------------------------------------------------
big = MESSAGES["three times what memory holds"]
_, signed, _ = by_file(SIGN, big, env=env)
nowhere = dict(os.environ, TMPDIR=at("nowhere"))
for argv, data, name in ((SIGN, big, "sign"), (VERIFY + ["-f"], signed, "verify -f")):
    status, out, err = by_pipe(argv, data, env=nowhere)
    tap.ok(status == 75 and out == b"" and err.count(b"\n") == 1 and b"nowhere" in err,
           name + ": a big pipe and no place for it: 75, nothing written, one line",
           status, len(out), err)
    status, out, err = by_pipe(argv + ["--exit-style", "sysexits"], data, env=nowhere)
    tap.ok(status == 73 and out == b"", name + ": the same in sysexits: 73", status, err)
    for way in ("a file", "the rest of a file"):
        status, out, err = WAYS[way](argv, data, env=nowhere)
        tap.ok(status == 0 and out.endswith(data), "%s: %s needs no place" % (name, way),
               status, err)
    status, out, err = by_pipe(argv, data[:300000], env=nowhere)
    tap.ok(status == 0 and out.endswith(data[:300000]),
           name + ": nor does a small pipe", status, err)
for argv, name in ((SIGN + ["--header-only"], "sign --header-only"), (VERIFY, "verify")):
    status, out, err = by_pipe(argv, signed, env=nowhere)
    tap.ok(status == 0 and len(out) < 2000 and not err,
           name + ": what is not written again needs no place", status, err)

# A shell starts what runs behind its back with SIGINT ignored, nohup(1) does so with
# SIGHUP, and a program keeps to that: not here, where they are to end it.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)
if os.path.isdir("/proc/self/fd"):
    for how, name in ((None, "in the end"), (signal.SIGTERM, "after SIGTERM"),
                      (signal.SIGINT, "after SIGINT"), (signal.SIGHUP, "after SIGHUP"),
                      (signal.SIGKILL, "after SIGKILL")):
        p = subprocess.Popen(SIGN, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE, env=env)
        p.stdin.write(big[:len(big) - 1000])
        p.stdin.flush()
        spool = []
        for _ in range(100):
            for fd in os.listdir("/proc/%d/fd" % p.pid):
                try:
                    target = os.readlink("/proc/%d/fd/%s" % (p.pid, fd))
                except OSError:
                    continue
                if target.startswith(os.path.realpath(tmp)):
                    spool.append(target)
            if spool:
                break
            time.sleep(0.05)
        tap.ok(spool and os.listdir(tmp) == [],
               "the temporary file is in TMPDIR and has no name (%s)" % name,
               spool, os.listdir(tmp))
        if how is None:
            got = []
            t = threading.Thread(target=lambda: got.append(p.stdout.read()))
            t.start()
            p.stdin.write(big[len(big) - 1000:])
            p.stdin.close()
            t.join()
            tap.ok(p.wait() == 0 and got[0].endswith(big), "and nothing is lost")
        else:
            p.send_signal(how)
            try:
                p.stdin.close()
            except BrokenPipeError:
                pass
            tap.eq((p.stdout.read(), p.wait() in (0,), os.listdir(tmp)), (b"", False, []),
                   "nothing written, no success, nothing left " + name)
        p.stdout.close()
        p.stderr.close()
else:
    tap.skip("the temporary file has no name", "no /proc here")

# --- a file that changes while it is read is a read error, not a wrong signature -
path = put("shrinks", big)
with open(path, "rb") as f:
    p = subprocess.Popen(SIGN + ["--exit-style", "sysexits"], stdin=f,
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env)
    p.stdout.read(100)      # it has read everything and writes; the pipe is full
    os.truncate(path, 2000)
    rest = p.stdout.read()
    err = p.stderr.read()
    tap.ok(p.wait() == 74 and err.count(b"\n") == 1,
           "a file that shrinks under the program: 74, not a short message with 0",
           p.returncode, len(rest), err)
    p.stdout.close()
    p.stderr.close()
tap.done()
