#!/usr/bin/env python3
# test: once
"""Machines that fail: E10, E11, F19, H8, H9, H10, H13, H14.  Every allocation and every
call that reads, writes, opens or names a file fails once or does half its work,
a signal comes before every one of them (tests/lib/inject.c); then full disks,
closed descriptors, limits.  Each time: the whole output and 0, or the right
exit status and nothing; no temporary file; what was there before is as it was."""
import os
import re
import resource
import shutil
import signal
import socket
import struct
import subprocess
import sys
import threading

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
import forge  # noqa: E402
from forge import Ed25519, RSA, at  # noqa: E402

forge.need("dkim-sign", "dkim-verify", "dkim-keygen", "dkim-dnsrec", "dkim-check")
T = forge.scratch()
tap = forge.Tap()
NOW = str(forge.NOW)
MIB = 1 << 20
rsa, ed = RSA(1024), Ed25519()


forge.write(at("key.pem"), rsa.pem(), 0o600)
forge.write(at("ed.pem"), ed.pem(), 0o600)
forge.write(at("example.com.pem"), ed.pem(), 0o600)
forge.write(at("command"), "#!/bin/sh\necho ed\nexec cat '%s'\n" % at("ed.pem"), 0o755)
forge.zone_file({"sel._domainkey.example.com": rsa.record(),
                 "ed._domainkey.example.com": ed.record()})
for name in ("tmp", "out", "keys", "use", "use/example.com"):
    os.mkdir(at(name))
forge.write(at("use/example.com/ed.pem"), ed.pem(), 0o600)
os.symlink("ed.pem", at("use/example.com/current.ed25519"))
ENV = dict(os.environ, TMPDIR=at("tmp"))
MSG = b"From: Alice <alice@example.com>\nTo: bob@example.net\nSubject: hello\n\nHello.\n"
BIG = MSG + b"a line of text, and a second one of 64 octets with white  space\n" * 18000
SIGN = ["dkim-sign", "-d", "example.com", "-s", "sel", "-k", at("key.pem"), "-s", "ed", "-k",
        at("ed.pem"), "--now", NOW]
VERIFY = ["dkim-verify", "-A", "mx.example.net", "-Z", at("zone"), "--now", NOW]
SIGN_ONE = ["dkim-sign", "-d", "example.com", "--now", NOW]
KEYGEN = ["dkim-keygen", "-a", "ed25519", "-d", "example.com", "-s", "sel", "--now", NOW]


def go(argv, data=b"", env=ENV, **how):
    p = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                         stderr=subprocess.PIPE, env=env, **how)
    try:
        out, err = p.communicate(data, 60)
    except subprocess.TimeoutExpired:
        p.kill()
        out, err = p.communicate()
        return -99, out, err
    return p.returncode, out, err


def file_at(path):
    try:
        with open(path, "rb") as f:
            return f.read()
    except FileNotFoundError:
        return None


def fresh():
    for folder in ("tmp", "out", "keys"):
        shutil.rmtree(at(folder))
        os.mkdir(at(folder))


class Scene:
    """One way to run a program: argv, its input, the file it makes (or None for
    standard output) with what was in it before, and what counts as right."""

    def __init__(self, name, argv, data=b"", target=None, before=None, ok=None, most=400):
        self.name, self.argv, self.data, self.most = name, argv, data, most
        self.target, self.before = target, before
        self.set()
        status, out, err = go(argv, data)
        self.want = out
        self.made = file_at(target) if target else None
        self.good = ok or self.same
        if status or err or not (out or self.made) or not self.good(out, self.made):
            tap.ok(False, name + ": works", status, out[:200], err)

    def set(self):
        fresh()
        if self.before is not None:
            forge.write(self.target, self.before)

    def same(self, out, made):
        return out == self.want and made == self.made

    def judge(self, status, out, err, partial, signaled):
        """What is wrong with this end, or None."""
        made = file_at(self.target) if self.target else None
        left = os.listdir(at("tmp")) + [x for x in os.listdir(at("out")) if self.target !=
                                        os.path.join(at("out"), x)]
        left += [x for _, _, files in os.walk(at("keys")) for x in files
                 if not x.endswith(".pem") and x != "current.ed25519"]
        if left and signaled != -signal.SIGKILL:
            return "left behind: %s" % left
        if status == 0:
            return None if self.good(out, made) and not err else "0, and not what it should be"
        if self.target and made != self.before and not (made and self.complete(made)):
            return "a file that is neither the old nor the new one"
        if out and not (partial and self.want.startswith(out)) and \
                not (self.target and made and self.good(out, made)):
            return "%d octets on standard output, %s" % (len(out), out[:100])
        if signaled and status == signaled:
            return None
        allowed = (75,) if self.argv[0] in ("dkim-sign", "dkim-verify") else \
            (66, 70, 71, 73, 74, 75, 77, 78)
        if status not in allowed:
            return "exit %d" % status
        return None if err.count(b"\n") == 1 or partial and not err else "standard error"

    def complete(self, made):
        if self.made and made == self.made:
            return True
        return made.startswith(b"-----BEGIN PRIVATE KEY-----\n") and \
            made.endswith(b"-----END PRIVATE KEY-----\n")


def pair(out, made):
    """The key that was made has the record that was printed."""
    forge.write(at("pair.pem"), made or b"", 0o600)
    status, record, _ = go(["dkim-dnsrec", "-d", "example.com", "-s", "sel", "-k", at("pair.pem")])
    lines = out.splitlines(True)
    return status == 0 and record == b"".join(x for x in lines if x[:1] != b";") and \
        lines[-1][:1] == b";" and lines[-1][-1:] == b"\n"


def pair_in_use(out, made):
    link = at("keys/example.com/current.ed25519")
    return pair(out, made) and os.path.islink(link) and os.readlink(link) == "sel.pem"


def verdict(out, made):
    """A pass, or a temporary error: never a fault of this machine as a judgement."""
    out += made or b""
    return b"dkim=pass" in out and b"dkim=fail" not in out and b"=permerror" not in out


def found(out, made):
    return b"error:" not in out and out.count(b"\n") >= 2 and b"ok" in out


def name_server():
    """Answers each query with the keys; a thread, which ends with the test."""
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.bind(("127.0.0.1", 0))

    def serve():
        while True:
            query, peer = s.recvfrom(512)
            end = query.index(b"\0", 12) + 5
            record = forge.octets((ed if query[13:15] == b"ed" else rsa).record())
            text = b"".join(bytes([len(record[i:i + 255])]) + record[i:i + 255]
                            for i in range(0, len(record), 255))
            s.sendto(query[:2] + struct.pack(">HHHHH", 0x8180, 1, 1, 0, 0) + query[12:end] +
                     struct.pack(">HHHIH", 0xC00C, 16, 1, 60, len(text)) + text, peer)

    threading.Thread(target=serve, daemon=True).start()
    return "127.0.0.1@%d" % s.getsockname()[1]


SIGNED = go(SIGN, MSG)[1]
BIG_SIGNED = go(SIGN, BIG)[1]
os.mkdir(at("mail"))
forge.write(at("mail/1"), SIGNED)
if BIG_SIGNED[-100:] != BIG[-100:]:
    forge.skip_all("nothing can be signed here")


def filtered(text):
    def check(out, made):
        return out.endswith(text) and out.startswith(b"Authentication-Results: mx.ex") and \
            len(out) < len(text) + 900 and b"dkim=fail" not in out[:900] and \
            b"dkim=permerror" not in out[:900] and b"dkim=neutral" not in out[:900]
    return check


SCENES = [
    Scene("sign a pipe", SIGN, MSG),
    Scene("sign 1.2 MiB", SIGN, BIG, most=60),
    Scene("sign -o", SIGN + ["-o", at("out/m")], MSG, target=at("out/m"), most=150),
    Scene("sign --in-place", SIGN + ["--in-place", at("out/m")], b"", target=at("out/m"),
          before=MSG, most=150),
    Scene("verify", VERIFY, SIGNED, ok=verdict),
    Scene("verify -f 1.2 MiB", VERIFY + ["-f"], BIG_SIGNED, ok=filtered(BIG_SIGNED), most=60),
    Scene("keygen -o", KEYGEN + ["-o", at("out/k")], b"", target=at("out/k"), ok=pair, most=150),
    Scene("keygen -D", KEYGEN + ["-D", at("keys")], b"",
          target=at("keys/example.com/sel.pem"), ok=pair, most=100),
    Scene("keygen --force", KEYGEN + ["-o", at("out/k"), "--force"], b"", target=at("out/k"),
          before=ed.pem().encode(), ok=pair, most=100),
    Scene("dnsrec", ["dkim-dnsrec", "-d", "example.com", "-s", "sel", "-k", at("key.pem")],
          most=100),
    Scene("sign, for a command", SIGN + ["--", "cat"], MSG, most=60),
    Scene("sign from a folder of keys", SIGN_ONE + ["-D", at("use")], MSG, most=60),
    Scene("sign by a template", SIGN_ONE + ["-s", "ed", "-k", at("%d.pem")], MSG, most=60),
    Scene("sign by a key command", SIGN_ONE + ["--key-command", at("command")], MSG, most=60),
    Scene("verify -o", VERIFY + ["-o", at("out/v")], SIGNED, target=at("out/v"), before=b"old",
          ok=verdict, most=60),
    Scene("verify -f, for a command", VERIFY + ["-f", "--", "cat"], SIGNED, ok=filtered(SIGNED),
          most=60),
    Scene("verify, a folder", VERIFY + [at("mail")], ok=verdict, most=60),
    Scene("verify, asking a server", ["dkim-verify", "-A", "mx.example.net", "-n", name_server(),
                                      "-T", "1", "--now", NOW], SIGNED, ok=verdict, most=60),
    Scene("dnsrec -D", ["dkim-dnsrec", "-D", at("use"), "-F", "json"], most=60),
    Scene("keygen --activate", KEYGEN + ["-D", at("keys"), "--activate"],
          target=at("keys/example.com/sel.pem"), ok=pair_in_use, most=100),
    Scene("check", ["dkim-check", "-d", "example.com", "-s", "ed", "-k", at("ed.pem"), "-Z",
                    at("zone")], ok=found, most=60),
    Scene("check -m", ["dkim-check", "-m", "-Z", at("zone"), "--now", NOW], SIGNED, most=60),
]

# ------------------------------------------------------------------ injection
EIO, EINTR, EAGAIN, ENOMEM, EACCES, EMFILE, ENOSPC, ENETUNREACH = 5, 4, 11, 12, 13, 24, 28, 101
FAULTS = [("alloc", [ENOMEM]), ("read", [EIO, EINTR, "short"]), ("write", [EIO, ENOSPC, EINTR, "short"]),
          ("pread", [EIO, EINTR, "short"]), ("open", [EACCES, EMFILE]), ("close", [EIO]),
          ("fsync", [EIO]), ("rename", [EIO]), ("link", [ENOSPC]), ("unlink", [EIO]),
          ("lseek", [EIO]), ("ftruncate", [EIO]), ("fstat", [EIO]), ("stat", [EIO]),
          ("fchmod", [EACCES]), ("mkdir", [ENOSPC]), ("poll", [EINTR]), ("symlink", [ENOSPC]),
          ("readlink", [EIO]), ("opendir", [EMFILE]), ("readdir", [EIO]),
          ("exec", [EACCES]), ("pipe", [EMFILE]), ("dup", [EMFILE]), ("spawn", [EAGAIN]),
          ("wait", [EINTR]), ("socket", [EMFILE]), ("connect", [EINTR, ENETUNREACH]),
          ("send", [EINTR, ENETUNREACH]), ("recv", [EINTR, EIO])]
SIGNALS = [signal.SIGTERM, signal.SIGKILL, signal.SIGHUP]
# These may happen when some of the output has been written.
PARTIAL = ("write", "close", "pread", "readdir")
# A verdict printed as temperror exits with 75 and is written: that is an answer.
ANSWERS = ("verify", "verify -o", "verify, asking a server", "check -m")
TEMPORARY = (b"dkim=temperror", b"error signature-temporary")


def build():
    so = at("inject.so")
    for cc in ("cc", "gcc", "clang"):
        try:
            p = subprocess.run([cc, "-D_GNU_SOURCE", "-O1", "-U_FORTIFY_SOURCE", "-fPIC", "-shared",
                                "-o", so, os.path.join(forge.TESTS, "lib", "inject.c"), "-ldl"],
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        except OSError:
            continue
        if p.returncode == 0:
            env = dict(ENV, LD_PRELOAD=so, INJECT="any 0 0", INJECT_COUNT=at("count"))
            if go(SIGN, MSG, env)[0] == 0 and int(file_at(at("count")) or 0) > 3:
                return so
    return None


def total(so, scene, call):
    scene.set()
    go(scene.argv, scene.data, dict(ENV, LD_PRELOAD=so, INJECT=call + " 0 0",
                                    INJECT_COUNT=at("count")))
    return int(file_at(at("count")) or 0)


def inject(so, scene, call, how):
    """Every number, or every second, third... when they are too many."""
    n = total(so, scene, call)
    step = -(-n // scene.most) or 1
    wrong, crashed = [], 0
    for i in range(1, n + 1, step):
        scene.set()
        number = {"short": 0}.get(how, how)
        status, out, err = go(scene.argv, scene.data, dict(
            ENV, LD_PRELOAD=so, INJECT="%s %d %d" % (call, i, number)))
        signaled = number if number < 0 else 0
        if call == "alloc" and scene.argv[0] in ("dkim-verify", "dkim-check") and \
                status in (-6, -11) and not out:
            crashed += 1                    # ldns does not look at what malloc gives it
            continue
        if call == "unlink" and scene.target:
            for name in os.listdir(os.path.dirname(scene.target)):
                if name != os.path.basename(scene.target):
                    os.unlink(os.path.join(os.path.dirname(scene.target), name))
        if scene.name in ANSWERS and status == 75 and not err and any(
                word in (scene.target and file_at(scene.target) or out) for word in TEMPORARY):
            continue
        why = scene.judge(status, out, err, call in PARTIAL or signaled, signaled)
        if not why and how in ("short", EINTR) and call in ("read", "write", "pread") and status:
            why = "not tried again: exit %d" % status
        if why:
            wrong.append("number %d: %s; exit %d, %d octets, %r" % (i, why, status, len(out), err[:200]))
    if crashed > 150:
        wrong.append("%d crashes in ldns" % crashed)
    return n, step, wrong


so = build()
if so is None:
    tap.skip("a call fails", "no compiler, or not the C library that inject.c knows")
for scene in SCENES if so else []:
    counts, wrong = [], []
    for call, hows in FAULTS:
        for how in hows:
            n, step, bad = inject(so, scene, call, how)
            wrong += ["%s, %s, %s" % (call, how, b) for b in bad]
        if n:
            counts.append("%s %d%s" % (call, n, "/%d" % step if step > 1 else ""))
    tap.ok(not wrong, "E10, F19, H9, H14: %s: each call fails once (%s)" % (
        scene.name, ", ".join(counts)), "%d wrong" % len(wrong), *wrong[:12])
    wrong = []
    for sig in SIGNALS:
        n, step, bad = inject(so, scene, "any", -sig)
        wrong += ["signal %d, %s" % (sig, b) for b in bad]
    tap.ok(not wrong, "F19, H13: %s: a signal before each of %d calls%s" % (
        scene.name, n, ", every %d" % step if step > 1 else ""), "%d wrong" % len(wrong), *wrong[:12])

# ------------------------------------------------- a signal at each system call


def traced(scene, inject=None):
    """The names of its system calls, in order, and the end as go() gives it."""
    scene.set()
    end = go(["strace", "-o", at("trace")] + (["-e", "inject=" + inject] if inject else []) +
             scene.argv, scene.data)
    return re.findall(r"^(\w+)\(.*", (file_at(at("trace")) or b"").decode("latin-1"), re.M), end


def beside(scene):
    """What else is in the folder of the target: the whole file under a name of its
    own, or a link, that is all a SIGKILL may leave where there is O_TMPFILE."""
    folder, name = os.path.split(scene.target)
    wrong = []
    for x in sorted(set(os.listdir(folder) if os.path.isdir(folder) else ()) - {name, "current.ed25519"}):
        path = os.path.join(folder, x)
        whole = os.path.islink(path) or scene.complete(file_at(path))
        if not re.fullmatch(re.escape(name) + r"\.\w{8}|current\.ed25519\.\w{8}", x) or not whole:
            wrong.append(x)
    return wrong


NAMED = [x for x in SCENES if x.name in ("sign -o", "sign --in-place", "keygen --activate")]
try:
    os.close(os.open(at("out"), os.O_TMPFILE | os.O_WRONLY))
except OSError:
    def beside(scene):
        return []
traceable = bool(shutil.which("strace")) and bool(traced(NAMED[0])[0])
if not traceable:
    tap.skip("H13: a signal at each system call", "no strace here, or ptrace(2) is not allowed")
for scene in NAMED if traceable else []:
    calls, _ = traced(scene)
    first = calls.index("prctl")            # those of the loader come before
    for sig in (signal.SIGTERM, signal.SIGKILL):
        wrong, ended = [], 0
        for i in range(first, len(calls)):
            number = calls[:i + 1].count(calls[i])
            now, (status, out, err) = traced(scene, "%s:signal=%d:when=%d" % (
                calls[i], sig, number))
            why = scene.judge(status, out, err, True, -sig)
            ended += status == -sig
            if not why and status != -sig and (sig == signal.SIGKILL or status) and \
                    now.count(calls[i]) >= number:  # futex, getrandom: not the same each time
                why = "not ended by the signal"
            if not why and beside(scene):
                why = "beside it: %s" % beside(scene)
            if why:
                wrong.append("%s %d: %s; exit %d %r" % (calls[i], number, why, status, err[:200]))
        tap.ok(not wrong and ended > 20, "H13: %s: %s at each of %d system calls, which ended it %d"
               " times" % (scene.name, sig.name, len(calls) - first, ended), *wrong[:12])

# --------------------------------------------------------------------- limits


def limited(what, n):
    return lambda: resource.setrlimit(what, (n, n))


for scene in SCENES:
    wrong, none, some = [], 0, 0
    for kib in list(range(2048, 16384, 1024)):
        scene.set()
        status, out, err = go(scene.argv, scene.data, preexec_fn=limited(
            resource.RLIMIT_AS, kib << 10))
        none += status == 0
        if status == 127 or status < 0 and not out and kib < 8192:
            continue                        # not even the libraries fit
        why = None if scene.name in ANSWERS and status == 75 else scene.judge(
            status, out, err, False, 0)
        if why:
            wrong.append("%d KiB: %s; exit %d %r" % (kib, why, status, err[:200]))
    tap.ok(not wrong and none, "E10: %s: RLIMIT_AS from 2 to 16 MiB" % scene.name, none, *wrong)
    wrong = []
    for n in range(3, 9):
        scene.set()
        status, out, err = go(scene.argv, scene.data, preexec_fn=limited(
            resource.RLIMIT_NOFILE, n))
        why = None if status == 127 else scene.judge(status, out, err, False, 0)
        if why:
            wrong.append("%d: %s; exit %d %r" % (n, why, status, err[:200]))
    tap.ok(not wrong, "E11: %s: RLIMIT_NOFILE from 3 to 8" % scene.name, *wrong)
    wrong = []
    for size in (0, 1, 100, 4096, 65536, MIB):
        scene.set()
        status, out, err = go(scene.argv, scene.data, preexec_fn=limited(
            resource.RLIMIT_FSIZE, size))
        why = scene.judge(status, out, err, False, -signal.SIGXFSZ)
        if why:
            wrong.append("%d: %s; exit %d %r" % (size, why, status, err[:200]))
    tap.ok(not wrong, "E11, H13: %s: RLIMIT_FSIZE" % scene.name, *wrong)

# --------------------------------------------------- descriptors, devices, disks
for scene in SCENES:
    for closed in ((0,), (1,), (2,), (0, 1), (0, 2), (1, 2), (0, 1, 2)):
        scene.set()
        name = "%s: descriptors %s closed" % (scene.name, ",".join(map(str, closed)))
        out = forge.write(at("stdout"), b"")

        def shut(closed=closed):
            for fd in closed:
                os.close(fd)

        with open(out, "r+b") as f, open(forge.write(at("stdin"), scene.data), "rb") as g:
            p = subprocess.Popen(scene.argv, stdin=g, stdout=f, stderr=subprocess.PIPE, env=ENV,
                                 preexec_fn=shut)
            err = p.communicate(timeout=60)[1]
        made = file_at(scene.target) if scene.target else None
        keys = [x for x in (file_at(at("key.pem")), file_at(at("ed.pem"))) if b"BEGIN" not in x]
        wrote = file_at(out)
        right = scene.good(wrote, made) if p.returncode == 0 else \
            wrote == b"" and made in (None, scene.before) or made and scene.complete(made)
        if 1 in closed:
            right = right and (p.returncode != 0 or not scene.want)
        elif 0 not in closed or not scene.data:
            right = right and p.returncode == 0
        tap.ok(right and not keys and (2 not in closed or not err), "H8, H9, H10: " + name,
               p.returncode, err, wrote[:200])
    if os.path.exists("/dev/full"):
        scene.set()
        with open("/dev/full", "wb") as f:
            p = subprocess.Popen(scene.argv, stdin=subprocess.PIPE, stdout=f, stderr=subprocess.PIPE,
                                 env=ENV)
            err = p.communicate(scene.data, 60)[1]
        want = (0,) if not scene.want else (1,) if "cat" in scene.argv else (74, 75)
        tap.ok(p.returncode in want and err.count(b"\n") == (1 if scene.want else 0),
               "H8: %s to /dev/full" % scene.name, p.returncode, err)

for name, argv, data in (("sign", SIGN, BIG), ("verify -f", VERIFY + ["-f"], BIG_SIGNED),
                         ("sign, for a command", SIGN + ["--", "cat"], MSG)):
    for argv, want in ((argv, 75), (argv[:1] + ["--exit-style", "sysexits"] + argv[1:], 73)):
        status, out, err = go(argv, data, dict(ENV, TMPDIR=at("nowhere")))
        tap.ok(status == want and not out and err.count(b"\n") == 1,
               "H14: %s: TMPDIR is missing: %d" % (name, want), status, len(out), err)

disk = at("disk")
os.mkdir(disk)
mounted = False
if os.geteuid() == 0:
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=512k", "none", disk],
                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0
if mounted:
    try:
        env = dict(ENV, TMPDIR=disk)
        for name, argv, data in (("sign", SIGN, BIG), ("verify -f", VERIFY + ["-f"], BIG_SIGNED)):
            status, out, err = go(argv, data, env)
            tap.ok(status == 75 and not out and err.count(b"\n") == 1 and not os.listdir(disk),
                   "H14: %s: the spool fills the disk" % name, status, len(out), err)
        forge.write(os.path.join(disk, "m"), b"the old one")
        with open(at("big"), "wb") as f:
            f.write(BIG)
        status, out, err = go(SIGN + ["-o", disk, at("big")])
        status2, out2, err2 = go(SIGN + ["-o", os.path.join(disk, "m")], BIG)
        tap.ok(status == status2 == 75 and os.listdir(disk) == ["m"] and
               file_at(os.path.join(disk, "m")) == b"the old one",
               "H14: -o on a full disk: the old file, nothing else", status, status2, err, err2,
               os.listdir(disk))
        fd = os.open(os.path.join(disk, "fill"), os.O_WRONLY | os.O_CREAT)
        try:
            while os.write(fd, b"x" * 4096):
                pass
        except OSError:
            os.close(fd)
        status, out, err = go(KEYGEN + ["-o", os.path.join(disk, "k.pem")])
        tap.ok(status in (73, 74) and not out and sorted(os.listdir(disk)) == ["fill", "m"],
               "F19, H14: a key on a full disk: no file, no record", status, out, err,
               os.listdir(disk))
        os.unlink(os.path.join(disk, "fill"))
        status, out, err = go(KEYGEN + ["-o", os.path.join(disk, "k.pem")])
        tap.ok(status == 0 and pair(out, file_at(os.path.join(disk, "k.pem"))),
               "F19: and run again with room: the key and its record", status, err)
    finally:
        subprocess.run(["umount", disk])
else:
    tap.skip("H14: a full disk", "no tmpfs to be had: not root, or no right to mount")
tap.done()
