#!/usr/bin/env python3
"""-j: several processes share the work of dkim-verify and dkim-sign, and nothing
but the time it takes tells."""
import os
import signal
import socket
import struct
import subprocess
import sys
import threading
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
import forge  # noqa: E402
from forge import NOW, RSA, lf, run, sign  # noqa: E402

forge.need("dkim-verify")

T = forge.scratch()
tap = forge.Tap()
rsa = RSA(1024)
zone = forge.zone_file({"sel._domainkey.example.com": rsa.record()})
MSG = (b"From: Alice <alice@example.com>\r\nTo: bob@example.net\r\nSubject: greetings\r\n"
       b"\r\nHello.\r\n")
good = lf(sign(MSG, rsa))
bad = good.replace(b"greetings", b"salutations")
gone = lf(sign(MSG, rsa, s="gone"))
kinds = [good, bad, lf(MSG), gone, b""]


def verify(*args, stdin=b""):
    return run("dkim-verify", "-Z", zone, "--now", str(NOW), *args, stdin=stdin)


def same(a, b):
    return (a.status, a.out, a.err) == (b.status, b.out, b.err)


def both(what, *args, **more):
    one, three = (verify("-j", n, *args, **more) for n in ("1", "3"))
    tap.ok(same(one, three) and one.out, "%s: as with one process" % what, (one, three))


folder = os.path.join(T, "folder")
os.mkdir(folder)
names = [forge.write(os.path.join(folder, "%02d" % i), kinds[i % len(kinds)]) for i in range(30)]
names.insert(7, os.path.join(T, "missing"))
for form in ("authres", "json", "kv", "text", "tsv"):
    both("files, -F " + form, "-F", form, *names)
both("a folder", "-F", "json", folder)
both("--explain", "-F", "json", "--explain", *names[:8])
for form in ("text", "tsv", "json"):
    both("--summary -F " + form, "--summary", "-F", form, *names)
tap.eq(verify("-j", "3", *names[:1]).status, 0, "exit 0 where all pass")
tap.eq(verify("-j", "3", *names[:2]).status, 1, "exit 1 where one fails")
for n in ("0", "65", "x"):
    tap.eq(verify("-j", n, *names).status, 64, "-j %s is refused" % n)
tap.ok(verify("-j", "64", *names[:2]).out.count(b"header.d=") == 2, "more processes than files")

for n in ("1", "3"):
    os.mkdir(os.path.join(T, "dump" + n))
    verify("-j", n, "--dump", os.path.join(T, "dump" + n), *names[:7])
tap.eq(*([sorted((f, open(os.path.join(T, d, f), "rb").read()) for f in os.listdir(os.path.join(T, d)))
          for d in ("dump1", "dump3")] + ["--dump: the same files"]))

# -o, whole or not at all
r = verify("-j", "3", "-o", os.path.join(T, "out"), *names)
tap.eq(open(os.path.join(T, "out"), "rb").read(), verify(*names).out, "-o", r)

# mailboxes
ENV = b"From alice Sun Nov 22 10:00:00 2026\n"
boxes = [forge.write(os.path.join(T, "box%d" % i), b"".join(ENV + kinds[j % 4] + b"\n" for j in range(i)))
         for i in (5, 0, 1, 12)]
both("mailboxes", "--mbox", "-F", "json", *boxes)
both("one mailbox", "--mbox", "-F", "json", boxes[3])
both("mailboxes and a folder of them", "--mbox", "-F", "json", boxes[0], os.path.join(T, "missing"), boxes[3])
both("a mailbox from standard input", "--mbox", "-F", "json", stdin=open(boxes[3], "rb").read())


def feed(path, data):
    def go():
        try:
            with open(path, "wb") as f:
                f.write(data)
        except OSError:
            pass
    threading.Thread(target=go, daemon=True).start()


fifo = os.path.join(T, "fifo")
os.mkfifo(fifo)
feed(fifo, open(boxes[3], "rb").read())
r = verify("-j", "3", "--mbox", "-F", "tsv", boxes[0], fifo, boxes[2])
tap.eq(len(r.out.splitlines()), 1 + 5 + 12 + 1, "a mailbox that can be read only once", r)
feed(fifo, open(boxes[3], "rb").read())
os.mkdir(os.path.join(T, "dump-fifo"))
r = verify("-j", "3", "--mbox", "--dump", os.path.join(T, "dump-fifo"), "-F", "tsv", fifo, boxes[3])
tap.eq((len(r.out.splitlines()), r.err), (1 + 24, b""),
       "and with --dump the messages behind it have their own numbers", r)

# DNS: one of the processes asks
sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sock.bind(("127.0.0.1", 0))
asked = []
mood = {"delay": 0, "rcode": 0}


def serve():
    while True:
        q, peer = sock.recvfrom(4096)
        end = q.index(b"\0", 12) + 5
        asked.append(q[12:end])
        text = rsa.record()
        data = bytes([len(text)]) + text if len(text) < 256 else (
            b"\xff" + text[:255] + bytes([len(text) - 255]) + text[255:])
        time.sleep(mood["delay"])
        if mood["rcode"]:
            sock.sendto(q[:2] + bytes([0x81, 0x80 | mood["rcode"]]) + b"\0\1\0\0\0\0\0\0" + q[12:end], peer)
        else:
            sock.sendto(q[:2] + b"\x81\x80\0\1\0\1\0\0\0\0" + q[12:end] + b"\xc0\x0c" +
                        struct.pack("!HHIH", 16, 1, 60, len(data)) + data, peer)


threading.Thread(target=serve, daemon=True).start()
server = "127.0.0.1@%d" % sock.getsockname()[1]
two = forge.write(os.path.join(T, "two"), lf(sign(MSG, rsa, s="other")))
for delay in (0, 0.3):
    mood["delay"] = delay
    del asked[:]
    r = run("dkim-verify", "-j", "4", "-n", server, "--now", str(NOW), "-F", "tsv", *([names[0], two] * 40))
    tap.eq((r.status, len(asked), len(set(asked)), r.out.count(b"\tpass\t")), (0, 2, 2, 80),
           "eighty messages, four processes, two keys, answers after %s s: two queries" % delay, r)
mood.update(delay=0, rcode=3)
del asked[:]
r = run("dkim-verify", "-j", "4", "-n", server, "--now", str(NOW), "-F", "tsv", *([names[0]] * 40))
tap.eq((r.out.count(b"key-missing"), len(asked)), (40, 1), "and for a key that is missing", r)
mood.update(rcode=2)
r = run("dkim-verify", "-j", "4", "-T", "2", "-n", server, "--now", str(NOW), "-F", "tsv", *([names[0]] * 12))
tap.eq((r.status, r.out.count(b"\ttemperror\t")), (75, 12), "what fails fails for each", r)
mood.update(rcode=0)


# A process that is killed.
def children(pid):
    with open("/proc/%d/task/%d/children" % (pid, pid)) as f:
        return [int(x) for x in f.read().split()]


def alive(pid):
    try:
        with open("/proc/%d/stat" % pid) as f:
            return f.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def until(what):
    end = time.monotonic() + 20
    while not what() and time.monotonic() < end:
        time.sleep(0.01)
    return bool(what())


def start(*args):
    """The second of two processes has read the FIFO's file name, and waits."""
    p = subprocess.Popen(args, stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL)
    if not until(lambda: len(children(p.pid)) == 2):
        tap.ok(False, "two processes", children(p.pid))
    time.sleep(0.3)
    return p, children(p.pid)


mixed = [names[0], names[0], names[0], fifo, names[0], names[0], names[0]]
p, workers = start("dkim-verify", "-Z", zone, "--now", str(NOW), "-j", "2", "-F", "tsv", *mixed)
os.kill(workers[1], signal.SIGKILL)
out, err = p.communicate(timeout=60)
tap.eq((p.returncode, out.count(b"\tpass\t"), err),
       (75, 5, b"dkim-verify: %s: the process that had it: ended by signal 9\n"
        b"dkim-verify: %s: the process that had it: ended by signal 9\n" % (fifo.encode(), names[0].encode())),
       "a killed process: its files are reported, exit 75, the others go on")

signed = lf(MSG)
key = forge.write(os.path.join(T, "key.pem"), rsa.pem(), 0o600)


def messages(where):
    os.mkdir(os.path.join(T, where))
    return [forge.write(os.path.join(T, where, "%02d" % i), signed.replace(b"Hello", b"Hello %d" % i))
            for i in range(20)]


def outcome(where):
    d = os.path.join(T, where)
    return sorted((f, open(os.path.join(d, f), "rb").read()) for f in os.listdir(d))


SIGN = ["dkim-sign", "-s", "sel", "-k", key, "--now", str(NOW)]
plain = messages("plain")
plain.insert(5, os.path.join(T, "missing"))
plain.insert(9, forge.write(os.path.join(T, "empty"), b""))
got = []
for n in ("1", "3"):
    os.mkdir(os.path.join(T, "signed" + n))
    got.append(run(*SIGN, "-j", n, "-o", os.path.join(T, "signed" + n), *plain))
tap.ok(same(*got) and got[0].status == 75 and got[0].err.count(b"\n") == 2,
       "dkim-sign -o: what fails is reported in order, the exit status is the same", got)
tap.eq(outcome("signed1"), outcome("signed3"), "and so are the files")
tap.eq(len(outcome("signed3")), 20, "and they are all there")
place = messages("place")
r = run(*SIGN, "-j", "4", "--in-place", *place)
tap.eq((r.status, outcome("place")), (0, outcome("signed1")), "--in-place", r)
tap.eq(run(*SIGN, "-j", "4", stdin=signed).status, 0, "-j means nothing to a single message")
keys = os.path.join(T, "keys", "example.com")
os.makedirs(keys)
os.symlink("2026.pem", os.path.join(keys, "current.rsa"))
forge.write(os.path.join(keys, "2026.pem"), rsa.pem(), 0o600)
os.mkdir(os.path.join(T, "fromdir"))
r = run("dkim-sign", "-D", os.path.dirname(keys), "-j", "3", "-o", os.path.join(T, "fromdir"), *messages("dir"))
tap.eq((r.status, len([1 for _, m in outcome("fromdir") if b" s=2026;" in m])), (0, 20), "with a key directory", r)

killed = messages("killed")
os.mkdir(os.path.join(T, "target"))
p, workers = start(*SIGN, "-j", "2", "-o", os.path.join(T, "target"), killed[0], fifo, killed[1], killed[2], killed[3])
os.kill(workers[1], signal.SIGKILL)
out, err = p.communicate(timeout=60)
tap.eq((p.returncode, err, [f for f, _ in outcome("target")]),
       (75, b"dkim-sign: %s: the process that had it: ended by signal 9\n"
        b"dkim-sign: %s: the process that had it: ended by signal 9\n" % (fifo.encode(), killed[2].encode()),
        ["00", "01", "03"]), "a killed process of dkim-sign")

# The parent goes: nobody stays behind.
p, workers = start("dkim-verify", "-Z", zone, "-j", "2", names[0], fifo, *([names[0]] * 9))
p.kill()
p.wait()
feed(fifo, good)
p.communicate(timeout=60)
tap.ok(until(lambda: not any(alive(w) for w in workers)), "when the first process is killed the others end")
p = subprocess.Popen(["sh", "-c", "exec dkim-verify -Z zone -j 2 $(yes folder | head -500) | head -1"],
                     cwd=T, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
out, err = p.communicate(timeout=60)
tap.eq((out.count(b"\n"), err.count(b"parent")), (1, 0), "and when nobody reads what it writes", err)
tap.done()
