#!/usr/bin/env python3
# test: alone
"""Many messages through one process: signed into a folder, signed again in place,
verified as files and as a mailbox.  Every one passes, memory does not grow with
their number, and (in the build with sanitizers) nothing leaks.

DKIM_SOAK=1000000 says how many, where there is an hour and 5 GB of disk; the
programs then get as many as the length of a command line allows."""
import os
import subprocess
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
import forge  # noqa: E402
from forge import Ed25519, RSA  # noqa: E402

forge.need("dkim-sign", "dkim-verify")
SANITIZED = bool(os.environ.get("DKIM_SANITIZED"))
COUNT = int(os.environ.get("DKIM_SOAK") or (200 if SANITIZED else 1000))
BATCH = 50000
T = forge.scratch()
tap = forge.Tap()
os.chdir(T)
rsa, ed = RSA(1024), Ed25519()
forge.write("rsa.pem", rsa.pem(), 0o600)
forge.write("ed.pem", ed.pem(), 0o600)
forge.write("zone", forge.zone({"rsa._domainkey.example.com": rsa.record(),
                                "ed._domainkey.example.com": ed.record()}))
KEYS = ["-d", "example.com", "-s", "rsa", "-k", "rsa.pem", "-s", "ed", "-k", "ed.pem"]


def message(i):
    """Not two alike, in what they hold and how they end."""
    eol = b"\r\n" if i % 3 == 0 else b"\n"
    lines = [b"From: Alice <alice@example.com>", b"To: bob%d@example.net" % i,
             b"Subject: number %d" % i] + [b"X-%d: " % k + b"y" * (i % 70) for k in range(i % 9)]
    lines += [b"", b"Hello."] + [b"line %d " % k * (i % 5) for k in range(i % 40)]
    return eol.join(lines) + (eol if i % 7 else b"")


def memory(pid):
    """The most that it or one of its workers has had so far, in KiB; 0 when gone."""
    try:
        with open("/proc/%d/task/%d/children" % (pid, pid)) as f:
            return max([peak(pid)] + [peak(int(p)) for p in f.read().split()])
    except OSError:
        return 0


def peak(pid):
    try:
        with open("/proc/%d/status" % pid) as f:
            for line in f:
                if line.startswith("VmHWM:"):
                    return int(line.split()[1])
    except OSError:
        pass
    return 0


def watched(argv):
    """Exit status, lines with "dkim=pass", and memory after a third of the time, when
    all names are read, and at the end."""
    with open("out", "wb") as out:
        p = subprocess.Popen(argv, stdout=out, stdin=subprocess.DEVNULL)
        seen, start = [], time.monotonic()
        while p.poll() is None:
            got = memory(p.pid)
            if got:
                seen.append((time.monotonic() - start, got))
            time.sleep(0.01 if len(seen) < 100 else 0.5)
    with open("out", "rb") as f:
        passes = sum(line.count(b"dkim=pass") for line in f)
    third = seen[-1][0] / 3 if seen else 0
    return p.returncode, passes, [got for when, got in seen if when >= third]


def judge(name, status, grown, first, last):
    tap.ok(status == 0, "%s: exit status 0" % name, status)
    if SANITIZED or not last:
        tap.skip("%s: memory" % name, "too short, or sanitizers need their own")
    else:
        tap.ok(grown < 2048, "%s: memory does not grow (%d to %d KiB)" % (name, first, last))


class Totals:
    def __init__(self):
        self.status, self.passes, self.first, self.last = 0, 0, 0, 0
        self.seconds = 0

    def add(self, argv):
        start = time.monotonic()
        status, passes, seen = watched(argv)
        self.seconds += time.monotonic() - start
        self.status = self.status or status
        self.passes += passes
        if seen:
            self.first = self.first or seen[0]
            self.last = max(self.last, seen[-1])

    def judge(self, name):
        judge("%s, %d messages" % (name, COUNT), self.status, self.last - self.first,
              self.first, self.last)
        print("# %.1f s" % self.seconds)


signed, again, files, box = Totals(), Totals(), Totals(), Totals()
os.mkdir("s")
os.mkdir("m")
with open("mbox", "wb") as mbox:
    for begin in range(0, COUNT, BATCH):
        names = ["m/%d" % i for i in range(begin, min(begin + BATCH, COUNT))]
        for i, name in enumerate(names, begin):
            forge.write(name, message(i))
        signed.add(["dkim-sign"] + KEYS + ["-o", "s"] + names)
        names = [name.replace("m/", "s/") for name in names]
        again.add(["dkim-sign", "--in-place", "--if-signed", "replace"] + KEYS + names)
        files.add(["dkim-verify", "-A", "mx.example.net", "-Z", "zone"] + names)
        for name in names:
            with open(name, "rb") as f:
                mbox.write(b"From a@example.com Thu Jan  1 00:00:00 2026\n" + f.read() + b"\n\n")
            os.unlink(name)
            os.unlink(name.replace("s/", "m/"))
box.add(["dkim-verify", "-A", "mx.example.net", "-Z", "zone", "--mbox", "mbox"])
signed.judge("signed into a folder")
again.judge("signed again in place")
files.judge("verified as files")
tap.ok(files.passes == 2 * COUNT, "two signatures of each file pass", files.passes)
box.judge("verified as a mailbox")
tap.ok(box.passes == 2 * COUNT, "two signatures of each in the mailbox pass", box.passes)
tap.done()
