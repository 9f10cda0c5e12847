"""A second opinion for the tests: DKIM from the text of the RFCs, in the
simplest way that works, with the whole message in memory.

It signs (RSA and Ed25519, in plain Python), writes DKIM-Signature fields tag by
tag with any defect that is wanted, writes zone files for dkim-verify -Z, and
prints TAP.  It shares no code with the programs under test and needs nothing
but the standard library.  Never use it for real mail: nothing in it is
constant-time, and its keys come from a seeded generator.
"""
import atexit
import base64
import hashlib
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile

# ---------------------------------------------------------------- small things


def octets(x):
    return x if isinstance(x, bytes) else x.encode("utf-8")


def b64(x):
    return base64.b64encode(x)


# ------------------------------------------------------------------------ DER


def der(tag, *parts):
    body = b"".join(parts)
    if len(body) < 128:
        return bytes([tag, len(body)]) + body
    size = len(body).to_bytes((len(body).bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(size)]) + size + body


def der_int(n):
    """An INTEGER; a negative one is written in two's complement."""
    return der(2, n.to_bytes(n.bit_length() // 8 + 1, "big", signed=True))


def der_read(data):
    """Yields the (tag, content) pairs of one level."""
    i = 0
    while i < len(data):
        tag, size = data[i], data[i + 1]
        i += 2
        if size & 0x80:
            more = size & 0x7F
            size = int.from_bytes(data[i:i + more], "big")
            i += more
        yield tag, data[i:i + size]
        i += size


OID_RSA = bytes.fromhex("06092a864886f70d010101")
OID_RSA_PSS = bytes.fromhex("06092a864886f70d01010a")
OID_DSA = bytes.fromhex("06072a8648ce380401")
OID_EC = bytes.fromhex("06072a8648ce3d0201")
OID_ED25519 = bytes.fromhex("06032b6570")
NULL = b"\x05\x00"


def spki(oid, key, params=NULL):
    return der(0x30, der(0x30, oid, params), der(3, b"\x00", key))


def pem(label, data):
    text = b64(data).decode()
    lines = [text[i:i + 64] for i in range(0, len(text), 64)]
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n" % (
        label, "\n".join(lines), label)


# ------------------------------------------------------------------------ RSA

SMALL_PRIMES = [p for p in range(3, 2000, 2)
                if all(p % q for q in range(3, int(p ** 0.5) + 1, 2))]


def is_prime(n, rng):
    if any(n % p == 0 for p in SMALL_PRIMES):
        return False
    d, r = n - 1, 0
    while d % 2 == 0:
        d, r = d // 2, r + 1
    for _ in range(8):
        x = pow(rng.randrange(2, n - 1), d, n)
        if x in (1, n - 1):
            continue
        for _ in range(r - 1):
            x = x * x % n
            if x == n - 1:
                break
        else:
            return False
    return True


DIGEST_INFO = {
    "sha1": bytes.fromhex("3021300906052b0e03021a05000414"),
    "sha256": bytes.fromhex("3031300d060960864801650304020105000420"),
}


class RSA:
    """A key of any size from primes of at most 512 bits, so that a modulus of
    16384 bits costs no more than a second."""
    kind = "rsa"

    def __init__(self, bits=1024, e=65537, seed=1, primes=None):
        rng = random.Random("%d/%d/%d" % (bits, e, seed))
        self.e = e
        if primes is None:
            primes = self.find(bits, e, rng)
        self.primes = primes
        self.n = 1
        for p in primes:
            self.n *= p
        self.bits = self.n.bit_length()

    @staticmethod
    def find(bits, e, rng):
        count = max(2, -(-bits // 512))
        while True:
            primes, left = [], bits
            for i in range(count):
                size = left // (count - i)
                left -= size
                while True:
                    p = rng.getrandbits(size) | 1 | (3 << (size - 2))
                    if (p - 1) % e and p not in primes and is_prime(p, rng):
                        primes.append(p)
                        break
            n = 1
            for p in primes:
                n *= p
            if n.bit_length() < bits:       # many factors lose a bit or two
                low = n // primes[-1]
                p = ((1 << bits) - 1) // low - rng.getrandbits(64) | 1
                while (p - 1) % e == 0 or not is_prime(p, rng):
                    p -= 2
                primes[-1] = p
                n = low * p
            if n.bit_length() == bits:
                return primes

    @classmethod
    def from_pem(cls, path):
        with open(path) as f:
            text = "".join(x for x in f.read().splitlines()
                           if not x.startswith("-----"))
        (_, outer), = der_read(base64.b64decode(text))
        inner = [c for t, c in der_read(outer) if t == 4]
        if inner:                           # PKCS#8 around PKCS#1
            (_, outer), = der_read(inner[0])
        ints = [int.from_bytes(c, "big") for _, c in der_read(outer)]
        return cls(e=ints[2], primes=[ints[4], ints[5]])

    def power(self, x):
        """x to the private exponent, prime by prime."""
        result, modulus = 0, 1
        for p in self.primes:
            y = pow(x % p, pow(self.e, -1, p - 1), p)
            result += modulus * ((y - result) * pow(modulus, -1, p) % p)
            modulus *= p
        return result

    def sign(self, digest, hash="sha256"):
        k = (self.bits + 7) // 8
        info = DIGEST_INFO[hash] + digest
        em = b"\x00\x01" + b"\xff" * (k - 3 - len(info)) + b"\x00" + info
        return self.power(int.from_bytes(em, "big")).to_bytes(k, "big")

    def pkcs1(self):
        return der(0x30, der_int(self.n), der_int(self.e))

    def public(self):
        return spki(OID_RSA, self.pkcs1())

    def record(self):
        return b"v=DKIM1; k=rsa; p=" + b64(self.public())

    def pem(self):
        p, q = self.primes
        d = pow(self.e, -1, (p - 1) * (q - 1))
        ints = (0, self.n, self.e, d, p, q, d % (p - 1), d % (q - 1),
                pow(q, -1, p))
        key = der(0x30, *[der_int(i) for i in ints])
        return pem("PRIVATE KEY", der(0x30, der_int(0), der(0x30, OID_RSA, NULL),
                                      der(4, key)))


# -------------------------------------------------------------------- Ed25519
# RFC 8032 section 5.1, after the program in its section 6.

P = 2 ** 255 - 19
L = 2 ** 252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P


def ed_add(a, b):
    x1, y1, z1, t1 = a
    x2, y2, z2, t2 = b
    e = ((y1 - x1) * (y2 - x2), (y1 + x1) * (y2 + x2), 2 * t1 * t2 * D, 2 * z1 * z2)
    f, g, h, i = e[1] - e[0], e[3] - e[2], e[3] + e[2], e[1] + e[0]
    return f * g % P, h * i % P, g * h % P, f * i % P


def ed_mul(s, point):
    q = (0, 1, 1, 0)
    while s:
        if s & 1:
            q = ed_add(q, point)
        point = ed_add(point, point)
        s >>= 1
    return q


def ed_encode(point):
    x, y, z, _ = point
    inv = pow(z, -1, P)
    return (y * inv % P | (x * inv % P & 1) << 255).to_bytes(32, "little")


def ed_x(y, sign):
    x2 = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(x2, (P + 3) // 8, P)
    if (x * x - x2) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if (x * x - x2) % P:
        return None
    return P - x if x & 1 != sign else x


BASE_Y = 4 * pow(5, -1, P) % P
BASE_X = ed_x(BASE_Y, 0)
BASE = (BASE_X, BASE_Y, 1, BASE_X * BASE_Y % P)


class Ed25519:
    kind = "ed25519"
    bits = 256

    def __init__(self, seed=1):
        self.seed = hashlib.sha256(b"seed %d" % seed).digest()
        h = hashlib.sha512(self.seed).digest()
        self.a = int.from_bytes(h[:32], "little") & (1 << 254) - 8 | 1 << 254
        self.prefix = h[32:]
        self.pub = ed_encode(ed_mul(self.a, BASE))

    def sign(self, digest, hash="sha256"):
        """Pure EdDSA over the digest: RFC 8463 section 3."""
        def number(*parts):
            return int.from_bytes(hashlib.sha512(b"".join(parts)).digest(),
                                  "little") % L
        r = number(self.prefix, digest)
        rr = ed_encode(ed_mul(r, BASE))
        s = (r + number(rr, self.pub, digest) * self.a) % L
        return rr + s.to_bytes(32, "little")

    def public(self):
        return self.pub

    def record(self):
        return b"v=DKIM1; k=ed25519; p=" + b64(self.pub)

    def pem(self):
        return pem("PRIVATE KEY", der(0x30, der_int(0), der(0x30, OID_ED25519),
                                      der(4, der(4, self.seed))))


# The eight points of small order: under such a key a signature made without
# any secret verifies for every message, or for one in a few.
SMALL_ORDER = [bytes.fromhex(x) for x in (
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa")]

# --------------------------------------------------------- canonical forms


def network(data):
    """Every line end CRLF; a CR that no LF follows is left alone."""
    return re.sub(rb"\r?\n", b"\r\n", data)


def body_canon(mode, body):
    text = network(body)
    if text and not text.endswith(b"\r\n"):
        text += b"\r\n"
    lines = text.split(b"\r\n")
    if mode == "relaxed":
        lines = [re.sub(rb"[ \t]+", b" ", re.sub(rb"[ \t]+$", b"", x))
                 for x in lines]
    while lines and not lines[-1]:
        lines.pop()
    if not lines:
        return b"" if mode == "relaxed" else b"\r\n"
    return b"".join(x + b"\r\n" for x in lines)


def field_canon(mode, field):
    """field: one field in network form, with its last CRLF or without."""
    if field.endswith(b"\r\n"):
        field = field[:-2]
    if mode == "relaxed":
        name, value = field.split(b":", 1)
        value = value.replace(b"\r\n", b"")
        value = re.sub(rb"[ \t]+", b" ", value).strip(b" ")
        field = name.rstrip(b" \t").lower() + b":" + value
    return field + b"\r\n"


def split(message):
    """The fields in network form, each with its CRLF, and the body."""
    text = network(message)
    if text.startswith(b"\r\n"):
        head, body = b"", text[2:]
    else:
        head, sep, body = text.partition(b"\r\n\r\n")
        head += b"\r\n" if not head.endswith(b"\r\n") else b""
    fields = []
    for line in head.split(b"\r\n")[:-1]:
        if line[:1] in (b" ", b"\t") and fields:
            fields[-1] += line + b"\r\n"
        else:
            fields.append(line + b"\r\n")
    if fields and re.match(rb">?From ", fields[0]):
        del fields[0]
    return fields, body


def name_of(field):
    return field.split(b":", 1)[0].rstrip(b" \t").lower()


def select(fields, names):
    """RFC 6376 section 5.4.2: the lowest not yet used field of each name."""
    left = list(fields)
    for name in names:
        for i in range(len(left) - 1, -1, -1):
            if name_of(left[i]) == octets(name).lower():
                yield left.pop(i)
                break


def header_hash(fields, names, canon, own, hash="sha256"):
    h = hashlib.new(hash)
    for f in select(fields, names):
        h.update(field_canon(canon, f))
    h.update(field_canon(canon, own)[:-2])
    return h.digest()


# ------------------------------------------------------------------ signatures


def field(message, key, d="example.com", s="sel", h=("from", "subject"),
          c=("relaxed", "relaxed"), l=None, tags=(), text=None, hash="sha256",
          name="DKIM-Signature: ", sep="; ", wrap=None, spoil=None, skip=None,
          body=None):
    """A DKIM-Signature field for message, in network form without its CRLF.

    The keywords say what is hashed and which tags are written; tags, a list of
    (name, value), then changes what is written and only that: None removes a
    tag, a name with "+" in front adds another tag before bh=, with "^" in front
    at the very start, with "$" after b=.  text replaces the whole list; in it %BH% and %B%
    stand for the two values.  wrap folds b= after that many characters.
    spoil(octets) may change the signature.  skip: the field itself, when the
    message already contains it.  body: hashed instead of the message's.
    """
    fields, own_body = split(message)
    if skip is not None:
        fields.remove(skip)
    list_ = [("v", "1"), ("a", "%s-%s" % (key.kind, hash)), ("c", "/".join(c)),
             ("d", d), ("s", s)]
    if l is not None:
        list_.append(("l", str(l)))
    list_ += [("h", ":".join(h)), ("bh", "%BH%"), ("b", "%B%")]
    for tag, value in tags:
        at = [i for i, t in enumerate(list_) if t[0] == tag]
        if tag[0] == "^":
            list_.insert(0, (tag[1:], value))
        elif tag[0] == "$":
            list_.append((tag[1:], value))
        elif tag[0] == "+" or not at:
            bh = [i for i, t in enumerate(list_) if t[0] == "bh"]
            list_.insert(bh[0] if bh else len(list_), (tag.lstrip("+"), value))
        elif value is None:
            del list_[at[0]]
        else:
            list_[at[0]] = (tag, value)
    if text is None:
        text = octets(sep).join(octets(t) + b"=" + octets(v) for t, v in list_)
    canonical = body_canon(c[1], own_body if body is None else body)[:l]
    bh = b64(hashlib.new(hash, canonical).digest())
    raw = octets(name) + octets(text).replace(b"%BH%", bh)
    own = re.sub(rb"[ \t\r\n]*%B%[ \t\r\n]*", b"", raw)
    digest = header_hash(fields, h, c[0], own, hash)
    value = key.sign(digest, hash)
    if spoil:
        value = spoil(value)
    value = b64(value)
    if wrap:
        value = b"\r\n\t".join(value[i:i + wrap]
                               for i in range(0, len(value), wrap))
    return raw.replace(b"%B%", value)


def sign(message, key, **how):
    """message with a signature on top, in the line ends that it has."""
    f = field(message, key, **how) + b"\r\n"
    if b"\r\n" not in message:
        f = f.replace(b"\r\n", b"\n")
    return f + message


def lf(message):
    return message.replace(b"\r\n", b"\n")


# ---------------------------------------------------------------------- zones


def txt(record, strings=None):
    """TXT data for a master file: quoted strings of at most 255 octets."""
    if strings is None:
        record = octets(record)
        strings = [record[i:i + 255] for i in range(0, len(record), 255)] or [b""]

    def quoted(s):
        return '"%s"' % "".join(
            "\\" + chr(c) if c in b'"\\' else
            chr(c) if 32 <= c < 127 else "\\%03d" % c for c in octets(s))
    return " ".join(quoted(s) for s in strings)


def zone(records):
    """A master file from {name: record or [record, ...]}; a record that starts
    with "!" is written as it is, say "!CNAME other.example." """
    out = []
    for name, values in records.items():
        for v in values if isinstance(values, list) else [values]:
            data = v[1:] if isinstance(v, str) and v[:1] == "!" else "TXT " + txt(v)
            out.append("%s. 3600 IN %s\n" % (name, data))
    return "".join(out)


# ------------------------------------------------------------- running, TAP

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BIN = os.path.abspath(os.environ.get("DKIM_BIN") or os.path.join(TOP, "cmd"))
TESTS = os.path.join(TOP, "tests")
for variable in ("DKIM_KEYDIR", "SOURCE_DATE_EPOCH"):
    os.environ.pop(variable, None)
os.environ["LC_ALL"] = "C"
os.environ["PATH"] = BIN + ":" + os.environ.get("PATH", "/usr/bin:/bin")
os.umask(0o022)
SLOWER = 10 if os.environ.get("DKIM_SANITIZED") else 1   # for limits on time
NOW = 1795341600                            # 2026-11-22 10:00:00 UTC, for --now


class Run:
    def __init__(self, status, out, err):
        self.status, self.out, self.err = status, out, err

    def __repr__(self):
        return "exit %d, stdout %r, stderr %r" % (
            self.status, self.out[:300], self.err[:300])


def run(*argv, stdin=b"", timeout=60):
    try:
        p = subprocess.run(argv, input=stdin, stdout=subprocess.PIPE,
                           stderr=subprocess.PIPE, timeout=timeout)
    except subprocess.TimeoutExpired:
        return Run(-99, b"", b"timeout")
    return Run(p.returncode, p.stdout, p.stderr)


def scratch():
    """A folder of our own, removed at the end: where at() has its names."""
    global T
    T = tempfile.mkdtemp(prefix="dkim-test.")
    atexit.register(shutil.rmtree, T, True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    return T


def at(name):
    return os.path.join(T, name)


def write(path, data, mode=0o644):
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as f:
        f.write(octets(data))
    return path


def zone_file(records, name="zone"):
    return write(at(name), zone(records))


def debian_python(module):
    """A python3 that has the module: packages go into the system's own."""
    for p in ("python3", "/usr/bin/python3", "/usr/local/bin/python3"):
        try:
            if subprocess.run([p, "-c", "import " + module], stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL).returncode == 0:
                return p
        except OSError:
            pass
    return None


class Tap:
    def __init__(self):
        self.n = self.bad = 0

    def ok(self, good, name, *why):
        self.n += 1
        self.bad += not good
        name = name.replace("#", "\\#")
        print("%sok %d - %s" % ("" if good else "not ", self.n, name))
        if not good:
            for w in why:
                for line in str(w).splitlines():
                    print("#   " + line[:1200])
        return good

    def eq(self, got, want, name, *why):
        return self.ok(got == want, name, "got:  %r" % (got,),
                       "want: %r" % (want,), *why)

    def skip(self, name, why):
        self.n += 1
        print("ok %d - %s # SKIP %s" % (self.n, name, why))

    def done(self):
        print("1..%d" % self.n)
        sys.stdout.flush()
        sys.exit(1 if self.bad else 0)


def skip_all(why):
    print("1..0 # SKIP " + why)
    sys.exit(0)


def need(*programs):
    """Skips the test where one of our programs is not built."""
    for program in programs:
        if not os.access(os.path.join(BIN, program), os.X_OK):
            skip_all(program + " is not built")
