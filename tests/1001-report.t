#!/usr/bin/env python3
"""What dkim-verify reports: the keys of json as dkim-verify(1) documents them,
text for people and its colours, the files of --dump."""
import hashlib
import json
import os
import pty
import re
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
import forge  # noqa: E402
from forge import NOW, RSA, run, sign  # noqa: E402

forge.need("dkim-verify")

T = forge.scratch()
tap = forge.Tap()
rsa = RSA(1024)
zone = forge.zone_file({"sel._domainkey.example.com": rsa.record()})
MSG = (b"From: Alice <alice@example.com>\r\nTo: bob@example.net\r\nSubject: greetings\r\n"
       b"\r\nHello,  you.\r\n\r\nBye \r\n\r\n")
signed = sign(MSG, rsa, tags=[("+t", str(NOW - 7200))])
broken = signed.replace(b"greetings", b"[x] greetings") + b"footer\r\n"
with open(os.path.join(forge.TOP, "man", "dkim-verify.1"), encoding="ascii") as f:
    page = f.read()


def verify(message, *args, **kw):
    return run("dkim-verify", "-Z", zone, "--now", str(NOW), *args, stdin=message, **kw)


# --------------------------------------------------------------------- the schema
STRING, NUMBER, FLAG, NULL = str, int, bool, type(None)
TOP = {"file": (STRING, NULL), "result": (STRING,), "defect": (STRING, NULL),
       "from_domain": (STRING, NULL), "signatures": (list,)}
SIGNATURE = {"result": (STRING,), "reason": (STRING, NULL), "code": (STRING,),
             "domain": (STRING, NULL), "selector": (STRING, NULL), "identity": (STRING, NULL),
             "algorithm": (STRING, NULL), "canonicalization": (STRING, NULL),
             "key_bits": (NUMBER, NULL), "testing": (FLAG,), "dnssec": (FLAG,),
             "aligned": (STRING,), "headers": (list, NULL), "body_length": (NUMBER, NULL),
             "unsigned_bytes": (NUMBER, NULL), "timestamp": (NUMBER, NULL),
             "expires": (NUMBER, NULL), "body_hash": (STRING,), "explain": (list, NULL)}
CLAIM = {"half": (STRING,), "verified": (FLAG,), "changes": (list,), "text": (list,),
         "detail": (STRING, NULL)}


def fits(value, schema):
    return (list(value) == list(schema) and
            all(type(value[k]) in types for k, types in schema.items()))


def documented(names, where):
    text = page[page.index(where):]
    return [n for n in names if not re.search(r"^\.(It )?Cm ([a-z0-9-]+ , )*%s\b" % n, text, re.M)]


for name, message in (("whole", signed), ("broken", broken), ("unsigned", MSG),
                      ("defective", signed.replace(b"v=1", b"v=3")), ("no From", MSG[33:])):
    for args in ((), ("--explain",)):
        j = json.loads(verify(message, "-F", "json", *args).out.decode())
        tap.ok(fits(j, TOP) and all(fits(s, SIGNATURE) for s in j["signatures"]) and
               all(fits(c, CLAIM) for s in j["signatures"] for c in s["explain"] or []),
               "json: the keys in their order, and their types: %s %s" % (name, args), j)
        tap.ok(all((s["explain"] is None) == (not args) for s in j["signatures"]),
               "json: explain is null unless asked for", j)
start = page.index("is one object on a line for each message")
tap.eq(documented(list(TOP) + list(SIGNATURE) + list(CLAIM), page[start:start + 40]), [],
       "the manual has every key")
codes = set()
for f in ("why/bodychange.c", "why/bodysearch.c", "why/cutsearch.c", "why/fieldchange.c",
          "why/edits_collect.c", "why/headersearch.c", "why/keymend.c", "why/why.c",
          "report/explain.c"):
    with open(os.path.join(forge.TOP, "libshared", f), encoding="ascii") as file:
        codes |= set(re.findall(r'"([a-z0-9]+(?:-[a-z0-9]+)+|expired|stopped|refolded|reordered)"',
                                file.read()))
codes -= {"text-plain"}
words = set(re.findall(r"[a-z0-9]+(?:-[a-z0-9]+)*", page[page.index(".Ss Explanations"):
                                                         page.index(".Ss Limits")]))
codes = {c for c in codes if not re.match(r"(en|de|quoted)-|utf-8|us-ascii", c)}
tap.eq(sorted(codes - words), [], "the manual has every word of --explain")
tap.ok(len(codes) > 50, "and there are many", codes)

# --------------------------------------------------------------------------- text
r = verify(signed, "-F", "text")
for line in (b"pass", b"domain     example.com, the domain of From:", b"selector   sel",
             b"key        1024 bits, weak", b"signed     2026-11-22 08:00:00 UTC (2 hours ago)",
             b"body       as it was signed, all of it is covered", b"signs      from subject",
             b"unsigned   To", b"code       ok"):
    tap.ok(line in r.out, "text: " + line.decode(), r.out.decode())
tap.ok(b"addable    From" in r.out and b"\x1b" not in r.out, "text: what could be added; no colour in a pipe",
       r.out.decode())
r = verify(broken, "-F", "text")
tap.ok(b"advice " in r.out and b"fail: " in r.out, "text: advice", r.out.decode())


def on_terminal(**env):
    """What a run prints on a pseudo-terminal."""
    path = forge.write(os.path.join(T, "m"), signed)
    pid, fd = pty.fork()
    if pid == 0:
        os.environ.pop("NO_COLOR", None)
        os.environ.update({"TERM": "xterm", **env})
        os.execvp("dkim-verify", ["dkim-verify", "-Z", zone, "--now", str(NOW), "-F", "text", path])
    out = b""
    while True:
        try:
            piece = os.read(fd, 4096)
        except OSError:
            break
        if not piece:
            break
        out += piece
    os.waitpid(pid, 0)
    return out


tap.ok(b"\x1b[1;32mpass\x1b[0m" in on_terminal(), "colour on a terminal")
tap.ok(b"\x1b" not in on_terminal(NO_COLOR="1"), "not with NO_COLOR")
tap.ok(b"\x1b" not in on_terminal(TERM="dumb"), "not on a dumb terminal")
tap.ok(b"\x1b[1;32m" in on_terminal(NO_COLOR=""), "an empty NO_COLOR is none")

# --------------------------------------------------------------------------- dump
for c in (("simple", "simple"), ("relaxed", "relaxed")):
    for l in (None, 8):
        d = os.path.join(T, "dump-%s-%s" % (c[0], l))
        os.mkdir(d)
        m = sign(MSG, rsa, c=c, l=l)
        r = verify(m, "--dump", d, "--body-length", "accept")
        parts = {n: open(os.path.join(d, n), "rb").read() for n in os.listdir(d)}
        tap.eq(sorted(parts), ["1-1.body", "1-1.hash", "1-1.header"], "dump: the files: %s l=%s" % (c[0], l))
        body = forge.body_canon(c[1], MSG.split(b"\r\n\r\n", 1)[1])[:l]
        tap.eq(parts["1-1.body"], body, "the canonical body")
        fields, _ = forge.split(m)
        own = re.sub(rb" b=.*", b" b=", fields[0].replace(b"\r\n", b""))
        head = b"".join(forge.field_canon(c[0], f) for f in forge.select(fields, ("from", "subject")))
        head += forge.field_canon(c[0], own)[:-2]
        tap.eq(parts["1-1.header"], head, "the canonical header")
        want = "".join("%s sha256 %s %d\n" % (n, hashlib.sha256(x).hexdigest(), len(x))
                       for n, x in (("header", head), ("body", body)))
        tap.eq(parts["1-1.hash"].decode(), want, "and the hashes of both")
        tap.eq(os.stat(os.path.join(d, "1-1.body")).st_mode & 0o777, 0o600, "for nobody else")
before = open(os.path.join(d, "1-1.body"), "rb").read()
r = verify(broken, "--dump", d)
tap.ok(r.status == 75 and r.out == b"" and b"File exists" in r.err and
       open(os.path.join(d, "1-1.body"), "rb").read() == before, "dump: a file that is there is left alone", r)
r = verify(signed, "--dump", os.path.join(T, "none"))
tap.ok(r.status == 75 and r.out == b"", "dump: the directory has to exist", r)
d = os.path.join(T, "two")
os.mkdir(d)
a, b = (forge.write(os.path.join(T, n), m) for n, m in (("a", signed), ("b", sign(signed, rsa))))
verify(b"", "--dump", d, a, b)
tap.eq(sorted(n for n in os.listdir(d) if n.endswith("hash")), ["1-1.hash", "2-1.hash", "2-2.hash"],
       "dump: several messages with several signatures")
tap.done()
