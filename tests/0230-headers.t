#!/usr/bin/env python3
"""Which header fields are hashed, and what the new field looks like: RFC 6376
sections 3.5, 3.7, 5.4 to 5.6, and the property that signing adds one field,
changes nothing else, and verifies.  What dkim-sign writes is checked by
tests/lib/forge.py, not only by dkim-verify."""
import base64
import json
import os
import random
import re
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
import forge  # noqa: E402
from forge import Ed25519, RSA, at, run  # noqa: E402

forge.need("dkim-sign", "dkim-verify")

NOW = str(forge.NOW)
T = forge.scratch()
tap = forge.Tap()
rsa, ed = RSA(1024), Ed25519()


forge.write(at("rsa.pem"), rsa.pem(), 0o600)
forge.write(at("ed.pem"), ed.pem(), 0o600)
r = run("openssl", "genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:4096",
        "-out", at("4096.pem"))
os.chmod(at("4096.pem"), 0o600)
r4096 = RSA.from_pem(at("4096.pem"))
PUBLIC = {"sel": rsa, "ed": ed, "big": r4096}
forge.zone_file({
    "%s._domainkey.example.com" % s: k.record() for s, k in PUBLIC.items()})
MSG = (b"From: Alice <alice@example.com>\n"
       b"To: bob@example.net\n"
       b"Subject: greetings\n"
       b"Date: Sun, 22 Nov 2026 10:00:00 +0000\n"
       b"Message-ID: <1@example.com>\n"
       b"\n"
       b"Hello.\n")


def signer(*args, msg=MSG, key="rsa.pem", s="sel", d="example.com"):
    return run("dkim-sign", "-d", d, "-s", s, "-k", at(key), "--now", NOW, *args, stdin=msg)


def verifies(message):
    r = run("dkim-verify", "-F", "json", "-Z", at("zone"), "--now", NOW, stdin=message)
    try:
        got = [s["result"] for s in json.loads(r.out)["signatures"]]
    except (ValueError, KeyError):
        return False
    return r.status == 0 and got and set(got) == {"pass"}


def tags(field):
    """The tag-list of a field, read the naive way."""
    value = re.sub(rb"\r?\n", b"", field.split(b":", 1)[1]).decode("utf-8")
    out = {}
    for part in value.strip().rstrip(";").split(";"):
        name, v = part.split("=", 1)
        assert name.strip() not in out
        out[name.strip()] = re.sub(r"[ \t]+", "", v) if name.strip() != "z" else v.strip()
    return out


def names(field):
    return tags(field)["h"].lower().split(":")


def new_field(signed, original):
    """What was put on top, with its line end."""
    assert signed.endswith(original), (signed[:300], original[:300])
    return signed[:len(signed) - len(original)]


def opinion(signed):
    """Does our reference agree with the topmost signature?"""
    fields, body = forge.split(signed)
    own = next(f for f in fields if forge.name_of(f) == b"dkim-signature")
    rest = list(fields)
    rest.remove(own)
    t = tags(own)
    header, _, text = t["c"].partition("/")
    bh = base64.b64encode(forge.hashlib.sha256(
        forge.body_canon(text or "simple", body)).digest()).decode()
    if bh != t["bh"]:
        return "bh= is %s, want %s" % (t["bh"], bh)
    bare = re.sub(rb"([;\s]b[ \t]*=)[^;]*", rb"\1", own[:-2])
    digest = forge.header_hash(rest, t["h"].split(":"), header, bare)
    key = PUBLIC[t["s"]]
    sig = base64.b64decode(t["b"])
    if key.kind == "ed25519":
        return "" if sig == key.sign(digest) else "b= differs"
    return "" if sig == key.sign(digest) else "b= differs"


# ---------------------------------------- 64-73: what a verifier must select
def judged(name, message, good=True, status=None):
    r = run("dkim-verify", "-F", "json", "-Z", at("zone"), "--now", NOW, stdin=message)
    try:
        got = [s["result"] for s in json.loads(r.out)["signatures"]]
    except (ValueError, KeyError):
        got = None
    want = good if isinstance(good, list) else ["pass" if good else "fail"]
    tap.eq(got, want, name, r if got is None else "")


TRACE = (b"Received: A\r\nReceived: B\r\nReceived: C\r\nX: 1\r\n"
         + MSG.replace(b"\n", b"\r\n"))
m = forge.sign(TRACE, rsa, h=["from", "received", "received"])
judged("64: the lowest two of three Received", m)
judged("64: the highest is free", m.replace(b"Received: A", b"Received: Z"))
judged("64: the middle one is not", m.replace(b"Received: B", b"Received: Z"), False)
judged("64: nor the lowest", m.replace(b"Received: C", b"Received: Z"), False)
judged("64: order counts", m.replace(b"Received: B\r\nReceived: C",
                                     b"Received: C\r\nReceived: B"), False)
judged("64: h= order, not the message's", forge.sign(TRACE, rsa, h=["subject", "to", "from"]))
m = forge.sign(TRACE, rsa, h=["From", "x", "from", "X", "nosuch", "x"])
judged("65: names count whatever their case; used up ones add nothing", m)
judged("66: adding one that was oversigned, on top", b"X: 2\r\n" + m, False)
judged("66: or below", m.replace(b"\r\n\r\n", b"\r\nX: 2\r\n\r\n", 1), False)
judged("66: or one that was not there", b"Nosuch: 2\r\n" + m, False)
judged("66: removing one", m.replace(b"X: 1\r\n", b""), False)
judged("66: a field that is not named is free", b"Y: 2\r\n" + m)
ALL = "v=1; a=rsa-sha256; c=%s; d=example.com; s=sel; h=from:subject; bh=%%BH%%"
for c in ("simple", "relaxed"):
    a = ALL % (c + "/" + c)
    for what, text in (
            ("last", a + "; b=%B%"), ("last, with a semicolon", a + "; b=%B%;"),
            ("last, blanks behind", a + "; b=%B% \r\n\t"),
            ("last, blank and semicolon", a + "; b=%B%\r\n ; "),
            ("first", "b=%B%; " + a), ("first, a blank before", " b=%B%; " + a),
            ("first, folded", "\r\n\tb=%B%;\r\n " + a),
            ("in the middle", a.replace("; s=", "; b=%B% ; s=")),
            ("with blanks round =", a + "; b \t= %B%"),
            ("folded after =", a + "; b=\r\n %B%"),
            ("folded before =", a + "; b\r\n =%B%"),
            ("among tags that end in b", a.replace(
                "; s=", "; zb=b=x; b=%B%; ab=b=; s=")),
            ("behind z= with b= in it", a + "; z=Subject:a|b=20b=3D; b=%B%"),
            ("behind n= with b= in it", a + "; n=b=b=; b=%B%")):
        how = dict(text=text, c=(c, c), name="DKIM-Signature:")
        judged("68, 70: b= %s (%s)" % (what, c), forge.sign(MSG, rsa, **how))
        judged("68: b= %s, folded inside (%s)" % (what, c),
               forge.sign(MSG, rsa, wrap=20, **how))
for what, name in (("in capitals", "DKIM-SIGNATURE:"), ("blank before the colon",
                                                        "DKIM-Signature \t: ")):
    judged("68: field name " + what, forge.sign(MSG, rsa, name=name))
    judged("68: field name %s, simple" % what,
           forge.sign(MSG, rsa, name=name, c=("simple", "simple")))
net = MSG.replace(b"\n", b"\r\n")
one = forge.sign(net, rsa)
two = forge.sign(one, ed, s="ed", h=["from", "dkim-signature", "subject"])
judged("71: a signature over another signature", two, ["pass", "pass"])
judged("71: the upper one fails without the lower", two.replace(one[:one.index(b"From:")], b""),
       False)
judged("71: the lower one does not mind the upper", one)
three = forge.sign(two, rsa, h=["from", "dkim-signature", "dkim-signature", "dkim-signature"])
judged("71: and a third over both", three, ["pass"] * 3)
below = forge.field(two, rsa, h=["from", "dkim-signature"]) + b"\r\n"
judged("71: put below the others it is no candidate for itself, only for the first",
       two.replace(b"From:", below + b"From:", 1), ["fail", "pass", "pass"])
names1000 = ["from"] + ["x-%d" % i for i in range(999)]
many = b"".join(b"X-%d: %d\r\n" % (i % 1000, i) for i in range(9000)) + net
judged("73: 1000 names and 9000 fields", forge.sign(many, rsa, h=names1000))
many = forge.sign(many, rsa, h=names1000)
start = time.time()
run("dkim-verify", "-Z", at("zone"), "--now", NOW, stdin=many)
took = time.time() - start
tap.ok(took < forge.SLOWER, "73: in well under a second", "%.2f s" % took)

# ---------------------------------------------------- 75-79: what is signed
DEFAULT = """from sender reply-to subject date message-id to cc mime-version content-type
content-transfer-encoding content-id content-description in-reply-to references
resent-from resent-to resent-date resent-message-id resent-sender resent-cc list-id list-help
list-unsubscribe list-unsubscribe-post list-subscribe list-post list-owner list-archive
autocrypt""".split()
OVER = """from subject date to cc reply-to sender message-id mime-version content-type
content-transfer-encoding""".split()
ABSENT = [n for n in OVER if n not in ("message-id", "date", "mime-version")]
NEVER = """return-path received dkim-signature authentication-results arc-seal
arc-message-signature arc-authentication-results dkim2-signature message-instance
comments keywords bcc delivered-to x-mailer x-originating-ip x-spam-status
received-spf""".split()
full = b"".join(b"%s: %s\n" % (n.encode().title(), b"alice@example.com" if n == "from" else b"x")
                for n in DEFAULT + NEVER) + b"\nbody\n"
r = signer(msg=full)
field = new_field(r.out, full) if r.status == 0 else b"X: h="
got = names(field)
for n in DEFAULT:
    tap.eq(got.count(n), 2 if n in OVER else 1,
           "76, 77: %s is signed%s by default" % (n, ", once too often" if n in OVER else ""))
tap.eq([n for n in got if n in NEVER], [], "79: trace and changeable fields are not")
r = signer()
field = new_field(r.out, MSG) if r.status == 0 else b"X: h="
got = names(field)
tap.eq(sorted(got), sorted(["from", "to", "subject", "date", "message-id"] * 2
                           + [n for n in ABSENT if n not in ("from", "to", "subject")]),
       "77: a plain message: what is there, and one more of what must not be added", r)
t = tags(field)
tap.eq({k: t.get(k) for k in ("v", "a", "c", "d", "s", "t", "x", "l", "q", "i", "z")},
       dict(v="1", a="rsa-sha256", c="relaxed/relaxed", d="example.com", s="sel", t=NOW,
            x=None, l=None, q=None, i=None, z=None), "84: the tags written by default")
tap.eq(opinion(r.out), "", "72, 87: the reference signer makes the same signature")
twice = MSG.replace(b"Subject", b"Subject: a\nSubject")
got = names(new_field(signer(msg=twice).out or b"X: h=\n" + twice, twice))
tap.eq(got.count("subject"), 3, "64, 77: a field that is there twice is named three times")
r = signer("-H", "from:subject", "-O", "")
tap.eq(names(new_field(r.out, MSG)) if r.status == 0 else r, ["from", "subject"],
       "75: -H replaces the list, -O '' the oversigned ones")
r = signer("-H", "from:to:x-none", "-O", "to:cc")
tap.ok(r.status == 0 and sorted(n for n in names(new_field(r.out, MSG)) if n != "x-none")
       == ["cc", "from", "to", "to"], "75: -H and -O lists", r)
for arg in ("subject", "to:cc", "-from", "from:from::to", "fr om"):
    r = signer("-H", arg)
    tap.ok(r.status == 64 and not r.out and r.err.count(b"\n") == 1,
           "75: -H %r is a usage error" % arg, r)
r = signer("-H", "+X-Foo", msg=b"X-Foo: 1\n" + MSG)
tap.ok(r.status == 0 and {"x-foo", "subject", "from"} <= set(names(new_field(
    r.out, b"X-Foo: 1\n" + MSG))), "-H +Name adds to the default", r)
r = signer("-H", "-Subject", "-O", "-Subject")
tap.ok(r.status == 0 and "subject" not in names(new_field(r.out, MSG)) and "to" in names(
    new_field(r.out, MSG)), "-H -Name and -O -Name take one away", r)
r = signer("-O", "+X-Foo")
tap.ok(r.status == 0 and "x-foo" in names(new_field(r.out, MSG)), "-O +Name adds", r)
r = signer("-O", "-From")
tap.ok(r.status == 64 or r.status == 0 and "from" in names(new_field(r.out, MSG)),
       "75: -O may never drop From itself", r)
r = signer("-H", "+Received:+Return-Path", msg=b"Return-Path: <>\nReceived: x\n" + MSG)
tap.ok(r.status == 0 and {"received", "return-path"} <= set(names(r.out.split(b"\nReturn-Path")[0])),
       "79: trace fields are signed if named", r)
m = b"List-Unsubscribe: <https://example.com/u>\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\n" + MSG
got = names(new_field(signer(msg=m).out or b"X: h=\n" + m, m))
tap.ok({"list-unsubscribe", "list-unsubscribe-post"} <= set(got), "78: one-click unsubscribe", got)
spaced = MSG.replace(b"Subject: ", b"SUBJECT \t:  ")
r = signer(msg=spaced)
tap.ok(r.status == 0 and verifies(r.out) and opinion(r.out) == "" and
       names(new_field(r.out, spaced)).count("subject") == 2, "6: a blank before the colon", r)
for c in ("simple/simple", "simple/relaxed", "relaxed/simple", "relaxed/relaxed"):
    r = signer("-c", c, msg=spaced)
    tap.ok(r.status == 0 and tags(new_field(r.out, spaced))["c"] == c and verifies(r.out)
           and opinion(r.out) == "", "13: -c " + c, r, r.status == 0 and opinion(r.out))

# ------------------------------------------------- 80-88: the field itself
r = signer("-x", "7d")
tap.eq(r.status == 0 and tags(new_field(r.out, MSG)).get("x"), str(int(NOW) + 7 * 86400), "-x 7d")
for arg, seconds in (("36h", 129600), ("900s", 900), ("900", 900), ("15m", 900), ("2w", 1209600)):
    r = signer("-x", arg)
    tap.eq(r.status == 0 and tags(new_field(r.out, MSG)).get("x"), str(int(NOW) + seconds),
           "-x " + arg)
r = signer("-t", "none")
tap.ok(r.status == 0 and "t" not in tags(new_field(r.out, MSG)), "-t none", r)
r = signer("-t", "1234567890")
tap.eq(r.status == 0 and tags(new_field(r.out, MSG)).get("t"), "1234567890", "-t EPOCH")
r = signer("-i", "joe@news.example.com")
tap.ok(r.status == 0 and tags(new_field(r.out, MSG))["i"] == "joe@news.example.com" and
       verifies(r.out), "-i", r)
r = signer("-i", "@EXAMPLE.com")
tap.ok(r.status == 0 and verifies(r.out), "-i @domain", r)
r = signer("-i", 'a;b c@example.com')
tap.ok(r.status == 64 or verifies(r.out), "-i with a semicolon: refused or encoded", r)
for what, args in (
        ("85: -i outside -d", ("-i", "x@example.org")),
        ("85: -i suffix without dot", ("-i", "x@evilexample.com")),
        ("85: -i without @", ("-i", "example.com")),
        ("85: -x 0", ("-x", "0")), ("85: -x negative", ("-x", "-5")),
        ("-x rubbish", ("-x", "7y")), ("-x empty", ("-x", "")),
        ("C7: -x overflows", ("-x", "99999999999999999999d")),
        ("C7: -x overflows with w", ("-x", "9223372036854775807w")),
        ("C7: -x past twelve digits", ("-t", "999999999999", "-x", "1d")),
        ("-t rubbish", ("-t", "yesterday")), ("-t negative", ("-t", "-1")),
        ("-t of 13 digits", ("-t", "9999999999999")),
        ("-c nowsp", ("-c", "nowsp")), ("-c relaxed/", ("-c", "relaxed/")),
        ("-c a/b/c", ("-c", "relaxed/relaxed/relaxed")),
        ("-a rsa-sha1", ("-a", "rsa-sha1")), ("-a unknown", ("-a", "rsa-sha512")),
        ("--no-such-option", ("--no-such-option",))):
    r = signer(*args)
    tap.ok(r.status == 64 and not r.out and r.err.count(b"\n") == 1, what + " is a usage error", r)
for d in ("com", "", ".", "a..b", "example.com..", ".example.com", "../../etc", "a/b.com", "a b.com",
          "example.com;x", "example.com\n", "a" * 64 + ".com", "%s.com", "$(id).com"):
    r = signer(d=d)
    tap.ok(r.status == 64 and not r.out and r.err.count(b"\n") == 1, "85, 46: -d %r" % d[:20], r)
for s in ("", "../x", "a/../../b", "a..b", ".a", "a.", "%d", "a b", "a;b", "a\nb", "a" * 64,
          "$(id)", "*"):
    r = signer(s=s)
    tap.ok(r.status == 64 and not r.out and r.err.count(b"\n") == 1, "85, H2: -s %r" % s[:20], r)
r = signer("-l")
tap.ok(r.status == 0 and tags(new_field(r.out, MSG)).get("l") == "8" and verifies(r.out),
       "-l writes the length of the body", r)
r = signer("-z", msg=MSG.replace(b"greetings", b"a|b; c=d \xc3\xa9"))
z = tags(r.out.split(b"\nFrom:")[0])["z"] if r.status == 0 else ""
tap.ok("Subject:" in z and "=7C" in z and "=3B" in z and "=20" in z and "=C3=A9" in z
       and verifies(r.out), "-z copies the signed fields, encoded", z, r)
r = signer(key="ed.pem", s="ed")
tap.ok(r.status == 0 and tags(new_field(r.out, MSG))["a"] == "ed25519-sha256" and
       opinion(r.out) == "" and verifies(r.out), "82: Ed25519", r)
r = run("dkim-sign", "-d", "example.com", "--now", NOW, "-s", "sel", "-k", at("rsa.pem"),
        "-s", "ed", "-k", at("ed.pem"), stdin=MSG)
both = new_field(r.out, MSG) if r.status == 0 else b""
fields = forge.split(both + b"\n")[0]
tap.ok(len(fields) == 2 and sorted(tags(f)["s"] for f in fields) == ["ed", "sel"] and
       verifies(r.out), "83: two keys, two fields", r)
tap.ok(len(fields) == 2 and all(verifies(f.replace(b"\r\n", b"\n") + MSG) for f in fields) and
       not any("dkim-signature" in names(f) for f in fields),
       "83: either stands without the other", r)
once = signer().out
r = signer(msg=once, key="ed.pem", s="ed")
tap.ok(r.status == 0 and r.out.endswith(once) and r.out.startswith(b"DKIM-Signature:") and
       verifies(r.out), "80: above the ones that are there, which stay", r)
r = signer("--if-signed=skip", msg=once)
tap.ok(r.status == 0 and r.out == once, "--if-signed=skip", r)
r = signer("--if-signed=replace", msg=once, key="ed.pem", s="ed")
tap.ok(r.status == 0 and r.out.endswith(MSG) and len(forge.split(r.out)[0]) == 6 and
       verifies(r.out), "--if-signed=replace", r)
r = signer("--header-only")
tap.ok(r.status == 0 and r.out == new_field(once, MSG), "88: --header-only prints just the field", r)
mbox = b"From alice Sun Nov 22 10:00:00 2026\n" + MSG
r = signer(msg=mbox)
tap.ok(r.status == 0 and r.out.startswith(b"From alice Sun Nov 22 10:00:00 2026\nDKIM-Signature:")
       and r.out.endswith(MSG) and verifies(r.out) and opinion(r.out) == "",
       "7: the mbox line stays first", r)
r = signer(msg=b">" + mbox)
tap.ok(r.status == 0 and r.out.startswith(b">From alice Sun") and verifies(r.out),
       "7: and so does a quoted one", r)
for what, m in (("no From", MSG.replace(b"From", b"X")), ("two From", b"From: a@b.org\n" + MSG),
                ("A8: two From, one with a blank", b"From : a@b.org\n" + MSG),
                ("A7: a continuation first", b" From: a@b.org\n" + MSG),
                ("A9: a folded name", MSG.replace(b"To:", b"From\n : x@y.org\nTo:")),
                ("a line that is no field", MSG.replace(b"To:", b"hello\nTo:")),
                ("8: NUL in the header", MSG.replace(b"greet", b"gr\0t")),
                ("an empty name", MSG.replace(b"To:", b": x\nTo:")), ("empty input", b""),
                ("one octet", b"x"), ("only a newline", b"\n"), ("only a body", b"\nbody\n")):
    r = signer(msg=m)
    tap.ok(r.status == 65 and not r.out and r.err.count(b"\n") == 1, "9, 145: %s is 65" % what, r)


def shape(field, eol):
    """Complaints about the form of a new field."""
    bad = []
    if not field.endswith(eol) or not field.startswith(b"DKIM-Signature:"):
        bad.append("start or end")
    lines = field.split(eol)[:-1]
    if b"\n" in b"".join(lines) or b"\r" in b"".join(lines):
        bad.append("another line end inside")
    for i, line in enumerate(lines):
        if len(line) >= 998:
            bad.append("a line of %d" % len(line))
        if len(line) > 78 and len(line.split()) > 1 and not re.match(rb"\s+\S+$", line):
            bad.append("a line of %d that could be folded" % len(line))
        if not line.strip() or line != line.rstrip():
            bad.append("blanks at the end of a line")
        if i and line[:1] not in (b" ", b"\t"):
            bad.append("no continuation")
        if re.search(rb"[^ -~\t]", line):
            bad.append("an octet that is not printable")
    for part in re.sub(rb"\r?\n", b"", field.split(b":", 1)[1]).split(b";"):
        name, eq, value = part.strip().partition(b"=")
        if name == b"h" and re.search(rb"[^:\s]\s+[^:\s]", value):
            bad.append("a blank within a name of h=")
        if name in (b"v", b"a", b"c", b"d", b"s", b"t", b"x", b"l", b"i") and re.search(rb"\s", value.strip()):
            bad.append("a blank within %s=" % name.decode())
    return "; ".join(bad)


long_names = ["X-%s-%d" % ("a" * (i % 60), i) for i in range(300)]
wide = b"".join(b"%s: 1\n" % n.encode() for n in long_names) + MSG
for what, args, how in (
        ("plain", (), {}), ("4096 bits", (), dict(key="4096.pem", s="big")),
        ("300 names", ("-H", ":".join("+" + n for n in long_names)), dict(msg=wide)),
        ("long identity", ("-i", "a" * 60 + "@" + "b" * 60 + ".example.com"), {}),
        ("z=", ("-z",), dict(msg=MSG.replace(b"greetings", b"word " * 150))),
        ("a z= without blanks", ("-z",), dict(msg=MSG.replace(b"greetings", b"w;" * 450))),
        ("everything", ("-z", "-x", "7d", "-l", "-i", "x@example.com"), {})):
    for eol in (b"\n", b"\r\n"):
        how2 = dict(how, msg=how.get("msg", MSG).replace(b"\n", eol))
        r = signer(*args, **how2)
        ok = r.status == 0 and r.out.endswith(how2["msg"])
        bad = shape(new_field(r.out, how2["msg"]), eol) if ok else "not signed"
        if ok and "w;" not in str(how2["msg"][:400]):
            bad += opinion(r.out)
        tap.ok(not bad and verifies(r.out), "86: the form of the field: %s, %s" % (
            what, "CRLF" if eol == b"\r\n" else "LF"), bad, r if not ok else r.out[:1500])

# ------------------------------------------------------------ 1-4, line ends
lf, crlf = signer().out, signer(msg=net).out
tap.ok(lf and lf.replace(b"\n", b"\r\n") == crlf, "1, 3: LF and CRLF twins get the same field", lf, crlf)
head = MSG.split(b"\n\n")[0]
hashes = [tags(signer(msg=m).out.split(b"\nFrom:")[0])["bh"] if signer(msg=m).status == 0 else m
          for m in (head, head + b"\n", head + b"\n\n", head + b"\n\n\n\n")]
tap.eq(hashes, ["47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="] * 4,
       "4, 21: with or without the blank line, no body is no body (relaxed)")
hashes = [tags(signer("-c", "simple", msg=m).out.split(b"\nFrom:")[0])["bh"]
          if signer("-c", "simple", msg=m).status == 0 else m
          for m in (head, head + b"\n", head + b"\n\n", head + b"\n\n\n\n")]
tap.eq(hashes, ["frcCV1k9oG9oKj3dpUqdJg1PxRT2RSN/XKdLCPjaYaY="] * 4, "20: and one CRLF (simple)")
for what, m, eol in (("LF first, then CRLF", MSG.replace(b"Hello.\n", b"Hello.\r\nx\n"), b"\n"),
                     ("CRLF first, then LF", b"X: y\r\n" + MSG, b"\r\n"),
                     ("no newline at the end", MSG + b"abc", b"\n"),
                     ("CR at the end", MSG + b"abc\r", b"\n")):
    r = signer(msg=m)
    ok = r.status == 0 and r.out.endswith(m)
    tap.ok(ok and not shape(new_field(r.out, m), eol) and verifies(r.out) and not opinion(r.out),
           "3: %s: the input is kept, the field has the first line's end" % what, r)

# --------------------------------------------------------------- the property
rng = random.Random(6376)
WORDS = [b"a", b"Z", b"word", b" ", b"  ", b"\t", b"=", b";", b":", b"\xe9", "\u20ac".encode(),
         b"\x0c", b"\x0b", b'"', b"<x@y>", b",", b"(c)", b"b=", b"\x7f", b"."]
NAMES = [b"Subject", b"subject", b"To", b"Cc", b"Received", b"X-Foo", b"MIME-Version", b"Reply-To",
         b"Content-Type", b"DATE", b"Message-ID", b"List-Id", b"References", b"dkim-signature-x",
         b"Sender", b"Resent-From", b"Comments", b"X"]


def words(most, extra=()):
    return b"".join(rng.choice(WORDS + list(extra)) for _ in range(rng.randrange(most)))


def message():
    fields = []
    for _ in range(rng.randrange(12)):
        value = words(8)
        while rng.randrange(4) == 0:
            value += b"\n" + rng.choice([b" ", b"\t", b"  \t"]) + words(6)
        fields.append(rng.choice(NAMES) + rng.choice([b":", b": ", b":\t ", b" :", b": "]) + value)
    fields.insert(rng.randrange(len(fields) + 1), b"From:" + rng.choice([b" ", b"", b"\n "])
                  + b"Alice <alice@example.com>")
    body = words(40, [b"\n", b"\n", b"\n\n", b" \n", b"\r", b"\0", b"From ", b"..\n"])
    head = b"\n".join(fields) + b"\n"
    if rng.randrange(15) == 0:
        head = b"From MAILER-DAEMON Sun Nov 22 10:00:00 2026\n" + head
    return head if rng.randrange(20) == 0 else head + b"\n" + body


CANONS = ["simple/simple", "simple/relaxed", "relaxed/simple", "relaxed/relaxed"]
failures = []
count = 0
for i in range(120):
    text = message()
    text = re.sub(rb"\r+\n", b"\n", text)
    for eol in (b"\n", b"\r\n"):
        m = text.replace(b"\n", eol)
        c = CANONS[count // 2 % 4]
        key, s = (("rsa.pem", "sel"), ("ed.pem", "ed"))[i % 2]
        for c in CANONS if i < 40 else [c]:
            count += 1
            r = signer("-c", c, key=key, s=s, msg=m)
            why = None
            mark = m.index(eol) + len(eol) if m.startswith(b"From MAILER") else 0
            if r.status or r.err:
                why = "not signed"
            elif r.out[:mark] != m[:mark] or not r.out.endswith(m[mark:]):
                why = "the input changed"
            else:
                field = r.out[mark:len(r.out) - len(m) + mark]
                why = shape(field, eol) or opinion(r.out)
                if not why and not verifies(r.out):
                    why = "does not verify"
            if why:
                failures.append((why, c, m, r))
tap.ok(not failures, "87: input plus one field, and it verifies: %d random messages" % count,
       "%d failures" % len(failures), *["%s, %s: %r\n%r" % f for f in failures[:3]])
tap.done()
