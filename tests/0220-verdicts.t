#!/usr/bin/env python3
# test: evp
"""A message for each defect, and the verdict dkim-verify must give: the RFC 8601
result word, the code word in the JSON, the exit status.  The messages are made
by tests/lib/forge.py, which signs honestly around the defect: without it, every
one of them would pass, and the first test of each group shows that one does."""
import hashlib
import json
import os
import random
import socket
import struct
import sys
import threading
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
import forge  # noqa: E402
from forge import Ed25519, NOW, RSA, b64, der, der_int, run, sign, spki  # noqa: E402

forge.need("dkim-verify")

T = forge.scratch()
tap = forge.Tap()
rsa = RSA(1024)
ed = Ed25519()
NAME = "sel._domainkey.example.com"
KEYS = {
    NAME: rsa.record(),
    "a.b._domainkey.example.com": rsa.record(),
    "sel._domainkey.attack.com": RSA(1024, seed=2).record(),
    "ed._domainkey.example.com": ed.record(),
}
MSG = (b"From: Alice <alice@example.com>\r\n"
       b"To: bob@example.net\r\n"
       b"Subject: greetings\r\n"
       b"Date: Sun, 22 Nov 2026 10:00:00 +0000\r\n"
       b"Message-ID: <1@example.com>\r\n"
       b"\r\n"
       b"Hello,\r\n"
       b"this is  text.\r\n")
EXIT = {"pass": 0, "temperror": 75}


# A name server that answers from KEYS and counts; names that start with
# "servfail" or "silent" get just that.
class Server(threading.Thread):
    def __init__(self):
        super().__init__(daemon=True)
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.bind(("127.0.0.1", 0))
        self.at = "127.0.0.1@%d" % self.sock.getsockname()[1]
        self.asked = []
        self.start()

    def run(self):
        while True:
            q, peer = self.sock.recvfrom(4096)
            labels, i = [], 12
            while q[i]:
                labels.append(q[i + 1:i + 1 + q[i]])
                i += 1 + q[i]
            question = q[12:i + 5]
            name = b".".join(labels)
            self.asked.append(name)
            key = KEYS.get(name.decode("latin-1").lower())
            if name.startswith(b"silent"):
                continue
            code = 2 if name.startswith(b"servfail") else 0 if key else 3
            answer = b""
            if key:
                text = forge.octets(key)
                rdata = b"".join(bytes([len(text[i:i + 255])]) + text[i:i + 255]
                                 for i in range(0, len(text), 255))
                answer = b"\xc0\x0c" + struct.pack(">HHIH", 16, 1, 60, len(rdata)) + rdata
            self.sock.sendto(q[:2] + struct.pack(">HHHHH", 0x8180 | code, 1,
                                                 1 if key else 0, 0, 0)
                             + question + answer, peer)


server = Server()


def verify(message, records=KEYS, args=(), dns=False):
    where = ("-n", server.at) if dns else (
        "-Z", forge.write(os.path.join(T, "zone"), forge.zone(records)))
    argv = ["dkim-verify", "-F", "json", *where]
    if "--now" not in args:
        argv += ["--now", str(NOW)]
    return run(*argv, *args, stdin=message)


def case(name, message, want, code=None, exit=None, records=None, args=(),
         dns=False, silent=False, check=None):
    """want: the result, a tuple of results that will do, or a list of those,
    one a signature.  records: changes to KEYS.  silent: no DNS query is made."""
    many = want if isinstance(want, list) else [want]
    asked = len(server.asked)
    r = verify(message, dict(KEYS, **(records or {})), args, dns or silent)
    asked = server.asked[asked:]
    wrong = []
    try:
        out = json.loads(r.out)
        sigs = out["signatures"]
    except (ValueError, KeyError, TypeError) as e:
        tap.ok(False, name, "no JSON (%s): %r" % (e, r))
        return None
    got = [s["result"] for s in sigs]
    if len(got) != len(many) or any(
            g not in (w if isinstance(w, tuple) else (w,)) for g, w in zip(got, many)):
        wrong.append("result %s, want %s" % (got, many))
    if code and [s["code"] for s in sigs] != (code if isinstance(code, list) else [code]):
        wrong.append("code %s, want %s" % ([s["code"] for s in sigs], code))
    total = ("pass" if "pass" in got else "temperror" if "temperror" in got else
             got[0] if got else "none")
    if out["result"] != total:
        wrong.append("overall result %s, want %s" % (out["result"], total))
    status = EXIT.get(total, 1) if exit is None else exit
    if r.status != status:
        wrong.append("exit %d, want %d" % (r.status, status))
    if r.err and r.status in (0, 1):
        wrong.append("standard error: %r" % r.err)
    if silent and asked:
        wrong.append("asked DNS for %s" % asked)
    if check and not wrong:
        told = check(out)
        if told:
            wrong.append(told)
    tap.ok(not wrong, name, *wrong, *([r.out.decode("utf-8", "replace")] if wrong else []))
    return out


def syntax(name, want="neutral", code=None, key=rsa, msg=MSG, **how):
    """A defect in the signature field: judged before any DNS query."""
    case(name, sign(msg, key, **how), want, code, silent=True)


def honest(name, key=rsa, msg=MSG, check=None, **how):
    """Odd, but right: passes."""
    case(name, sign(msg, key, **how), "pass", "ok", check=check)


def says(**want):
    """A check on the only signature's JSON."""
    def check(out):
        s = out["signatures"][0]
        return "; ".join("%s is %r, want %r" % (k, s.get(k), v)
                         for k, v in want.items() if s.get(k) != v)
    return check


def bad_b64(change):
    """A defect in the text of b= itself."""
    f = forge.field(MSG, rsa)
    head, _, b = f.rpartition(b"b=")
    return head + b"b=" + change(b) + b"\r\n" + MSG


# ------------------------------------------------------- 30-40: the tag list
honest("a plain message passes", check=says(
    domain="example.com", selector="sel", algorithm="rsa-sha256", key_bits=1024,
    canonicalization="relaxed/relaxed", testing=False, body_hash="match",
    headers=["from", "subject"], body_length=None, timestamp=None, expires=None,
    unsigned_bytes=0, aligned="strict"))
case("its LF twin passes", forge.lf(sign(MSG, rsa)), "pass", "ok")
case("over DNS too", sign(MSG, rsa), "pass", "ok", dns=True)
honest("Ed25519", key=ed, s="ed", check=says(algorithm="ed25519-sha256"))
honest("30: blanks round names, signs and values", sep=" ; ",
       text="v=1 ; a = rsa-sha256;\r\n c\t=relaxed/relaxed ;d= example.com\r\n ;"
            " s =sel; h=from : \r\n\tsubject ; bh=\r\n %BH% ;\tb = %B% ; ")
honest("30: one semicolon at the end", sep=";", tags=[("$t", "5;")])
PLAIN = "v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.com; s=sel; h=from:subject; bh=%BH%; "
syntax("30: two semicolons at the end", code="bad-syntax", text=PLAIN + "b=%B%;;")
syntax("30: an empty tag in between", code="bad-syntax", text=PLAIN + "; b=%B%")
syntax("30: a semicolon first", code="bad-syntax", text=";" + PLAIN + "b=%B%")
syntax("30: a tag without =", code="bad-syntax", text=PLAIN + "foo; b=%B%")
syntax("30: nothing at all", text="")
syntax("31, B14: d= twice, the evil one first", code="duplicate-tag", tags=[("+d", "attack.com")])
syntax("31, B14: d= twice, the same", code="duplicate-tag", tags=[("+d", "example.com")])
syntax("31, B14: an unknown tag twice", code="duplicate-tag", tags=[("+foo", "1"), ("+foo", "1")])
for tag in "sbhav":
    syntax("31, B14: %s= twice" % tag, code="duplicate-tag",
           tags=[("^" + tag, {"s": "sel", "b": "AAAA", "h": "from", "a": "rsa-sha256",
                              "v": "1"}[tag])])
syntax("32: D= is not d=", tags=[("d", None), ("D", "example.com")])
honest("32, B15: D= is an unknown tag", tags=[("+D", "victim.com")],
       check=says(domain="example.com"))
honest("33, B13: zb= before b=", tags=[("+zb", "abc")])
honest("33, B13: n=b= and x_b=", tags=[("+n", "b=b="), ("+x_b", "b=c")])
for name in ("b-x", "1a", "", "a.b", "\u00e9", "a b"):
    syntax("34: a tag named %r" % name, code="bad-syntax", tags=[("+" + name, "1")])
for tag in ("v", "a", "c", "d", "s", "h", "bh", "b", "i", "l", "t", "x", "q"):
    syntax("35: %s= empty" % tag, tags=[(tag, "")])
honest("35: an unknown tag empty", tags=[("+foo", "")])
syntax("36: a control character in a value", tags=[("+foo", "a\x01b")])
syntax("36: DEL in a value", tags=[("+foo", "a\x7fb")])
honest("37: folded wherever FWS may stand",
       text="\r\n v=1;\r\n\ta=rsa-sha256;\r\n c=relaxed/relaxed;\r\n d=example.com;"
            "\r\n s=sel;\r\n h=from\r\n :\r\n subject;\r\n bh=%BH%;\r\n b=%B%\r\n ;",
       wrap=10)
honest("38: a=RSA-SHA256", tags=[("a", "RSA-SHA256")])
honest("38: c=Relaxed/RELAXED", tags=[("c", "Relaxed/RELAXED")])
honest("38: q=DNS/TXT", tags=[("q", "DNS/TXT")])
honest("38: d=EXAMPLE.Com", tags=[("d", "EXAMPLE.Com")])
honest("38: s=SEL", tags=[("s", "SEL")])
honest("39: = within a value", tags=[("+foo", "a=b==c=")])
syntax("40: a semicolon in z=", tags=[("z", "From:a;b@example.com")])

# -------------------------------------------------------------- 41-63: tags
for tag in ("v", "a", "b", "bh", "d", "h", "s"):
    syntax("41: no %s=" % tag, tags=[(tag, None)])
syntax("B19: neither v= nor bh=", tags=[("v", None), ("bh", None)])
for v in ("0.5", "01", "1.0", "2", "1 1", "one"):
    syntax("42, B16: v=%s" % v, code="bad-version", tags=[("v", v)])
honest("B16: v=1 with FWS round it", tags=[("v", " 1 ")])
honest("v= need not come first", text="a=rsa-sha256; c=relaxed/relaxed; d=example.com; "
       "s=sel; h=from:subject; bh=%BH%; b=%B%; v=1")
for a in ("rsa-sha512", "ecdsa-sha256", "none", "ed25519-sha1", "ed25519", "rsa_sha256",
          "rsa-sha256x"):
    syntax("43, F11: a=%s" % a, code="bad-algorithm", tags=[("a", a)])
honest("44: blanks within b=", wrap=3)
honest("44: blanks within bh=", tags=[("bh", "%BH%")],
       text=PLAIN.replace("%BH%", "%BH%\r\n ") + "b=%B%")
case("44: b= without its padding", bad_b64(lambda b: b.rstrip(b"=")), "pass", "ok")
f = forge.field(MSG, rsa)
for what, change in (
        ("a character that is not base64", lambda b: b[:9] + b"*" + b[10:]),
        ("the URL alphabet", lambda b: b[:8] + b"-_" + b[10:]),
        ("= in the middle", lambda b: b[:4] + b"=" + b[5:]),
        ("too much padding", lambda b: b + b"=="),
        ("one character over", lambda b: b.rstrip(b"=") + b"AA"),
        ("AB=C", lambda b: b"AB=C"), ("====", lambda b: b"===="),
        ("A", lambda b: b"A"), ("AA==BB==", lambda b: b"AA==BB=="),
        ("spare bits that are not zero",
         lambda b: b.rstrip(b"=")[:-1] + bytes([b.rstrip(b"=")[-1] + 1]) + b"="),
        ("quotes", lambda b: b'"' + b + b'"')):
    case("44, F9: b=: " + what, bad_b64(change), "neutral", silent=True)
digest = hashlib.sha256(forge.body_canon("relaxed", forge.split(MSG)[1])).digest()
honest("44: bh= without its padding", tags=[("bh", b64(digest).rstrip(b"="))])
for what, bh in (("31 octets", b64(digest[:31])), ("33 octets", b64(digest + b"x")),
                 ("20 octets", b64(digest[:20])), ("not base64", "!" * 44),
                 ("= in front", b"=" + b64(digest)), ("only padding", "====")):
    syntax("44: bh= of " + what, tags=[("bh", bh)])
for c in ("nowsp", "relaxed/", "/relaxed", "/", "relaxed/relaxed/x", "relaxed/nowsp",
          "nowsp/simple", "relaxed,relaxed", "relaxed / relaxed / simple"):
    syntax("14, 45, B18: c=%s" % c, tags=[("c", c)])
SPACED = MSG.replace(b"Subject: ", b"SUBJECT : ").replace(b"greetings", b"greet  ings\t ")
for header in ("simple", "relaxed"):
    for body in ("simple", "relaxed"):
        for key, s in ((rsa, "sel"), (ed, "ed")):
            honest("13: c=%s/%s, %s" % (header, body, key.kind), msg=SPACED, key=key, s=s,
                   c=(header, body),
                   check=says(canonicalization=header + "/" + body))
honest("15: no c= is simple/simple", msg=SPACED, c=("simple", "simple"), tags=[("c", None)],
       check=says(canonicalization="simple/simple"))
honest("15: c=relaxed is relaxed/simple", msg=SPACED, c=("relaxed", "simple"),
       tags=[("c", "relaxed")], check=says(canonicalization="relaxed/simple"))
honest("15: c=simple is simple/simple", msg=SPACED, c=("simple", "simple"),
       tags=[("c", "simple")])
LONG = "a" * 63
for d in ("com", "localhost", ".", ".example.com", "example.com.", "example..com", "a..b",
          "exa mple.com", "example.com(.attack.com", "example.com'a.attack.com",
          'example.com"=(.attack.com', "\\101dmin.example.com", "a%2eb", "a=2Eb.com",
          "example.com=3B dkim=3Dpass", "example.com,attack.com", "a@example.com",
          "example.com\\", "ex\tample.com", "<example.com>", '"example.com"',
          "lsearch;/etc/passwd", "!x : *", "../../etc", "a/b.com", "*.example.com",
          "[127.0.0.1]", "a" * 64 + ".com", ".".join([LONG] * 4) + ".com",
          "example.com\u2024org", "example\uff0ecom", "xn--\u00e9.com",
          "example.com=\u0120", "%s%n.com", "$(id).com", ";rm"):
    syntax("46, A3-A5, A23-A26: d=%s" % (d if len(d) < 60 else d[:20] + "..."),
           tags=[("d", d)])
DEEP = ".".join([LONG] * 3) + "." + "b" * 42 + ".com"
case("46: a query name of 253 octets", sign(MSG, rsa, d=DEEP), "pass",
     records={"sel._domainkey." + DEEP: rsa.record()})
syntax("46, G10: a query name of 254 octets", d=DEEP.replace(".b", ".bb"))
honest("47: a selector of two labels", s="a.b")
for s in ("", ".", ".sel", "sel.", "a..b", "sel sel", "sel=2Ex", "a/b", "sel(x",
          "selector._domainkey.attack.com\\0.any", 'a"b', "a" * 64, "*", "s\\145l", "%d", "../x"):
    syntax("47, A25: s=%s" % s[:40], tags=[("s", s)])
for h in ("", ":", "from:", ":from", "from::subject", "from::to", "fr om", "from;from",
          "from:sub ject", "from,subject", "from:subject:", "from:\u00e9",
          "from:a\x01"):
    syntax("48, B10: h=%s" % h, tags=[("h", h)])
honest("48: blanks round the colons of h=", tags=[("h", "From : \r\n\tSubject")])
honest("48: odd but legal field names in h=", tags=[("h", "from:subject:x!y#z-_.")])
honest("48: h= in capitals", tags=[("h", "FROM:SUBJECT")])
for h in (["subject"], ["subject", "to", "fromm", "x-from"]):
    syntax("49, B9: h=%s" % ":".join(h), code="not-signed-from", h=h)
honest("49, B8: h=from alone", h=["from"])
for i, want in (("@example.com", 1), ("@EXAMPLE.com", 1), ("x@a.example.com", 1),
                ("@a.b.example.com", 1), ("joe=20user@example.com", 1),
                ("a=40victim.com@example.com", 1), ('"@victim.com"@example.com', 1),
                ("x%n%s%255d@example.com", 1), ("=40example.com", 1),
                ("@evilexample.com", 0), ("@victim.com", 0), ("@com", 0), ("@", 0),
                ("example.com", 0), ("alice", 0), ("@example.com.", 0),
                ("@.example.com", 0), ("@example.com@victim.com", 0),
                ("@victim.com=40x", 0), ("x@exampl=65.com", 1)):
    if want:
        honest("50, A21: i=%s" % i, tags=[("i", i)])
    else:
        syntax("50, A19, A20: i=%s" % i, tags=[("i", i)])
syntax("50: i= elsewhere", code="identity-mismatch", tags=[("i", "@victim.com")])
for i in ("a=4@example.com", "a=zz@example.com", "a=c3=a9x@example.com", "a=@example.com",
          "a=00b@example.com", "a=0D=0Ab@example.com", "a=0ab@example.com", "=1F@example.com"):
    syntax("51: i=%s" % i, tags=[("i", i)])

size = len(forge.body_canon("relaxed", forge.split(MSG)[1]))
honest("54: l= of the whole body", l=size, check=says(body_length=size))
honest("54: l= with zeros in front", l=size, tags=[("l", "000%d" % size)])
for l in (0, 1, size - 1):
    case("54, B1, B4: l=%d" % l, sign(MSG, rsa, l=l), "policy", "body-length",
         check=says(unsigned_bytes=size - l, body_length=l))
EMPTY = MSG.split(b"\r\n\r\n")[0] + b"\r\n\r\n"
case("54, B4: l=0 even where the body is empty", sign(EMPTY, rsa, l=0), "policy", "body-length")
case("54: --body-length=accept", sign(MSG, rsa, l=5), "pass", "ok",
     args=["--body-length=accept"])
case("B1: l= and text appended", sign(MSG, rsa, l=size) + b"spam\r\n", "policy", "body-length")
case("B1: accepted on demand, never with other text inside",
     sign(MSG, rsa, l=size).replace(b"Hello", b"Jello"), "fail",
     "body-hash-mismatch", args=["--body-length=accept"])
MIME = MSG.replace(b"Subject:", b'Content-Type: multipart/mixed; boundary="a"\r\nSubject:') + b"--a--\r\n"
mime = len(forge.body_canon("relaxed", forge.split(MIME)[1]))
case("B2: l=, another boundary in an unsigned Content-Type, a part appended",
     sign(MIME, rsa, l=mime).replace(b'"a"', b'"b"') + b"--b\r\n\r\nspam\r\n--b--\r\n", "policy",
     "body-length")
B3 = b'Content-Type: multipart/mixed; boundary="b"\r\n'
case("B3: l= and a second Content-Type", B3 + sign(MIME, rsa, l=mime, h=["from", "content-type"])
     + b"--b\r\n", "policy", "body-length")
case("B3: a second Content-Type against oversigning", B3 + sign(
    MIME, rsa, h=["from", "content-type", "content-type"]), "fail", "signature-mismatch")
case("B20: relaxed does not see how much white space there is", sign(MSG, rsa).replace(
    b"is  text.", b"is \t   text.  \t").replace(b"greetings", b"\r\n\t greetings \t"), "pass")
case("B20: but that there is some", sign(MSG, rsa).replace(b"is  text", b"istext"), "fail")
for l in (str(size + 1), "9" * 76, "18446744073709551617", "18446744073709551616",
          "9223372036854775808", "4294967296", "%d" % (2 ** 64 + size), "%d" % (2 ** 32 + size)):
    case("53, B5: l=%s" % l[:24], sign(MSG, rsa, tags=[("l", l)]), "fail")
for l in ("9" * 77, "0" * 76 + "5", "-1", "+%d" % size, "0x10", "5 6", "1e3", "5.0", "5,"):
    syntax("52, B5: l=%s" % l[:24], tags=[("l", l)])
case("55: one with l=, one without, other c=",
     forge.field(MSG, rsa, l=size) + b"\r\n" +
     forge.field(MSG, rsa, c=("relaxed", "simple")) + b"\r\n" + sign(MSG, rsa), ["pass"] * 3)
case("55: the appended text spoils one, not the other",
     forge.field(MSG, rsa, l=size) + b"\r\n" + sign(MSG + b"more\r\n", rsa),
     ["policy", "pass"])
honest("56: q=foo/bar:dns/txt", tags=[("q", "foo/bar:dns/txt")])
honest("56: q=dns/txt : dns", tags=[("q", "dns/txt : dns")])
for q in ("dns", "foo/bar", "dns/txtx", "http"):
    syntax("56: q=%s" % q, tags=[("q", q)])
for tag in "tx":
    for v in ("-1", "+5", "1e9", "0x7fffffff", "1 000", "9" * 13, "9" * 76, "9" * 100000,
              "0" * 12 + "5", "18446744073709551616", "9223372036854775808", "1.5", "now"):
        syntax("57, C4: %s=%s" % (tag, v[:24]), tags=[(tag, v)])
honest("57: x=2^32", tags=[("x", str(2 ** 32))], check=says(expires=2 ** 32))
honest("57: x of twelve digits", tags=[("x", "9" * 12)], check=says(expires=10 ** 12 - 1))
honest("57: t=0", tags=[("t", "0")], check=says(timestamp=0))
case("57: --now after 2038", sign(MSG, rsa, tags=[("t", str(2 ** 32)), ("x", str(2 ** 33))]),
     "pass", args=["--now", str(2 ** 32 + 5)])
for t, x in ((NOW - 10, NOW - 10), (NOW, NOW - 1), (500, 4)):
    syntax("58, C1: t=%d x=%d" % (t, x), tags=[("t", str(t)), ("x", str(x))])
for x, want, code in ((NOW, "pass", "ok"), (NOW - 300, "pass", "ok"),
                      (NOW - 301, "policy", "expired"), (2 ** 31, "pass", "ok"),
                      (1, "policy", "expired"), (0, "policy", "expired")):
    case("59, C2: x=%d" % x, sign(MSG, rsa, tags=[("x", str(x))]), want, code)
for t, want, code in ((NOW, "pass", "ok"), (NOW + 300, "pass", "ok"),
                      (NOW + 301, "policy", "future"), (6248966400000 // 10, "policy", "future")):
    case("60, C3: t=%d" % t, sign(MSG, rsa, tags=[("t", str(t))]), want, code)
case("59: --clock-skew 0", sign(MSG, rsa, tags=[("x", str(NOW - 1))]), "policy", "expired",
     args=["--clock-skew", "0"])
case("60: --clock-skew 0", sign(MSG, rsa, tags=[("t", str(NOW + 1))]), "policy", "future",
     args=["--clock-skew", "0"])
case("59: --clock-skew 1000", sign(MSG, rsa, tags=[("x", str(NOW - 1000))]), "pass",
     args=["--clock-skew", "1000"])
for now in ("", "-1", "1e9", "9999999999999", " 5", "5x", "0x5"):
    r = run("dkim-verify", "--now", now, "-Z", os.path.join(T, "zone"), stdin=MSG)
    tap.ok(r.status == 64 and not r.out and r.err.count(b"\n") == 1,
           "C5, 179: --now %r is a usage error" % now, r)
for arg in (("-m", "-1"), ("-m", "99999999999"), ("-m", ""), ("-m", "x"), ("-T", "-1"),
            ("--max-signatures", "-1"), ("--clock-skew", "x"), ("--body-length", "maybe"),
            ("-F", "xml"), ("--no-such-option",), ("-n", "999.1.1.1"),
            ("-n", "127.0.0.1@0"), ("-n", "127.0.0.1@65536"), ("-n", "127.0.0.1@port"),
            ("-n", "::1@x")):
    r = run("dkim-verify", *arg, stdin=MSG)
    tap.ok(r.status == 64 and not r.out and r.err.count(b"\n") == 1,
           "C6, G12: %s is a usage error" % " ".join(arg), r)
honest("61: z= is not looked at", tags=[("z", "From:eve@evil.com|Subject:=4:b=x")])
honest("61: z= of 60 KiB", tags=[("z", "X:" + "a" * 60000)])
for tag, v in (("r", "y"), ("r", "no"), ("atps", "example.org"), ("atpsh", "sha256"),
               ("m", "2"), ("n", "nonce"), ("f", "exploded")):
    honest("62, 63: %s=%s" % (tag, v), tags=[("+" + tag, v)])

# ---------------------------------------------------- 93-110: the key record
P = b64(rsa.public()).decode()


def key(name, record, want, code=None, message=None, **how):
    case(name, message or sign(MSG, rsa), want, code, records={NAME: record}, **how)


key("93: no v=", "k=rsa; p=" + P, "pass", "ok")
for r in ("p=%s; v=DKIM1", "v=DKIM1.0; p=%s", "v=dkim1; p=%s", "v=DKIM2; p=%s", "v=; p=%s",
          "k=rsa; v=DKIM1; p=%s", "v=DKIM1 DKIM1; p=%s", "v=DKIM10; p=%s"):
    key("93, F12: " + r % "...", r % P, "permerror")
key("93: blanks", " v = DKIM1 ;\tk= rsa ; p = %s ; " % P, "pass")
key("94: no k=", "v=DKIM1; p=" + P, "pass")
for k in ("ecdsa", "mldsa44", "rsax", "", "ed25519-sha256"):
    key("94: k=%s" % k, "v=DKIM1; k=%s; p=%s" % (k, P), "permerror")
key("38: k=RSA", "v=DKIM1; k=RSA; p=" + P, "pass")
key("95: k=ed25519 for rsa", "v=DKIM1; k=ed25519; p=" + P, "permerror")
key("95, F11: an Ed25519 record for rsa", ed.record(), "permerror", "key-type-mismatch")
case("95, F11: an RSA record for Ed25519", sign(MSG, ed), "permerror", "key-type-mismatch")
for h, good in (("sha256", 1), ("sha1:sha256", 1), ("sha256 : sha1", 1), ("SHA256", 1),
                ("foo:sha256", 1), ("sha1", 0), ("", 0), ("sha512", 0), ("sha2567", 0),
                ("xsha256", 0)):
    key("96: h=%s" % h, "v=DKIM1; h=%s; p=%s" % (h, P), "pass" if good else "permerror",
        None if not h else "ok" if good else "hash-not-allowed")
for s, good in (("*", 1), ("email", 1), ("tlsrpt:email", 1), ("EMAIL", 1), ("foo:*", 1),
                ("tlsrpt", 0), ("emailx", 0), ("xemail", 0), ("", 0), ("**", 0)):
    key("97: s=%s" % s, "v=DKIM1; s=%s; p=%s" % (s, P), "pass" if good else "permerror")
for t, i, want in (("s", None, "pass"), ("s", "x@example.com", "pass"),
                   ("s", "@EXAMPLE.COM", "pass"), ("s", "@a.example.com", "permerror"),
                   ("y:s", "@a.example.com", ("permerror", "neutral")),
                   ("foo : s", "@a.example.com", "permerror"),
                   ("yes", "@a.example.com", "pass"), ("nosuch", "@a.example.com", "pass"),
                   ("ss", "@a.example.com", "pass")):
    key("98, F14: t=%s i=%s" % (t, i), "v=DKIM1; t=%s; p=%s" % (t, P), want,
        message=sign(MSG, rsa, tags=[("i", i)] if i else []))
BROKEN = sign(MSG, rsa).replace(b"Hello", b"Jello")
UNSIGNED = sign(MSG, rsa).replace(b"greetings", b"greeting")
key("99: t=y, good", "v=DKIM1; t=y; p=" + P, "pass", "ok", check=says(testing=True))
for t in ("y", "s:y", "y : s", "Y"):
    key("99, F14: t=%s, broken" % t, "v=DKIM1; t=%s; p=%s" % (t, P), "neutral", message=BROKEN)
key("99: t=y, other subject", "v=DKIM1; t=y; p=" + P, "neutral", message=UNSIGNED)
for t in ("yes", "nosuch", "", "ye:so"):
    key("99, F14: t=%s is not y" % t, "v=DKIM1; t=%s; p=%s" % (t, P), "fail",
        "body-hash-mismatch", message=BROKEN, check=says(testing=False))
for g in ("nobody", "", "*", "alice", "a*b"):
    key("100, F13: g=%s" % g, "v=DKIM1; g=%s; p=%s" % (g, P), "pass", "ok")
key("100: n= is not read", "v=DKIM1; n=pass=3B dkim=3Dpass; p=" + P, "pass", "ok")
key("101, F12: p= empty", "v=DKIM1; p=", "permerror", "key-revoked")
key("101: p= of blanks", "v=DKIM1; p=  ;", "permerror", "key-revoked")
key("101, F12: no p=", "v=DKIM1; k=rsa", "permerror")
key("F12: v=DKIM1 alone", "v=DKIM1", "permerror")
key("101: blanks within p=", "v=DKIM1; p=%s  %s\t%s" % (P[:40], P[40:60], P[60:]), "pass")
for what, p in (("quotes", '"%s"' % P), ("a dash", P[:9] + "-" + P[10:]),
                ("AB=C", "AB=C"), ("====", "===="), ("A", "A"), ("half", P[:100]),
                ("too much padding", P + "="), ("a word after it", P + " k=rsa"),
                ("an accent", P[:20] + "\u00e9" + P[20:]), ("x", "x")):
    key("101, F9: p= with " + what, "v=DKIM1; p=" + p, "permerror", "key-syntax")
key("102: bare RSAPublicKey", b"v=DKIM1; p=" + b64(rsa.pkcs1()), "pass", "ok",
    check=says(key_bits=1024))
DER = rsa.public()
for what, data in (
        ("trailing octets", DER + b"x"),
        ("a trailing NULL", DER + b"\x05\x00"),
        ("an indefinite length", b"\x30\x80" + DER[3:] + b"\x00\x00"),
        ("a length too large", DER[:2] + b"\xff" + DER[3:]),
        ("a length of 2 GiB", b"\x30\x84\x7f\xff\xff\xff" + DER[3:]),
        ("a length that overflows", b"\x30\x88" + b"\xff" * 8 + DER[3:]),
        ("the RSA-PSS OID", spki(forge.OID_RSA_PSS, rsa.pkcs1())),
        ("the DSA OID", spki(forge.OID_DSA, rsa.pkcs1())),
        ("an EC OID", spki(forge.OID_EC, rsa.pkcs1())),
        ("trailing octets in RSAPublicKey", rsa.pkcs1() + b"x"),
        ("a third number", der(0x30, der_int(rsa.n), der_int(65537), der_int(1))),
        ("one number", der(0x30, der_int(rsa.n))),
        ("an empty sequence", der(0x30)), ("32 octets", ed.pub), ("one octet", b"0")):
    key("103, F5, F8: " + what, b"v=DKIM1; p=" + b64(data), "permerror")
for what, data in (("31 octets", ed.pub[:31]), ("33 octets", ed.pub + b"x"),
                   ("SubjectPublicKeyInfo", spki(forge.OID_ED25519, ed.pub, b"")),
                   ("an RSA key", rsa.public())):
    key("104, F8: Ed25519 of " + what, b"v=DKIM1; k=ed25519; p=" + b64(data),
        "permerror", message=sign(MSG, ed))

# 105, F1, F2: sizes
for bits, want, code in ((512, "policy", "key-too-short"), (768, "policy", "key-too-short"),
                         (1023, "policy", "key-too-short"), (1024, "pass", "ok"),
                         (1025, "pass", "ok"), (1031, "pass", "ok"), (2048, "pass", "ok"),
                         (3072, "pass", "ok"), (4096, "pass", "ok"), (8192, "pass", "ok"),
                         (16384, "policy", None)):
    k = RSA(bits)
    key("105, F1, F2: %d bits" % bits, k.record(), want, code, message=sign(MSG, k),
        check=says(key_bits=bits) if bits <= 8192 else None)
k512 = RSA(512)
key("105: 512 bits with -m 512", k512.record(), "pass", "ok", message=sign(MSG, k512),
    args=["-m", "512"])
key("105: 1024 bits with -m 2048", rsa.record(), "policy", "key-too-short",
    args=["-m", "2048"])
rng = random.Random(5)
for bits in (16392, 65536):
    n = rng.getrandbits(bits) | 1 | 1 << bits - 1
    key("F2: %d bits" % bits, b"v=DKIM1; p=" + b64(spki(forge.OID_RSA, der(
        0x30, der_int(n), der_int(65537)))), "policy", message=sign(
            MSG, rsa, spoil=lambda b: b * (bits // 1024)))


def forged(n, e):
    return b"v=DKIM1; p=" + b64(spki(forge.OID_RSA, der(0x30, der_int(n), der_int(e))))


class One:
    """The forger's key with e=1: a padded block is its own signature."""
    kind = "rsa"

    def sign(self, digest, hash):
        info = forge.DIGEST_INFO[hash] + digest
        return b"\x00\x01" + b"\xff" * (125 - len(info)) + b"\x00" + info


case("111, F3: e=1 and a padded block for b=", sign(MSG, One()), "policy",
     records={NAME: forged(rsa.n, 1)})
k3 = RSA(1024, e=3)
key("111: an honest e=3", k3.record(), "pass", "ok", message=sign(MSG, k3))
k33 = RSA(1024, e=(1 << 32) + 15)
key("111: e just over 2^32", k33.record(), "policy", message=sign(MSG, k33))
for what, n, e in (("e=0", rsa.n, 0), ("e=2", rsa.n, 2), ("e=65536", rsa.n, 65536),
                   ("e of 4095 bits", rsa.n, rng.getrandbits(4095) | 1),
                   ("e > n", rsa.n, rsa.n + 2),
                   ("e < 0", rsa.n, -3), ("n even", rsa.n - 1, 65537), ("n = 0", 0, 65537),
                   ("n < 0", -rsa.n, 65537), ("n = 1", 1, 65537)):
    case("111, F4: " + what, sign(MSG, rsa), ("policy", "permerror"),
         records={NAME: forged(n, e)})


class Lax:
    """Bleichenbacher 2006: a cube whose top looks padded, rubbish behind."""
    kind = "rsa"

    def sign(self, digest, hash):
        top = b"\x00\x01\xff\xff\xff\xff\xff\xff\xff\xff\x00" + forge.DIGEST_INFO[hash] + digest
        least = int.from_bytes(top + bytes(256 - len(top)), "big")
        low, high = 0, 1 << 800
        while low < high:
            mid = (low + high) // 2
            low, high = (mid + 1, high) if mid ** 3 < least else (low, mid)
        assert (low ** 3).to_bytes(256, "big").startswith(top)
        return low.to_bytes(256, "big")


case("112, F6: e=3 and lax padding", sign(MSG, Lax()), "fail", "signature-mismatch",
     records={NAME: RSA(2048, e=3).record()})
for what, spoil in (("one octet short", lambda b: b[1:]), ("one octet over", lambda b: b"\x00" + b),
                    ("of another key's length", lambda b: b + b), ("of one octet", lambda b: b"x"),
                    ("larger than n", lambda b: b"\xff" * 128),
                    ("zero", lambda b: bytes(128)),
                    ("plus n", lambda b: (int.from_bytes(b, "big") + rsa.n).to_bytes(129, "big")),
                    ("with a bit turned", lambda b: bytes([b[0] ^ 1]) + b[1:])):
    case("112, B17: b= " + what, sign(MSG, rsa, spoil=spoil), "fail", "signature-mismatch")
case("112: the hash inside is of another kind", sign(MSG, type("X", (), dict(
    kind="rsa", sign=lambda self, digest, hash: rsa.sign(
        hashlib.sha1(digest).digest(), "sha1")))()), "fail", "signature-mismatch")
for n, point in enumerate(forge.SMALL_ORDER):
    case("113, F7: the small-order key %d" % (n + 1),
         sign(MSG, ed, spoil=lambda b: forge.SMALL_ORDER[0] + bytes(32)), ("policy", "permerror"),
         records={NAME: b"v=DKIM1; k=ed25519; p=" + b64(point)})
for what, spoil in (
        ("S + L", lambda b: b[:32] + (int.from_bytes(b[32:], "little") + forge.L)
         .to_bytes(32, "little")),
        ("of 63 octets", lambda b: b[:63]), ("of 65 octets", lambda b: b + b"\x00"),
        ("of zeros", lambda b: bytes(64)),
        ("with a bit turned", lambda b: b[:63] + bytes([b[63] ^ 1])),
        ("back to front", lambda b: b[::-1])):
    case("113, F7: an Ed25519 b= " + what, sign(MSG, ed, s="ed", spoil=spoil), "fail",
         "signature-mismatch")
case("F7: a key that is no point", sign(MSG, ed), ("fail", "permerror", "policy"),
     records={NAME: b"v=DKIM1; k=ed25519; p=" + b64(b"\xff" * 32)})
SHA1 = sign(MSG, rsa, hash="sha1")
case("43, F10: a=rsa-sha1", SHA1, "policy")
case("F10: a=rsa-sha1 with --allow-sha1", SHA1, "pass", "ok", args=["--allow-sha1"])
key("F10: and a key with h=sha1", "v=DKIM1; h=sha1; p=" + P, "pass", message=SHA1,
    args=["--allow-sha1"])
key("F10: and a key with h=sha256", "v=DKIM1; h=sha256; p=" + P, "permerror",
    "hash-not-allowed", message=SHA1, args=["--allow-sha1"])
case("F10: --allow-sha1 and a broken body", SHA1.replace(b"Hello", b"Jello"), "fail",
     "body-hash-mismatch", args=["--allow-sha1"])

# 106-110: TXT strings and sets


def strings(*parts):
    return "!TXT " + forge.txt(None, [forge.octets(p) for p in parts])


R = "v=DKIM1; p=" + P
key("106: split inside v= and p=", strings("v=DK", "IM1; p", "=" + P[:99], P[99:]), "pass")
key("106: single octets and empty strings", strings(*[c for c in R], ""), "pass")
key("106: the strings join without a blank", strings("v=DKIM1; k=r", "sa; p=" + P), "pass")
SPF, OTHER = "v=spf1 -all", RSA(1024, seed=9).record()
for what, rrs, want in (
        ("SPF and key", [SPF, R], "pass"), ("key and SPF", [R, SPF], "pass"),
        ("another key and key", [OTHER, R], "pass"), ("key and another", [R, OTHER], "pass"),
        ("a site verification", ["google-site-verification=abc", R, "MS=ms123"], "pass"),
        ("three keys", [OTHER, RSA(1024, seed=10).record(), R], "pass"),
        ("revoked and key", ["v=DKIM1; p=", R], "pass"),
        ("key and revoked", [R, "v=DKIM1; p="], "pass"),
        ("SPF alone", SPF, "permerror"), ("SPF twice", [SPF, SPF + " "], "permerror"),
        ("an empty record", "", "permerror"), ("blanks", "   ", "permerror"),
        ("rubbish", ";;;===", "permerror")):
    key("107, 108, G9: " + what, rrs, want)
key("109: an unknown tag", "v=DKIM1; foo=bar; p=" + P, "pass")
key("109, F12: p= twice", "v=DKIM1; p=%s; p=%s" % (P, P), "permerror")
key("109, F12: p= twice, the second empty", "v=DKIM1; p=%s; p=" % P, "permerror")
key("109: an unknown tag twice", "v=DKIM1; n=a; n=a; p=" + P, "permerror")
key("110: a record of DomainKeys' days", "k=rsa; t=y; p=" + P, "pass")
key("110: with g= empty", "g=; k=rsa; p=%s;" % P, "pass")
key("127, G8: NUL in the record", b"v=DKIM1; n=\x00; p=" + P.encode(), "permerror")
key("127, G8: 8-bit in the record", b"v=DKIM1; n=\xff; p=" + P.encode(), "permerror")
key("37: a lone CR in the record", b"v=DKIM1;\r p=" + P.encode(), "permerror")
key("37: a lone LF in the record", b"v=DKIM1;\n p=" + P.encode(), "permerror")

# ------------------------------------------------------- 119-130: key lookup
NOKEY = sign(MSG, rsa, s="nosuch")
case("119, G6: no such name in the zone", NOKEY, "permerror", "key-missing")
case("119: no such name in DNS", NOKEY, "permerror", "key-missing", dns=True)
key("119: another type at the name", "!A 192.0.2.1", "permerror", "key-missing")
case("120, G5: SERVFAIL", sign(MSG, rsa, s="servfail"), "temperror", "dns-servfail", dns=True)
case("120, G5: no answer", sign(MSG, rsa, s="silent"), "temperror", "dns-timeout", dns=True,
     args=["-T", "1"])
case("123: CNAME in the zone", NOKEY, "pass", "ok", records={
    "nosuch._domainkey.example.com": "!CNAME sel._domainkey.example.com."})
case("123, G3: CNAME to nothing", NOKEY, "permerror", records={
    "nosuch._domainkey.example.com": "!CNAME nothing.example.com."})
case("123, G3: CNAME to itself", NOKEY, ("permerror", "temperror"), records={
    "nosuch._domainkey.example.com": "!CNAME nosuch._domainkey.example.com."})
case("G14: another case of d= and s=", sign(MSG, rsa, d="Example.COM", s="SeL"), "pass", dns=True)

# --------------------------------------------- 133-147: order, many, results
for what, m in (("no signature", MSG),
                ("X-Google-DKIM-Signature", b"X-Google-" + sign(MSG, rsa)),
                ("DomainKey-Signature", b"DomainKey-Signature: a=rsa-sha1; d=example.com; "
                 b"s=sel; b=AAAA\r\n" + MSG),
                ("DKIM2-Signature", b"DKIM2-Signature: i=1; d=example.com\r\n" + MSG),
                ("ARC-Message-Signature", b"ARC-Message-Signature: i=1; " +
                 sign(MSG, rsa).split(b": ", 1)[1]),
                ("a signature within an attached message", MSG + b"\r\n" + sign(MSG, rsa))):
    case("137, B21, B22: " + what, m, [], check=lambda o: None if o["result"] == "none" else o)
case("139: another body", BROKEN, "fail", "body-hash-mismatch", check=says(body_hash="mismatch"))
case("139: another subject", UNSIGNED, "fail", "signature-mismatch",
     check=says(body_hash="match"))
case("139: both", BROKEN.replace(b"greetings", b"x"), "fail")
case("139: an unsigned field may change", sign(MSG, rsa).replace(b"bob@", b"eve@"), "pass")
GOOD = forge.field(MSG, rsa) + b"\r\n"
BAD = forge.field(MSG, rsa, s="sel", spoil=lambda b: b[::-1]) + b"\r\n"
MISSING = forge.field(MSG, rsa, s="nosuch") + b"\r\n"
NEUTRAL = forge.field(MSG, rsa, tags=[("v", "2")]) + b"\r\n"
TEMP = forge.field(MSG, rsa, s="servfail") + b"\r\n"
for what, fields, want in (
        ("bad above good", BAD + GOOD, ["fail", "pass"]),
        ("good above bad", GOOD + BAD, ["pass", "fail"]),
        ("missing, neutral, good", MISSING + NEUTRAL + GOOD, ["permerror", "neutral", "pass"]),
        ("missing, bad", MISSING + BAD, ["permerror", "fail"]),
        ("temporary and bad", BAD + TEMP, ["fail", "temperror"]),
        ("temporary and good", TEMP + GOOD, ["temperror", "pass"]),
        ("temporary first", TEMP + NEUTRAL, ["temperror", "neutral"])):
    case("134, 135, 144: " + what, fields + MSG, want, dns=True)
case("A28: the attacker's own above a broken one",
     forge.field(MSG, RSA(1024, seed=2), d="attack.com") + b"\r\n" + BAD + MSG,
     ["pass", "fail"], check=says(domain="attack.com", aligned="no"))
case("A27: the same signature twice", GOOD + GOOD + MSG, ["pass", "pass"])
case("A27: the same b=, another field", GOOD + GOOD.replace(b"v=1; ", b"v=1; foo=1; ") + MSG,
     ["pass", "fail"])
case("146: ten are looked at", GOOD * 10 + MSG, ["pass"] * 10)
case("146, E2: the eleventh is not", GOOD * 11 + MSG, ["pass"] * 10 + ["policy"],
     ["ok"] * 10 + ["too-many"])
case("146, E1: a good one behind ten bad ones", BAD * 10 + GOOD + MSG,
     ["fail"] * 10 + ["policy"])
case("146: --max-signatures 1", GOOD + GOOD + GOOD + MSG, ["pass", "policy"],
     args=["--max-signatures", "1"])
case("146: --max-signatures 30", GOOD * 30 + MSG, ["pass"] * 30,
     args=["--max-signatures", "30"])
asked = len(server.asked)
run("dkim-verify", "-n", server.at, "--now", str(NOW), stdin=GOOD * 10 + MSG)
tap.eq(len(server.asked) - asked, 1, "116, G11: one query for ten signatures of one key")
r = run("dkim-verify", "-Z", os.path.join(T, "zone"), stdin=b"")
tap.ok(r.status == 65 and not r.out and r.err.count(b"\n") == 1,
       "145: empty input is 65, nothing on standard output", r)
case("145: header only", sign(MSG.split(b"\r\n\r\n")[0] + b"\r\n", rsa), "pass")
case("145: header only, with the blank line", sign(MSG.split(b"\r\n\r\n")[0] + b"\r\n\r\n", rsa),
     "pass")
case("145: header only, last line unfinished", sign(MSG.split(b"\r\n\r\n")[0], rsa), "pass")
SECOND = b"From: Eve <eve@evil.com>\r\n"
for what, m in (("the attacker's first", SECOND + MSG),
                ("the attacker's last", MSG.replace(b"\r\n\r\n", b"\r\n" + SECOND + b"\r\n", 1)),
                ("with a blank before the colon", SECOND.replace(b":", b" :") + MSG),
                ("in capitals", SECOND.upper() + MSG)):
    case("147, A6, A8: two From fields, " + what, sign(m, rsa, h=["from", "subject"]), "policy",
         "multiple-from")
case("147, A6: a From added to a signed message", SECOND + sign(MSG, rsa), "policy",
     "multiple-from")
case("147: two From fields, both signed: the signature holds, the reader has to choose",
     sign(SECOND + MSG, rsa, h=["from", "from", "subject"]), "pass", "ok",
     check=says(aligned="no"))
case("147: three, two of them signed", sign(
    SECOND + SECOND + MSG, rsa, h=["from", "from", "subject"]), "policy", "multiple-from")
case("66, B7: a second Subject, none oversigned", b"Subject: spam\r\n" + sign(MSG, rsa), "pass")
case("66, B7: a second Subject against oversigning",
     b"Subject: spam\r\n" + sign(MSG, rsa, h=["from", "subject", "subject"]), "fail",
     "signature-mismatch")
NOFROM = MSG.split(b"\r\n", 1)[1]
for what, m in (("no From", NOFROM), ("Sender instead", b"Sender: a@example.com\r\n" + NOFROM),
                ("Resent-From instead", b"Resent-From: a@example.com\r\n" + NOFROM)):
    case("148, A10, A11: " + what, sign(m, rsa), "permerror")
for what, m in (
        ("continuation first", b" From: a@victim.com\r\n" + sign(MSG, rsa)),
        ("a folded name", sign(MSG, rsa).replace(b"To:", b"From\r\n : a@victim.com\r\nTo:")),
        ("a line that is no field", sign(MSG, rsa).replace(b"To:", b"no field here\r\nTo:")),
        ("an empty name", sign(MSG, rsa).replace(b"To:", b": x\r\nTo:")),
        ("NUL in the header", sign(MSG, rsa).replace(b"To:", b"X: a\0b\r\nTo:"))):
    case("5, 7, 8, A7, A9: malformed: " + what, m, "permerror")
for what, m in (("s=", sign(MSG, rsa, tags=[("s", "selector._domainkey.attack.com\0.any")])),
                ("d=", sign(MSG, rsa, tags=[("d", "example.com\0.attack.com")])),
                ("an unknown tag", sign(MSG, rsa, tags=[("+foo", "a\0b")]))):
    case("A1, A2: NUL in " + what, m, ("neutral", "permerror"), silent=True)
case("7: the mbox line is not hashed", b"From alice Sun Nov 22 10:00:00 2026\n" +
     forge.lf(sign(MSG, rsa)), "pass")
case("7: nor the quoted one", b">From alice Sun Nov 22 10:00:00 2026\n" +
     forge.lf(sign(MSG, rsa)), "pass")
case("H16: the header ends at the first blank line, of either kind",
     sign(MSG, rsa).replace(b"To: bob", b"X: y\n\nTo: bob"), "fail")
case("2: a mixed body", sign(MSG + b"a\nb\r\nc\n", rsa), "pass")
case("2, H17: CR is data", sign(MSG + b"a\rb\r\r\n\rc\r", rsa, c=("simple", "simple")), "pass")
case("2: CR is data, so dropping one shows",
     sign(MSG + b"a\rb\r\n", rsa).replace(b"a\rb", b"ab"), "fail", "body-hash-mismatch")
case("11: dots are data", sign(MSG + b"..x\r\n.\r\n", rsa).replace(b"..x", b".x"), "fail")
case("B12, 71: h= names DKIM-Signature itself", sign(MSG, rsa, h=["from", "dkim-signature"]),
     "pass")
case("B11: h= names From 500 times", sign(MSG, rsa, h=["from"] * 500), "pass")
case("E6: h= of 1000 names", sign(MSG, rsa, h=["from"] * 1000), "pass")
case("E6: h= of 1001 names", sign(MSG, rsa, h=["from"] * 1001), ("neutral", "policy"))
key("E9: p= of 16 KiB", "v=DKIM1; p=" + "A" * 16384, "permerror")
case("E9: b= of 1 MiB", sign(MSG, rsa, spoil=lambda b: b * 6000),
     ("neutral", "fail", "permerror", "policy"))

case("--require: the domain", sign(MSG, rsa), "pass", args=["--require", "example.com"])
r = run("dkim-verify", "-Z", os.path.join(T, "zone"), "--now", str(NOW), "--require", "other.com",
        stdin=sign(MSG, rsa))
tap.ok(r.status == 1, "--require: another domain's pass does not count", r)
r = run("dkim-verify", "-Z", os.path.join(T, "zone"), "--now", str(NOW), "--require", "aligned",
        stdin=sign(MSG.replace(b"alice@example.com", b"alice@other.com"), rsa))
tap.ok(r.status == 1, "--require aligned: nor does one that does not agree with From:", r)
OLD = b"Received: from a by b; Sun, 22 Nov 2020 10:00:00 +0000\r\n" + sign(
    MSG, rsa, tags=[("t", "1606039100"), ("x", "1606039300")])
case("--now received: in time then", OLD, "pass", args=["--now", "received"])
case("--now received: expired then", OLD.replace(b"Nov 2020", b"Nov 2021"), "policy", "expired",
     args=["--now", "received"])
huge = forged(RSA(8192).n, rng.getrandbits(8190) | 1)
start = time.time()
case("F4: a huge exponent costs nothing", GOOD * 10 + MSG, [("policy", "permerror")] * 10,
     records={NAME: huge})
took = time.time() - start
tap.ok(took < forge.SLOWER, "F4: nor ten of them", "%.2f s" % took)

# ---------------------------------------------------- EAI (166), D13: JSON
U = MSG.replace(b"Alice", "Al\u00efce".encode())
case("166: a U-label in d= of an EAI message", sign(U, rsa, d="b\u00fccher.example"), "pass",
     records={"sel._domainkey.xn--bcher-kva.example": rsa.record()})
case("166: a UTF-8 local part in i=", sign(U, rsa, tags=[("i", "al\u00efce@example.com")]), "pass")
case("166: invalid UTF-8 in i=", sign(U, rsa, tags=[("i", b"al\xffce@example.com")]), "neutral")
BUECHER, A_LABELS = "b\u00fccher.example", "xn--bcher-kva.example"
RECORD = {"sel._domainkey." + A_LABELS: rsa.record().replace(b"; p=", b"; t=s; p=")}
for identity in BUECHER, A_LABELS:
    case("166: t=s, and i= in %s is of d=" % identity,
         sign(U, rsa, d=BUECHER, tags=[("i", "@" + identity)]), "pass", records=RECORD)
    case("166: t=s, and i= below %s is not" % identity,
         sign(U, rsa, d=BUECHER, tags=[("i", "@sub." + identity)]), "permerror", "key-strict",
         records=RECORD)
OURS = sign(U.replace(b"alice@example.com", b"alice@" + BUECHER.encode()), rsa, d=BUECHER)
r = verify(OURS, RECORD, ["--require", BUECHER])
tap.ok(r.status == 0, "166: --require takes a d= in U-labels", r)
r = run("dkim-check", "-m", "-Z", os.path.join(T, "zone"), stdin=OURS)
tap.ok(b"\nok aligned " in r.out, "166: dkim-check -m sees it aligned", r)
key = forge.write(os.path.join(T, "rsa.pem"), rsa.pem(), 0o600)
r = run("dkim-sign", "-s", "sel", "-k", key, "--if-signed", "skip", stdin=OURS)
tap.eq(r.out, OURS, "166: dkim-sign --if-signed skip sees that it is signed", r)
for junk in (b"\xff", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xc3"):
    syntax("166: octets that are no UTF-8 in an unknown tag: %r" % junk, code="bad-syntax",
           tags=[("+foo", b"a" + junk + b"b")])
case("A26: an IDN that is none", sign(U, rsa, d="b\u2024c.xn--\u00fc"), "neutral", silent=True)

rng = random.Random(13)
seen = bad = 0
first = None
POOL = [bytes([i]) for i in range(1, 256)] + [b'"', b"\\", b"\\u0000", b"\xc3", b"\xe2\x80\xa8",
                                            b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"</script>"]
for round_ in range(300):
    junk = b"".join(rng.choice(POOL) for _ in range(rng.randrange(1, 12)))
    tag = rng.choice(["i", "d", "s", "a", "c", "h", "q", "foo", "z", "b", "t"])
    junk = junk.replace(b"\r", b"?").replace(b"\n", b"?")
    value = junk + b"@example.com" if tag == "i" else junk
    m = sign(MSG, rsa, tags=[(tag, value)])
    if rng.randrange(3) == 0:
        m = m.replace(b"Alice", junk)
    if rng.randrange(4) == 0:
        m = m.replace(b"alice@example.com", junk + b"@example.com")
    r = verify(m)
    seen += 1
    try:
        good = r.status in (0, 1) and json.loads(r.out.decode("utf-8"))["result"]
        good = good and r.out.count(b"\n") == 1 and not r.err
    except ValueError:
        good = False
    if not good:
        bad += 1
        first = first or (tag, junk, r)
tap.ok(bad == 0, "D13: the JSON is JSON whatever the message holds (%d messages)" % seen,
       "%d bad, the first: %r" % (bad, first))
odd = os.path.join(T, 'a "b"\n\x1b[1m\udcff.eml')
forge.write(os.fsencode(odd), sign(MSG, rsa))
r = run("dkim-verify", "-F", "json", "-Z", os.path.join(T, "zone"), "--now", str(NOW), odd)
try:
    good = isinstance(json.loads(r.out.decode())["file"], str) and r.status == 0
except (ValueError, KeyError):
    good = False
tap.ok(good and b"\x1b" not in r.out, "D12, D13: a file name with quotes, newline, escape, 8-bit", r)
r = run("dkim-verify", "-F", "text", "-Z", os.path.join(T, "zone"), "--now", str(NOW), odd)
tap.ok(b"\x1b" not in r.out + r.err and r.status == 0, "D12: the same in text output", r)
r = run("dkim-verify", "-F", "json", "-Z", os.path.join(T, "zone"), odd + "x")
tap.ok(b"\x1b" not in r.out + r.err and r.err.count(b"\n") == 1 and r.status == 75,
       "D12: the same on standard error", r)
tap.done()
