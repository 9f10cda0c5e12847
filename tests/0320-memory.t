#!/usr/bin/env python3
# test: slow
"""A message of 1 GiB is signed and verified, from a file and through a pipe, in
less than 16 MiB of memory, and so are 100 million empty lines.  Imports nothing
that is large: what this process holds when it starts another one is counted as
the other one's."""
import os
import sys

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BIN = os.environ.get("DKIM_BIN") or os.path.join(TOP, "cmd")
GIB = 1 << 30
LIMIT = 16 << 20


def skip_all(why):
    print("1..0 # SKIP " + why)
    sys.exit(0)


if os.environ.get("DKIM_SANITIZED") == "1":
    skip_all("sanitizers need memory of their own")
if not os.access(os.path.join(BIN, "dkim-verify"), os.X_OK):
    skip_all("the programs are not built")
base = os.environ.get("TMPDIR", "/var/tmp")  # /tmp is often memory
room = os.statvfs(base)
if room.f_bavail * room.f_frsize < 3 * GIB:
    skip_all("less than 3 GiB free in " + base)
T = "%s/dkim-test.%d" % (base, os.getpid())
os.mkdir(T, 0o700)
os.environ["TMPDIR"] = T
os.umask(0o022)
n = failed = 0


def ok(good, name, why=""):
    global n, failed
    n += 1
    failed += not good
    print("%sok %d - %s" % ("" if good else "not ", n, name))
    if not good:
        print("#   " + str(why))
    sys.stdout.flush()


def start(argv, stdin, stdout):
    pid = os.fork()
    if pid == 0:
        try:
            os.dup2(stdin, 0)
            os.dup2(stdout, 1)
            os.dup2(os.open(T + "/err", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), 2)
            os.execv(os.path.join(BIN, argv[0]), argv)
        finally:
            os._exit(127)
    return pid


def end(pid):
    _, status, usage = os.wait4(pid, 0)
    with open(T + "/err") as f:
        return os.waitstatus_to_exitcode(status), usage.ru_maxrss * 1024, f.read(500)


def feeder(write):
    """A process that writes to a pipe; returns (pid, reading end)."""
    r, w = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(r)
        try:
            write(w)
        except BrokenPipeError:
            pass
        finally:
            os._exit(0)
    os.close(w)
    return pid, r


def write_all(fd, data):
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view):]


HEAD = (b"From: Alice <alice@example.com>\r\nTo: bob@example.net\r\n"
        b"Subject: a very long message\r\n\r\n")
LINE = b"a line of  text, such as people \twrite, of 64 octets; no more.\r\n"
BLOCK = LINE * 1024


def text(prefix):
    def write(fd):
        write_all(fd, prefix + HEAD)
        for _ in range(GIB // len(BLOCK)):
            write_all(fd, BLOCK)
    return write


def blank(prefix):
    def write(fd):
        write_all(fd, prefix + HEAD + b"text\r\n")
        for _ in range(100000000 // 50000):
            write_all(fd, b"\n" * 50000)
    return write


def sparse(prefix):
    """A file of one line of 1 GiB, which takes no room on most disks."""
    path = T + "/message"
    with open(path, "wb") as f:
        f.write(prefix + HEAD)
        f.truncate(len(prefix + HEAD) + GIB)
    return os.open(path, os.O_RDONLY)


def run(argv, source, stdout=None):
    """source: a descriptor, or a writer for a pipe.  (status, memory, stderr)"""
    pid = None
    if callable(source):
        pid, source = feeder(source)
    null = os.open("/dev/null", os.O_WRONLY) if stdout is None else stdout
    try:
        return end(start(argv, source, null))
    finally:
        os.close(source)
        os.close(null)
        if pid:
            os.waitpid(pid, 0)


def measured(name, argv, source):
    status, rss, err = run(argv, source)
    ok(status == 0 and not err, name, "exit %d: %s" % (status, err))
    ok(rss < LIMIT, "%s: %d KiB resident" % (name, rss >> 10), "%d octets" % rss)


def field(canon, source):
    """The signature field alone."""
    path = T + "/field"
    status, rss, err = run(SIGN + ["-c", canon, "--header-only"], source,
                           os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
    with open(path, "rb") as f:
        got = f.read(4000)
    ok(status == 0 and rss < LIMIT and got.startswith(b"DKIM-Signature:"),
       "--header-only, %s: %d KiB resident" % (canon, rss >> 10),
       "exit %d: %s %r" % (status, err, got[:100]))
    return got


try:
    null = os.open("/dev/null", os.O_RDWR)
    key = T + "/key.pem"
    out = os.open(T + "/out", os.O_RDWR | os.O_CREAT, 0o600)
    status, rss, err = end(start(["dkim-keygen", "-d", "example.com", "-s", "s",
                                  "-o", key], null, out))
    ok(status == 0, "a key", err)
    zone = T + "/zone"
    out = os.open(zone, os.O_RDWR | os.O_CREAT, 0o600)
    status, rss, err = end(start(["dkim-dnsrec", "-d", "example.com", "-s", "s", "-k", key,
                                  "-F", "zone"], null, out))
    ok(status == 0, "its record", err)
    SIGN = ["dkim-sign", "-d", "example.com", "-s", "s", "-k", key]
    VERIFY = ["dkim-verify", "-Z", zone]
    status, rss, err = end(start(["dkim-sign", "-V"], null, os.open("/dev/null", os.O_WRONLY)))
    ok(rss < LIMIT, "what this process itself adds to the figures is less than the limit: "
       "%d KiB" % (rss >> 10))

    measured("sign a file of 1 GiB, relaxed", SIGN, sparse(b""))
    measured("sign a pipe of 1 GiB, relaxed", SIGN, text(b""))
    for canon in ("simple/simple", "relaxed/relaxed"):
        f = field(canon, sparse(b""))
        measured("verify a file of 1 GiB, " + canon, VERIFY, sparse(f))
    measured("verify -f a file of 1 GiB", VERIFY + ["-f"], sparse(f))
    os.unlink(T + "/message")
    f = field("relaxed/relaxed", text(b""))
    measured("verify a pipe of 1 GiB", VERIFY, text(f))
    measured("verify -f a pipe of 1 GiB", VERIFY + ["-f"], text(f))
    f = field("simple/relaxed", blank(b""))
    measured("verify 100 million empty lines", VERIFY, blank(f))
    left = sorted(set(os.listdir(T)) - {"err", "field", "key.pem", "out", "zone"})
    ok(not left, "no temporary file is left", left)
finally:
    for name in os.listdir(T):
        os.unlink(os.path.join(T, name))
    os.rmdir(T)
print("1..%d" % n)
sys.exit(failed > 0)
