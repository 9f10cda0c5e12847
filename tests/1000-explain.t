#!/usr/bin/env python3
"""dkim-verify --explain: messages signed by tests/lib/forge.py, dkimpy and
Mail::DKIM are damaged as mail systems do it, alone and in pairs, and the
explanation has to name the change.  What is whole, or changed beyond
recognition, must get no claim at all."""
import base64
import json
import os
import quopri
import re
import subprocess
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
import forge  # noqa: E402
from forge import Ed25519, NOW, RSA, run, sign  # noqa: E402

forge.need("dkim-verify")

T = forge.scratch()
tap = forge.Tap()
rsa, ed, old = RSA(1024), Ed25519(), RSA(1024, seed=7)
zone = forge.zone_file({
    "sel._domainkey.example.com": rsa.record(),
    "s2._domainkey.example.com": rsa.record(),
    "s1._domainkey.example.com": old.record(),
    "ed._domainkey.example.com": ed.record(),
    "bad._domainkey.example.com": rsa.record()[:-9]})
HEAD = (b"From: Alice <alice@example.com>\r\n"
        b"To: Bob <bob@example.net>,\r\n carol@example.net\r\n"
        b"Subject: greetings\r\n"
        b"Date: Sun, 22 Nov 2026 10:00:00 +0000\r\n"
        b"Message-ID: <1@example.com>\r\n"
        b"MIME-Version: 1.0\r\n"
        b"Content-Type: text/plain; charset=utf-8\r\n"
        b"Content-Transfer-Encoding: 8bit\r\n")
BODY = (b"Hello,\r\n"
        b"\r\n"
        b"this is a text of\r\n"
        b"From here on it has all kinds of lines\r\n"
        b".and one with a dot\r\n"
        b"and gr\xc3\xbc\xc3\x9fe = an end.\r\n"
        b"-- \r\n"
        b"Alice\r\n")
MSG = HEAD + b"\r\n" + BODY
NAMES = ("from", "to", "subject", "date", "message-id", "mime-version", "content-type",
         "content-transfer-encoding")
SIMPLE, RELAXED = ("simple", "simple"), ("relaxed", "relaxed")


def explain(message, *args):
    r = run("dkim-verify", "-Z", zone, "--now", str(NOW), "-F", "json", "--explain", *args,
            stdin=message)
    return json.loads(r.out.decode())["signatures"][0], r


def changes(sig, verified=True):
    """The sets of changes claimed, without the states of the halves."""
    return [tuple(c["changes"]) for c in sig["explain"] if c["verified"] == verified
            and not c["changes"][0].endswith(("-intact", "-differs"))]


def states(sig):
    return {c["changes"][0] for c in sig["explain"]
            if c["changes"][0].endswith(("-intact", "-differs"))}


def head(message):
    return message.split(b"\r\n\r\n", 1)[0] + b"\r\n"


def body_of(message):
    return message.split(b"\r\n\r\n", 1)[1]


def on_head(f):
    return lambda m: f(head(m)) + b"\r\n" + body_of(m)


def on_body(f):
    return lambda m: head(m) + b"\r\n" + f(body_of(m))


def sub(old, new, count=0):
    return lambda x: re.sub(old, new, x, count=count, flags=re.M)


def both(*fs):
    def f(x):
        for g in fs:
            x = g(x)
        return x
    return f


def encoded(body):
    return b"".join(quopri.encodestring(x).replace(b"\n", b"\r\n") + b"\r\n"
                    for x in body.split(b"\r\n")[:-1])


FOOTER = b"_______\r\nlist@lists.example\r\nhttp://lists.example/\r\n"
from_quoted = sub(rb"^From ", b">From ")
dotted = sub(rb"^\.", b"..")
latin1 = lambda b: b.decode().encode("latin-1")             # noqa: E731
footer = lambda b: b + FOOTER                               # noqa: E731
# code, change, canonicalization or None for both
BODIES = [
    ("from-quoted", from_quoted, None),
    ("dot-stuffed", dotted, None),
    ("footer-added", footer, None),
    ("banner-added", lambda b: b"CAUTION: external\r\n\r\n" + b, None),
    ("banner-and-footer-added", lambda b: b"CAUTION: external\r\n\r\n" + b + FOOTER, None),
    ("lines-inserted", sub(rb"^-- \r", b"an advertisement\r\n-- \r"), None),
    ("encoded-quoted-printable", encoded, None),
    ("encoded-base64", lambda b: base64.encodebytes(b).replace(b"\n", b"\r\n"), None),
    ("charset-to-latin1", latin1, None),
    ("trailing-space-added", sub(rb"Alice\r", b"Alice  \r"), SIMPLE),
    ("dashes-trimmed", sub(rb"^-- \r", b"--\r"), SIMPLE),
    ("blank-line-added", lambda b: b"\r\n" + b, None),
    ("cr-added", sub(rb"\r\n", b"\r\r\n"), None),
    ("dot-removed", sub(rb"^\.", b""), None),
    ("bom-added", lambda b: b"\xef\xbb\xbf" + b, None),
    ("mime-wrapped", lambda b: b"--=x\r\nContent-Type: text/plain\r\n\r\n" + b +
     b"\r\n--=x\r\nContent-Type: text/plain\r\n\r\n" + FOOTER + b"--=x--\r\n", None),
]
HEADS = [
    ("subject-tag-added", sub(rb"^Subject: ", b"Subject: [list] "), None),
    ("subject-prefix-added", sub(rb"^Subject: ", b"Subject: Re: "), None),
    ("subject-prefix-added", sub(rb"^Subject: ", b"Subject: AW: "), None),
    ("subject-words-added", sub(rb"^Subject: ", b"Subject: ***SPAM*** "), None),
    ("re-encoded", sub(rb"^Subject: greetings", b"Subject: =?utf-8?q?greetings?="), None),
    ("refolded", sub(rb",\r\n carol", b", carol"), None),
    ("refolded", sub(rb"\r\n carol", b"\r\n\tcarol"), SIMPLE),
    ("refolded", sub(rb"^Subject: ", b"Subject:  "), SIMPLE),
    ("name-respelled", sub(rb"^subject:", b"Subject:"), SIMPLE),
    ("address-rewritten", sub(rb"^From: .*\r", b"From: Alice via List <list@lists.example>\r\n"
                              b"Reply-To: Alice <alice@example.com>\r"), None),
    ("display-name-changed", sub(rb"^From: Alice <", b'From: "Alice" <'), None),
    ("duplicate-added", lambda h: h + b"Date: Mon, 23 Nov 2026 10:00:00 +0000\r\n", None),
    ("field-removed", sub(rb"^MIME-Version: .*\r\n", b""), None),
    ("field-replaced", sub(rb"Encoding: 8bit", b"Encoding: quoted-printable"), None),
    ("parameters-changed", sub(rb"charset=utf-8", b'charset="utf-8"'), None),
    ("parameters-changed", sub(rb"charset=utf-8", b"charset=utf-8; format=flowed"), None),
    ("comment-added", sub(rb"\+0000", b"+0000 (UTC)"), None),
]
named = {"refolded": ("refolded", "all-refolded")}


def check(name, message, want, half):
    sig, r = explain(message)
    got = changes(sig)
    flat = {x for c in got for x in c}
    fine = [any(x in flat for x in named.get(w, (w,))) for w in want]
    tap.ok(all(fine) and "%s-differs" % half in states(sig), name, "want: %r" % (want,),
           "got: %r" % (sig["explain"],), r)
    return sig


def damaged(who, signer, n=None):
    for c in (SIMPLE, RELAXED):
        signed = signer(MSG, c)
        sig, r = explain(signed)
        tap.eq((sig["code"], sig["explain"]), ("ok", []),
               "%s%s: a whole message needs no explanation" % (who, c[0]))
        for code, damage, only in BODIES[:n]:
            if only in (None, c):
                sig = check("%s%s body: %s" % (who, c[1], code), on_body(damage)(signed), [code], "body")
                tap.ok("header-intact" in states(sig), "and the header is said to be intact",
                       sig["explain"])
        for code, damage, only in HEADS[:n]:
            if only not in (None, c) or code == "refolded" and c == RELAXED:
                continue
            m = signed if code != "name-respelled" else signer(MSG.replace(b"Subject:", b"subject:"), c)
            check("%s%s header: %s" % (who, c[0], code), on_head(damage)(m), [code], "header")


damaged("", lambda m, c: sign(m, rsa, h=NAMES, c=c))

# the other half of a message may be damaged as well
signed = sign(MSG, rsa, h=NAMES)
sig = check("a list: subject tag", on_body(footer)(on_head(HEADS[0][1])(signed)),
            ["subject-tag-added", "footer-added"], "body")
tap.eq(states(sig), {"body-differs", "header-differs"}, "and both halves are said to differ")

# pairs in one half
PAIRS = [
    (BODIES[0], BODIES[1]), (BODIES[0], BODIES[2]), (BODIES[1], BODIES[2]),
    (BODIES[6], BODIES[2]), (BODIES[8], BODIES[2]), (BODIES[0], BODIES[6]), (BODIES[0], BODIES[8]),
]
for (a, fa, _), (b, fb, _) in PAIRS:
    check("body pair: %s, %s" % (a, b), on_body(both(fa, fb))(signed), [a, b], "body")
for i, k in ((0, 9), (0, 11), (0, 12), (0, 14), (1, 16), (10, 13), (12, 13), (9, 15)):
    a, b = HEADS[i], HEADS[k]
    check("header pair: %s, %s" % (a[0], b[0]), on_head(both(a[1], b[1]))(signed), [a[0], b[0]],
          "header")

# encoded subjects
for text in (b"=?UTF-8?B?R3LDvMOfZQ==?=", b"Gr\xc3\xbc\xc3\x9fe", b"=?UTF-8?Q?Gr=C3=BC=C3=9Fe?="):
    m = sign(MSG.replace(b"greetings", text), rsa, h=NAMES)
    for other in (b"=?utf-8?B?R3LDvMOfZQ==?=", b"=?utf-8?q?Gr=C3=BC=C3=9Fe?=",
                  b"=?iso-8859-1?Q?Gr=FC=DFe?="):
        check("subject %r became %r" % (text, other), m.replace(text, other), ["re-encoded"], "header")
    check("subject %r with a tag in it" % text, m.replace(text, b"=?utf-8?q?=5Blist=5D_Gr=C3=BC=C3=9Fe?="),
          ["subject-tag-added"], "header")

# what was undone on the way, and what other changes take back
def sent(content_type, body, **more):
    return sign(HEAD.replace(b"utf-8", content_type[0]).replace(b"8bit", content_type[1]) + b"\r\n" + body,
                rsa, h=NAMES, **more)


def swapped(old, new):
    return lambda m: m.replace(old, new)


QP, LATIN1 = sent((b"utf-8", b"quoted-printable"), encoded(BODY)), sent((b"iso-8859-1", b"8bit"), latin1(BODY))
BASE64 = sent((b"utf-8", b"base64"), base64.encodebytes(BODY).replace(b"\n", b"\r\n"))
for name, message, want in (
        ("quoted-printable decoded", on_body(lambda b: BODY)(QP), ["decoded-8bit"]),
        ("and the header says so", on_body(lambda b: BODY)(QP).replace(b"quoted-printable", b"8bit"),
         ["decoded-8bit", "field-replaced"]),
        ("base64 decoded", on_body(lambda b: BODY)(BASE64), ["base64-decoded"]),
        ("and the header says so", on_body(lambda b: BODY)(BASE64).replace(b"base64", b"8bit"),
         ["base64-decoded", "field-replaced"]),
        ("quoted-printable encoded, and the header says so",
         on_body(encoded)(signed).replace(b"Encoding: 8bit", b"Encoding: quoted-printable"),
         ["encoded-quoted-printable", "field-replaced"]),
        ("latin1 to utf8", on_body(lambda b: BODY)(LATIN1), ["charset-to-utf8"]),
        ("and the header says so", on_body(lambda b: BODY)(LATIN1).replace(b"iso-8859-1", b"utf-8"),
         ["charset-to-utf8", "field-replaced"]),
        (">From unquoted", swapped(b">From here", b"From here")(
            sent((b"utf-8", b"8bit"), from_quoted(BODY))), ["from-unquoted"]),
        (">From quoted again", swapped(b">From here", b">>From here")(
            sent((b"utf-8", b"8bit"), from_quoted(BODY))), ["from-quoted-again"]),
        ("dot-stuffing undone", swapped(b"\r\n..and", b"\r\n.and")(
            sent((b"utf-8", b"8bit"), dotted(BODY))), ["dot-unstuffed"]),
        ("LF became CR", on_body(swapped(b"\r\n", b"\r"))(signed), ["line-end-to-cr"]),
        ("white space at all line ends", on_body(swapped(b"\r\n", b" \r\n"))(sign(MSG, rsa, h=NAMES, c=SIMPLE)),
         ["trailing-space-added"])):
    check(name, message, want, "body")
COMMENTS = b"Comments: one\r\nComments: two\r\n"
m = sign(HEAD + COMMENTS + b"\r\n" + BODY, rsa, h=("from", "subject", "comments", "comments"))
check("two fields reordered", m.replace(COMMENTS, b"Comments: two\r\nComments: one\r\n"), ["reordered"], "header")
for n, order in ((3, (1, 2, 0)), (3, (2, 0, 1)), (3, (0, 2, 1)), (4, (2, 3, 0, 1)), (6, (5, 4, 3, 2, 1, 0))):
    lines = [b"Comments: number %d\r\n" % i for i in range(n)]
    m = sign(HEAD + b"".join(lines) + b"\r\n" + BODY, rsa, h=("from", "subject") + ("comments",) * n)
    check("%d fields reordered: %r" % (n, order), m.replace(b"".join(lines), b"".join(lines[i] for i in order)),
          ["reordered"], "header")
LIST = b"List-Id: Friends of mail\r\n <friends.lists.example>\r\n"
for was, now in ((b"[friends] greetings", b"greetings"), (b"Re: [Friends of mail] greetings", b"Re: greetings"),
                 (b"[EXTERNAL] Re: greetings", b"Re: greetings")):
    m = sign(MSG.replace(b"greetings", was), rsa, h=NAMES)
    check("%r became %r" % (was, now), on_head(lambda h: h.replace(was, now) + LIST)(m),
          ["subject-tag-removed"], "header")
m = sign(MSG.replace(b"greetings", b"[enemies] greetings"), rsa, h=NAMES)
tap.eq(changes(explain(on_head(lambda h: h.replace(b"[enemies] ", b"") + LIST)(m))[0]), [],
       "no claim: a tag that nothing tells")
m = sign(HEAD + b"Reply-To: Alice <alice@example.com>\r\n\r\n" + BODY, rsa, h=NAMES + ("reply-to",))
check("Reply-To: rewritten", m.replace(b"Reply-To: Alice <alice@example.com>", b"Reply-To: list@lists.example"),
      ["address-rewritten"], "header")
check("To: rewritten, the old one kept", signed.replace(
    b"To: Bob <bob@example.net>,\r\n carol@example.net",
    b"To: list@lists.example\r\nX-Original-To: Bob <bob@example.net>, carol@example.net"),
    ["address-rewritten"], "header")
m = sign(MSG, rsa, h=NAMES + ("reply-to",))
check("Reply-To: added", m.replace(b"Subject:", b"Reply-To: list@lists.example\r\nSubject:"), ["field-added"], "header")
check("From: rewritten, the old one kept", signed.replace(
    b"From: Alice <alice@example.com>",
    b'From: "Alice via List" <list@lists.example>\r\nX-Original-From: Alice <alice@example.com>'),
    ["address-rewritten"], "header")
m = sign(MSG.replace(b"greetings", b"Re: greetings"), rsa, h=NAMES)
check("Re: removed", m.replace(b"Re: greetings", b"greetings"), ["subject-prefix-removed"], "header")
sig, r = explain(signed + FOOTER)
tap.ok(any(re.search("^%d octets at octet %d: _______" % (len(FOOTER), len(forge.body_canon("relaxed", BODY))),
                     c["detail"] or "") for c in sig["explain"]),
       "a footer: at which length it begins, and what it is", sig["explain"])

# broken lines
LONG = HEAD + b"\r\n" + b"x" * 700 + b" " + b"y" * 800 + b"\r\nend\r\n"
m = sign(LONG, rsa)
long = body_of(LONG)
check("a long line broken by Postfix", on_body(lambda b: b[:998] + b"\r\n " + b[998:])(m),
      ["line-broken-space"], "body")
check("a long line broken by Sendmail", on_body(lambda b: b[:989] + b"!\r\n" + b[989:])(m),
      ["line-broken-mark"], "body")
check("a long line broken", on_body(lambda b: b[:998] + b"\r\n" + b[998:])(m), ["line-broken"], "body")

# signers with ideas of their own
swap = {"simple": "relaxed", "relaxed": "simple"}
ODD = MSG.replace(b"Hello,", b"Hello,  you ")
for c in ("simple", "relaxed"):
    canon = forge.body_canon(swap[c], body_of(ODD))
    bh = forge.b64(forge.hashlib.sha256(canon).digest())
    m = sign(ODD, rsa, c=("relaxed", c), tags=[("bh", bh)])
    check("a body hashed as %s and called %s" % (swap[c], c), m, ["other-canonicalization"], "body")
bh = forge.b64(forge.hashlib.sha256(forge.body_canon("relaxed", BODY)).digest())
m = sign(MSG, rsa, l=20, tags=[("bh", bh)])
check("l= does not say what was hashed", m, ["body-length-wrong"], "body")
for name, data in (("signed-without-last-crlf", BODY[:-2]), ("signed-bare-lf", forge.lf(BODY)),
                   ("signed-blank-line", BODY + b"\r\n")):
    m = sign(MSG, rsa, c=SIMPLE, tags=[("bh", forge.b64(forge.hashlib.sha256(data).digest()))])
    check("a signer's body: " + name, m, [name], "body")
m = sign(MSG, rsa, h=NAMES, c=SIMPLE)
check("c= says relaxed, the header was simple",
      sign(MSG, rsa, h=NAMES, c=SIMPLE, tags=[("c", "relaxed/simple")]),
      ["other-canonicalization"], "header")

# Ed25519 over the header instead of its hash
class Raw(Ed25519):
    def sign(self, digest, hash="sha256"):
        return super().sign(self.text)


raw = Raw()
fields, _ = forge.split(MSG)
kept = forge.header_hash


def keep(fields, names, canon, own, hash="sha256"):
    raw.text = b"".join(forge.field_canon(canon, f) for f in forge.select(fields, names)) + \
        forge.field_canon(canon, own)[:-2]
    return kept(fields, names, canon, own, hash)


forge.header_hash = keep
check("Ed25519 over the raw header", sign(MSG, raw, s="ed"), ["ed25519-raw"], "header")
forge.header_hash = kept
check("Ed25519, a tag", on_head(HEADS[0][1])(sign(MSG, ed, s="ed", h=NAMES)), ["subject-tag-added"],
      "header")

# z=
z = "From:=20Alice=20<alice@example.com>|Subject:=20greetings|To:=20x"
m = sign(MSG, rsa, tags=[("+z", z)]).replace(b"Subject: greetings", b"Subject: something else")
sig = check("z= has what was signed", m, ["field-differs-from-copy"], "header")
tap.ok(any("greetings" in (c["detail"] or "") for c in sig["explain"]), "and it is shown", sig)

# boundaries
MULTI = (b"From: alice@example.com\r\nContent-Type: multipart/mixed;\r\n boundary=\"one\"\r\n\r\n"
         b"--one\r\n\r\ntext\r\n--one--\r\n")
z = "Content-Type:=20multipart/mixed=3B=20boundary=3D=22one=22"
for more in ([], [("+z", z)]):
    m = sign(MULTI, rsa, h=("from", "content-type"), tags=more)
    check("another boundary in the header", on_head(lambda h: h.replace(b'"one"', b'"two"'))(m),
          ["field-differs-from-copy" if more else "boundary-changed"], "header")
m = sign(MULTI, rsa, h=("from", "content-type"), tags=[("+z", z)])
check("another boundary everywhere, and z=", m.replace(b'"one"', b'"two"').replace(b"--one", b"--two"),
      ["boundary-changed", "field-differs-from-copy"], "body")
m = sign(MULTI, rsa)
sig, r = explain(m.replace(b'"one"', b'"two"').replace(b"--one", b"--two"))
tap.eq(changes(sig), [], "no claim: another boundary, and nothing to know the old one from")

# keys and time
sig, r = explain(sign(MSG, old, s="s2"))
tap.ok(("other-selector",) in changes(sig), "the previous selector's key", sig["explain"])
sig, r = explain(sign(MSG, rsa, s="bad"))
tap.ok(changes(sig) == [] and ("key-damaged",) in changes(sig, False), "a damaged p= is a guess",
       sig["explain"])
def republished(what, key=rsa):
    other = forge.zone_file({"sel._domainkey.example.com": what(key.record())}, "other")
    return explain(sign(MSG, key), "-Z", other)


big, p = RSA(2048), rsa.record().index(b"p=") + 2
plus = next(k for k in (RSA(1024, seed=n) for n in range(20, 99)) if b"+" in k.record())
for name, what, key, detail in (
        ("gained a digit", lambda x: x[:p + 60] + b"A" + x[p + 60:], rsa, "gained"),
        ("lost a digit", lambda x: x[:p + 60] + x[p + 61:], rsa, "lost"),
        ("lost the last one", lambda x: x[:-1], rsa, "lost"),
        ("lost a digit of 2048 bits", lambda x: x[:p + 50] + x[p + 51:], big, "lost"),
        ("lost a digit of Ed25519", lambda x: x[:-10] + x[-9:], ed, "lost"),
        ("gained a backslash and quotes", lambda x: x[:p + 60] + b'\\\\ \\"' + x[p + 60:], rsa, "no base64"),
        ("every + became a space", lambda x: x.replace(b"+", b" "), plus, "space")):
    sig, r = republished(what, key)
    tap.ok(sig["code"] == "key-syntax" and changes(sig) == [("key-damaged",)] and
           any(detail in (c["detail"] or "") for c in sig["explain"]) and "header-intact" in states(sig),
           "p= %s: verified" % name, sig["explain"])
sig, r = republished(lambda x: x[:p + 60] + x[p + 80:])
tap.ok(changes(sig) == [] and ("key-damaged",) in changes(sig, False), "p= lost more: a guess", sig["explain"])
sig, r = explain(sign(MSG, rsa, s="gone"))
tap.ok(changes(sig) == [] and ("key-gone",) in changes(sig, False), "no key: a guess", sig["explain"])
sig, r = explain(sign(MSG, rsa, tags=[("+t", str(NOW + 4000))]))
tap.ok(("clock-ahead",) in changes(sig) and ("clock-skew",) in changes(sig, False) and
       states(sig) == {"body-intact", "header-intact"}, "t= ahead: both halves are judged",
       sig["explain"])

# what nothing can explain, and what is whole
for name, message in (
        ("another subject", signed.replace(b"greetings", b"salutations")),
        ("another body", on_body(lambda b: b.replace(b"text", b"word"))(signed)),
        ("both", on_body(lambda b: b.replace(b"Hello", b"Hallo"))(signed.replace(b"greetings", b"x"))),
        ("another key", sign(MSG, RSA(1024, seed=9), h=NAMES)),
        ("a b= that is none", re.sub(rb" b=.*", b" b=" + b"A" * 172, signed, count=1)),
        ("a defective field", signed.replace(b"v=1;", b"v=2;"))):
    start = time.time()
    sig, r = explain(message)
    tap.ok(changes(sig) == [] and r.status == 1, "no claim: " + name, sig["explain"])
    tap.ok(time.time() - start < 5 * forge.SLOWER, "and within the time", time.time() - start)
sig, r = explain(re.sub(rb" b=.*", b" b=", signed, count=1))
tap.eq(changes(sig), [], "no claim: an empty b=")

# large bodies
big = HEAD + b"\r\n" + b"0123456789 and so on, a line of text\r\n" * (150000 // forge.SLOWER)
m = sign(big, rsa)
start = time.time()
sig, r = explain(m + FOOTER)
tap.ok(time.time() - start < 6 * forge.SLOWER, "a large body within the time", time.time() - start)
tap.ok(("footer-added",) in changes(sig), "and the footer is found", sig["explain"])
sig, r = explain(m + body_of(m) * 2 * forge.SLOWER)
tap.ok(("body-too-large",) in changes(sig, False) and changes(sig) == [], "11 MB: too large, and said so",
       sig["explain"])
tap.eq(states(sig), {"body-differs", "header-intact"}, "the halves are judged all the same")

# text
r = run("dkim-verify", "-Z", zone, "--now", str(NOW), "-F", "text", "--explain",
        stdin=on_body(lambda b: b + b"\x1b[31m\r\n")(signed))
tap.ok(b"  verified   body: lines were added at the end (" in r.out and b"\x1b" not in r.out,
       "-F text says it, and passes no control characters on", r.out.decode())

# signed by others, and damaged in all these ways
few = 4 if forge.SLOWER > 1 else None  # the signer is what differs, and that is not ours
pem = forge.write(os.path.join(T, "key.pem"), rsa.pem())
python = forge.debian_python("dkim")
DKIMPY = """import sys, time; sys.modules['httpx'] = None; time.time = lambda: %d
import dkim
m = sys.stdin.buffer.read()
a, c, names = [x.encode() for x in sys.argv[2:5]]
sys.stdout.buffer.write(dkim.sign(m, b'sel', b'example.com', open(sys.argv[1], 'rb').read(), canonicalize=(c, c),
                                  length=a == b'l', include_headers=names.split()) + m)""" % NOW
PERL = """use Mail::DKIM::Signer; local $/; my $m = <STDIN>; my $s;
{ local $/ = "\\n"; $s = Mail::DKIM::Signer->new(Algorithm => 'rsa-sha256', Method => "$ARGV[2]/$ARGV[2]",
 Domain => 'example.com', Selector => 'sel', KeyFile => $ARGV[0]); $s->PRINT($m); $s->CLOSE; }
print $s->signature->as_string, "\\r\\n", $m;"""
MANY = HEAD + b"X-Trace: 1\r\nX-Trace: 2\r\nX-Trace: 3\r\n"


def peer(command):
    def signer(message, c, names=NAMES, tags="-"):
        return subprocess.run([*command, pem, tags, c[0], " ".join(names)], input=message, check=True,
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
    return signer


def more(who, signer):
    m = signer(MSG, RELAXED)
    check(who + "a tag, a field removed", on_head(both(HEADS[0][1], HEADS[12][1]))(m),
          ["subject-tag-added", "field-removed"], "header")
    check(who + ">From and a footer", on_body(both(from_quoted, footer))(m), ["from-quoted", "footer-added"], "body")
    check(who + "latin1 to utf8", on_body(lambda b: BODY)(signer(HEAD + b"\r\n" + latin1(BODY), RELAXED)),
          ["charset-to-utf8"], "body")
    check(who + "a long line broken", on_body(lambda b: b[:998] + b"\r\n " + b[998:])(signer(LONG, RELAXED)),
          ["line-broken-space"], "body")
    check(who + "another boundary", on_head(lambda h: h.replace(b'"one"', b'"two"'))(
        signer(MULTI, RELAXED, ("from", "content-type"))), ["boundary-changed"], "header")
    lost = rsa.record().replace(b"p=M", b"p=")
    other = forge.zone_file({"sel._domainkey.example.com": lost}, "other")
    tap.eq(changes(explain(m, "-Z", other)[0]), [("key-damaged",)], who + "p= lost a character")


if python:
    signer = peer([python, "-c", DKIMPY])
    damaged("dkimpy, ", signer, few)
    more("dkimpy, ", signer)
    m = signer(MANY + b"\r\n" + BODY, RELAXED, NAMES + ("x-trace",) * 3)
    check("dkimpy, three fields reordered", m.replace(b"X-Trace: 1\r\nX-Trace: 2\r\n", b"X-Trace: 2\r\nX-Trace: 1\r\n"),
          ["reordered"], "header")
    check("dkimpy, l= and a footer before the end", on_body(lambda b: b"CAUTION: external\r\n" + b)(
        signer(MSG, RELAXED, NAMES, "l")), ["banner-added"], "body")
else:
    tap.skip("signed by dkimpy", "no dkimpy here")
if subprocess.run(["perl", "-MMail::DKIM::Signer", "-e", "1"], stderr=subprocess.DEVNULL).returncode == 0:
    damaged("Mail::DKIM, ", peer(["perl", "-e", PERL]), few)
else:
    tap.skip("signed by Mail::DKIM", "no Mail::DKIM here")
tap.done()
