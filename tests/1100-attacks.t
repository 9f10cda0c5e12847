#!/usr/bin/env python3
# test: once
"""Hostile and malformed input, case by case: every id of tests/data/attacks.txt
is named by a test, and what the other files do not show is shown here.  Always:
all or nothing, one line on standard error, bounded time."""
import os
import re
import resource
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
import forge  # noqa: E402
from forge import Ed25519, RSA, at, run  # noqa: E402

forge.need("dkim-sign", "dkim-verify", "dkim-keygen", "dkim-dnsrec")

NOW = str(forge.NOW)
T = forge.scratch()
tap = forge.Tap()
rsa, ed = RSA(1024), Ed25519()
MIB = 1 << 20
SCALE = 16 if os.environ.get("DKIM_SANITIZED") else 1


def put(name, data, mode=0o644):
    """A new file, even where one of the name was of another kind."""
    if os.path.lexists(at(name)):
        os.unlink(at(name))
    return forge.write(at(name), data, mode)


put("key.pem", rsa.pem(), 0o600)
put("ed.pem", ed.pem(), 0o600)
put("zone", forge.zone({"sel._domainkey.example.com": rsa.record(),
                        "ed._domainkey.example.com": ed.record()}))
HEAD = b"From: Alice <alice@example.com>\nTo: bob@example.net\nSubject: hello\n"
MSG = HEAD + b"\nHello.\n"
SIGN = ["dkim-sign", "-d", "example.com", "-s", "sel", "-k", at("key.pem"), "--now", NOW,
        "--exit-style", "sysexits"]
VERIFY = ["dkim-verify", "-A", "mx.example.net", "-Z", at("zone"), "--now", NOW,
          "--exit-style", "sysexits"]
SIGNED = run(*SIGN, stdin=MSG).out
tap.ok(SIGNED.endswith(MSG) and run(*VERIFY, stdin=SIGNED).status == 0,
       "what everything below starts from: a message is signed and verifies")


def refused(name, r, *status):
    """The exit status, nothing written, one printable line that says why."""
    tap.ok(r.status in status and not r.out and r.err.count(b"\n") == 1
           and re.fullmatch(rb"[ -~]+\n", r.err), name, "want exit %s" % (status,), r)


def passed_on(name, message, word, seconds=2):
    """dkim-verify -f: the whole message goes out, and the verdict is word."""
    start = time.time()
    r = run(*VERIFY, "-f", stdin=message)
    took = time.time() - start
    top, _, rest = r.out.partition(message[:40])
    tap.ok(r.status == 0 and not r.err and r.out.endswith(message)
           and b"dkim=" + word in top and took < seconds * forge.SLOWER, name,
           "%.2f s, %d octets of %d" % (took, len(r.out), len(message)),
           r.out[:300], r.err[:300])


def quickly(name, argv, message, check, seconds=2):
    start = time.time()
    r = run(*argv, stdin=message)
    took = time.time() - start
    tap.ok(check(r) and took < seconds * forge.SLOWER, name, "%.2f s" % took, r)


# ------------------------------------------------------------------- the list
found = set()
for folder in (forge.TESTS, os.path.join(forge.TESTS, "unit")):
    for name in sorted(os.listdir(folder)):
        if not name.endswith((".t", ".c")):
            continue
        with open(os.path.join(folder, name), encoding="utf-8") as f:
            text = f.read()
        for m in re.finditer(r"(?<![\w\\%])([A-H])(\d{1,2})(?:-\1(\d{1,2}))?(?!\w)", text):
            for i in range(int(m[2]), int(m[3] or m[2]) + 1):
                found.add("%s%d" % (m[1], i))
missing, ids = [], 0
with open(os.path.join(forge.TESTS, "data", "attacks.txt"), encoding="utf-8") as f:
    for line in f:
        if line.startswith("#"):
            continue
        id_, _, _ = line.partition("\t")
        ids += 1
        if id_ not in found:
            missing.append(line.rstrip())
tap.ok(not missing and ids > 100, "each of the %d ids is named by a test" % ids, *missing)

# -------------------------------------------------------------- B: replay
tap.ok(all(run(*VERIFY, stdin=SIGNED).status == 0 for _ in range(3)),
       "B6: a message that is sent again is as good as the first time")

# ------------------------------------------------------ E: too much of a thing
big = HEAD + b"X: " + b"y" * (100 * MIB // SCALE) + b"\n\nHello.\n"
quickly("E3: a field of 100 MiB: not signed", SIGN, big, lambda r: r.status == 65 and not r.out)
passed_on("E3: a field of 100 MiB: permerror, and passed on whole", big, b"permerror", 4)
many = HEAD + b"X:\n" * (10 ** 7 // SCALE) + b"\nHello.\n"
quickly("E3: ten million fields: not signed", SIGN, many, lambda r: r.status == 65 and not r.out)
passed_on("E3: ten million fields: passed on whole", many, b"permerror", 4)
del big, many
endless = (HEAD + b"X: y\n" * 300000)[:-1]
quickly("E3: a header without end: not signed", SIGN, endless,
        lambda r: r.status == 65 and not r.out)
passed_on("E3: a header without end: passed on", endless, b"permerror")
folded = HEAD + b"X:" + b"\n y" * 1000000 + b"\n\nHello.\n"
quickly("E4: a field of a million folded lines", SIGN, folded,
        lambda r: r.status == 65 and not r.out)
passed_on("E4: the same, passed on", folded, b"permerror")
for what, value in (("folds", b"\n y" * 87000), ("spaces", b" " * 260000 + b"x"),
                    ("empty folds", b"\n " * 130000 + b"x")):
    m = HEAD + b"Comments:" + value + b"\n\n" + value + b"\n"
    for canon in ("simple/simple", "relaxed/relaxed"):
        argv = SIGN + ["-c", canon, "-H", "+Comments"]
        quickly("E4: 256 KiB of %s, %s" % (what, canon), argv, m,
                lambda r: r.status == 0 and r.out.endswith(m))
        quickly("E4: and verified", VERIFY, run(*argv, stdin=m).out, lambda r: r.status == 0)
# A domain of its own for each signature, and a name server that says nothing.
tarpit = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
tarpit.bind(("127.0.0.1", 0))
start = time.time()
r = run("dkim-verify", "-n", "127.0.0.1@%d" % tarpit.getsockname()[1], "-T", "2", "-F", "kv",
        "--now", NOW, stdin=b"".join(re.sub(rb"d=example\.com", b"d=x%d.example" % i, SIGNED[:-len(MSG)])
                                     for i in range(2000)) + MSG)
took = time.time() - start
tap.ok(r.status == 75 and 1 < took < 5 * forge.SLOWER and r.out.count(b"temperror") == 10,
       "E1: 2000 signatures of other domains, whose servers say nothing: one deadline",
       "%.1f s" % took, r.status, r.out[:2000], r.err)
tarpit.close()
deep = b"(" * 10 ** 6
m = b"From: " + deep + b" a@attack.com\n\nx\n"
quickly("E7: a million open comments in From:", ["dkim-sign", "-s", "sel", "-k", at("key.pem")],
        m, lambda r: r.status == 65 and not r.out)
passed_on("E7: the same, passed on", m, b"")
for what, value in (("open", b"(" * 250000), ("nested", b"(" * 120000 + b")" * 120000)):
    m = b"Authentication-Results: " + value + b" mx.example.net; dkim=pass\n" + MSG
    quickly("E7: 120000 %s comments in Authentication-Results: removed" % what,
            VERIFY + ["-f"], m,
            lambda r: r.status == 0 and r.out.endswith(MSG) and len(r.out) < 500)
net = MSG.replace(b"\n", b"\r\n")
for size, want in ((60000, b"pass"), (65536, b"neutral"), (250000, b"neutral"),
                   (MIB, b"permerror")):
    passed_on("E8: z= of %d octets: %s" % (size, want.decode()), forge.sign(
        net, rsa, tags=[("+z", "From:" + "a" * size)]), want)

# ------------------------------------------------------------- F: private keys


def with_key(path, *args):
    return run("dkim-sign", "-d", "example.com", "-s", "sel", "-k", path, "--exit-style",
               "sysexits", *args, stdin=MSG)


for mode in (0o666, 0o644, 0o602):
    os.chmod(at("key.pem"), mode)
    refused("F15: a key of mode %04o" % mode, with_key(at("key.pem")), 77)
os.chmod(at("key.pem"), 0o600)
SECRET = b"root:x-SECRET-x:0:0:\n" * 20
put("shadow", SECRET, 0o600)
os.symlink("shadow", at("link"))
os.mkfifo(at("fifo"), 0o600)
with open(at("huge"), "wb") as f:
    f.truncate(1 << 30)
os.chmod(at("huge"), 0o600)
os.mkdir(at("folder"))
for path in ("fifo", "folder", "/dev/zero", "/dev/null", "/proc/self/mem", "huge", "link"):
    if path[0] == "/" and not os.path.exists(path):
        continue
    start = time.time()
    r = with_key(at(path))
    refused("F16: %s as a key" % path, r, 66, 74, 77, 78)
    tap.ok(b"SECRET" not in r.err and time.time() - start < 2 * forge.SLOWER,
           "F16: at once, and without a word of what is in it", r)
    if path != "/dev/null":
        refused("F16: %s as a zone" % path, run("dkim-verify", "-Z", at(path), "--exit-style",
                                               "sysexits", stdin=SIGNED), 66, 74, 78)
PEM = rsa.pem()
SPKI = forge.pem("PUBLIC KEY", rsa.public())
for what, text, good in (
        ("CRLF", PEM.replace("\n", "\r\n"), True), ("text above", "a key:\n\n" + PEM, True),
        ("another key below", PEM + ed.pem(), True), ("a public key above", SPKI + PEM, True),
        ("cut in the middle", PEM[:len(PEM) // 2], False), ("no END line", PEM[:-30], False),
        ("a public key", SPKI, False), ("NUL", PEM[:100] + "\0" + PEM[101:], False),
        ("a certificate", forge.pem("CERTIFICATE", rsa.public()), False),
        ("encrypted", forge.pem("ENCRYPTED PRIVATE KEY", rsa.public()), False),
        ("nothing in it", forge.pem("PRIVATE KEY", b""), False)):
    r = with_key(put("odd.pem", text, 0o600))
    if good:
        tap.ok(r.status == 0 and r.out.endswith(MSG) and b"a=rsa-sha256" in r.out,
               "F17: PEM with %s" % what, r)
    else:
        refused("F17: PEM: " + what, r, 77, 78)
r = with_key(put("odd.pem", "\ufeff" + PEM, 0o600))
tap.ok(r.status in (0, 78) and (r.status == 0) == bool(r.out), "F17: a byte order mark", r)
nest = b"\x05\x00"
while len(nest) < 60000:
    nest = forge.der(0x30, nest)
chain = b"\x30\x80" * 30000
for what, data in (("60000 octets of nested SEQUENCEs", nest),
                   ("indefinite lengths, one in the other", chain),
                   ("a length of 2^63", b"\x30\x88\x7f" + b"\xff" * 7),
                   ("PKCS#8 around them", forge.der(0x30, forge.der_int(0), forge.der(
                       0x30, forge.OID_RSA, forge.NULL), forge.der(4, nest)))):
    for form, text in (("DER", data), ("PEM", forge.pem("PRIVATE KEY", data))):
        if len(text) > 65536:
            text = text[:65536]
        start = time.time()
        refused("H23: %s: %s" % (form, what), with_key(put("odd.pem", text, 0o600)), 78)
        tap.ok(time.time() - start < 2 * forge.SLOWER, "H23: in bounded time")

KEYGEN = ["dkim-keygen", "-a", "ed25519", "-d", "example.com", "-s", "sel"]
put("precious", "precious", 0o600)
os.symlink("nowhere", at("dangling"))
os.symlink("precious", at("alias"))
for path in ("precious", "alias", "dangling", "folder", "fifo"):
    refused("F18: dkim-keygen -o over %s" % path, run(*KEYGEN, "-o", at(path)), 73)
with open(at("precious")) as f:
    tap.ok(f.read() == "precious" and not os.path.exists(at("nowhere")),
           "F18: and nothing was written through the links")
run(*KEYGEN, "-o", at("alias"), "--force")
with open(at("precious")) as f:
    tap.ok(f.read() == "precious" and os.path.isfile(at("alias"))
           and not os.path.islink(at("alias")), "F18: --force replaces the link, not its target")
run("sh", "-c", 'umask 000; exec "$@"', "sh", *KEYGEN, "-o", at("umask.pem"))
tap.eq(os.stat(at("umask.pem")).st_mode & 0o7777, 0o600, "F18: mode 0600 whatever the umask")

os.mkdir(at("race"))
lost = []
for i in range(20):
    both = [subprocess.Popen(["dkim-keygen", "-a", "ed25519", "-d", "example.com", "-s", "s%d" % i,
                              "-D", at("race")], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            for _ in range(2)]
    texts = [p.communicate()[0] for p in both]
    if sorted(p.returncode for p in both) != [0, 73] or sum(map(bool, texts)) != 1:
        lost.append([(p.returncode, t) for p, t in zip(both, texts)])
        continue
    put("now.zone", next(filter(None, texts)))
    r = run("dkim-sign", "-d", "example.com", "-s", "s%d" % i, "-k",
            at("race/example.com/s%d.pem" % i), stdin=MSG)
    if run("dkim-verify", "-Z", at("now.zone"), stdin=r.out).status:
        lost.append((i, "the record is not the key's", r))
tap.ok(not lost, "H22: of two dkim-keygen at once one wins, and its record is the key's", *lost[:3])
left = [n for n in os.listdir(at("race/example.com")) if not n.endswith(".pem")]
tap.eq(left, [], "H22: nothing else is left there")

# ------------------------------------------------------ G13: what -Z may not do
put("include", "$INCLUDE /etc/passwd\n")
r = run("dkim-verify", "-Z", at("include"), "--exit-style", "sysexits", stdin=SIGNED)
refused("G13: $INCLUDE", r, 78)
tap.ok(b"root" not in r.err, "G13: nothing of the file is told", r)
refused("G13: no such zone", run("dkim-verify", "-Z", at("none"), "--exit-style", "sysexits",
                                 stdin=SIGNED), 66)

# ------------------------------------------------------------- H3: templates
os.makedirs(at("t/example.com"))
put("t/example.com/sel.pem", PEM, 0o600)
put("t/example.com.pem", PEM, 0o600)
put("t/%.pem", PEM, 0o600)
for template, good in (("%d/%s.pem", True), ("%.pem", True), ("%%.pem", None), ("%d/%x.pem", False),
                       ("%d.%", None), ("%d/%", None), ("%d/%\n", None), ("%D/%s.pem", False)):
    r = run("dkim-sign", "-s", "sel", "-k", at("t/") + template, "--exit-style", "sysexits",
            stdin=MSG)
    if good is False:
        refused("H3: the template %r" % template, r, 78)
    else:
        tap.ok(r.status in ((0,) if good else (0, 64, 66, 78)) and
               (r.out.endswith(MSG) if r.status == 0 else not r.out) and
               (not good or r.out.count(b"DKIM-Signature:") == 1),
               "H3: the template %r" % template, r)
for domain in (b"%d.example.com", b"%s.com", b"example.com%", b"%25.com", b"%%.com"):
    m = b"From: a@" + domain + b"\n\nx\n"
    r = run("dkim-sign", "-s", "sel", "-k", at("t/%d/%s.pem"), stdin=m)
    tap.ok((r.status, r.out) in ((0, m), (65, b"")), "H3: the domain %r is data" % domain, r)

# ------------------------------------------------------------ H7: environment
odd = dict(LC_ALL="tr_TR.UTF-8", LANG="de_DE", TZ="Pacific/Kiritimati", POSIXLY_CORRECT="1",
           OPENSSL_CONF=at("fifo"), OPENSSL_MODULES=at("folder"), OPENSSL_ENGINES=at("folder"),
           SSL_CERT_FILE="/dev/zero", SSL_CERT_DIR="/", RES_OPTIONS="debug use-vc", LOCALDOMAIN="x",
           HOSTALIASES=at("fifo"), TMPDIR=at("folder"), MALLOC_PERTURB_="170",
           LD_BIND_NOW="1", COLUMNS="1", DKIM_KEYDIR="/nonexistent", HOME="/nonexistent",
           SOURCE_DATE_EPOCH="1")
for name, argv, text in (
        ("dkim-sign", SIGN + ["-t", NOW], MSG), ("dkim-verify", VERIFY, SIGNED),
        ("dkim-verify -F json", VERIFY + ["-F", "json"], SIGNED),
        ("dkim-dnsrec", ["dkim-dnsrec", "-d", "example.com", "-s", "sel", "-k", at("key.pem")], b"")):
    got = [subprocess.run([os.path.join(forge.BIN, argv[0])] + argv[1:], input=text, timeout=20,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env)
           for env in ({}, dict(os.environ, **odd))]
    tap.ok(got[0].returncode == got[1].returncode == 0 and got[0].stdout == got[1].stdout
           and not got[1].stderr, "H7: the environment changes nothing: " + name, *got)

# ----------------------------------------------------- H12: setuid, or as good
if os.geteuid() == 0 and os.path.exists("/proc/self"):
    os.chmod(T, 0o755)

    def as_other():
        os.setresuid(65534, 0, 0)

    for name, argv in (("dkim-keygen", KEYGEN + ["-o", at("mixed.pem")]),
                       ("dkim-sign -o", SIGN + ["-o", at("mixed")]),
                       ("dkim-verify -o", VERIFY + ["-o", at("mixed")])):
        p = subprocess.run(argv, input=SIGNED, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                           preexec_fn=as_other)
        tap.ok(p.returncode == 77 and not p.stdout and p.stderr.count(b"\n") == 1 and
               not os.path.exists(at("mixed")) and not os.path.exists(at("mixed.pem")),
               "H12: %s does not write files with somebody else's rights" % name, p)
    p = subprocess.run(SIGN, input=MSG, stdout=subprocess.PIPE, preexec_fn=as_other)
    tap.ok(p.returncode == 0 and p.stdout.endswith(MSG), "H12: a filter that writes none works", p)
else:
    tap.skip("H12: setuid", "only root can try")

# -------------------------------------------------------- H15: cut off anywhere
text = SIGNED.replace(b"\n", b"\r\n")
bad = []
step = 1 if SCALE == 1 else 7
for i in list(range(0, len(text), step)) + [len(text)]:
    m = text[:i]
    for argv in (SIGN, VERIFY + ["-f"]):
        r = run(*argv, stdin=m)
        if r.status == 65 and not r.out and r.err.count(b"\n") == 1 and (argv == SIGN or not m):
            continue
        if r.status != 0 or not m or not r.out.endswith(m) or r.err:
            bad.append((i, argv[0], r))
tap.ok(not bad, "H15: a message that ends anywhere: signed and passed on, or 65 (every %d octets)"
       % step, *bad[:3])
for m in (b"\n", b"\r\n", b"\r", b"x", b"F", b":", b"\0", b" "):
    r = run(*VERIFY, "-f", stdin=m)
    tap.ok(r.status == 0 and r.out.endswith(m), "H15: %r is passed on" % m, r)
    refused("H15: %r is not signed" % m, run(*SIGN, stdin=m), 65)

# ------------------------------------------------------------------ H18: lines
for n in (998, 999, 100000):
    m = HEAD + b"\n" + b"x" * n + b"\n"
    r = run(*SIGN, "-v", stdin=m)
    warned = b"broken by a relay" in r.err
    tap.ok(r.status == 0 and r.out.endswith(m) and warned == (n > 998)
           and run(*VERIFY, stdin=r.out).status == 0, "H18: a line of %d octets" % n, r)
m = HEAD + b"\n8-bit: \xff\xe4, NUL: \0\n"
r = run(*SIGN, "-v", stdin=m)
tap.ok(r.status == 0 and r.out.endswith(m) and b"8-bit" in r.err and
       run(*VERIFY, stdin=r.out).status == 0, "H18: 8-bit without MIME, and NUL", r)

# ----------------------------------------------------------- H19: many arguments
put("good.eml", SIGNED)
put("forged.eml", SIGNED.replace(b"Hello", b"Jello"))
os.mkdir(at("dir.eml"))
names = [at(("good.eml", "forged.eml", "none.eml", "dir.eml")[i % 4]) for i in range(198)]
r = run(*VERIFY, "-F", "kv", *names[:99], "-", *names[99:], "-", stdin=SIGNED)
# A folder without mail in it says nothing.
tap.ok(r.status == 66 and r.err.count(b"\n") == 49 + 1 and
       len(re.findall(rb'(?m)^.*result="?pass', r.out)) == 51,
       "H19: 200 arguments, some unreadable, - twice: each by itself, the worst status", r.status,
       r.err.count(b"\n"), len(re.findall(rb'(?m)^.*result="?pass', r.out)), r.err[-400:])

# ------------------------------------------------- H20: breaking out of a record
for d in ("a.com\n$INCLUDE x", 'a.com" IN A 1.2.3.4', "a.com;", "a.com..", "$ORIGIN.com", "a,b.com",
          "a:b.com", "a b.com", "a.com\\", "(a.com", "@.com", "'a.com", "*.com", "a.com\t1"):
    for argv in (["-d", d, "-s", "sel"], ["-d", "example.com", "-s", d]):
        refused("H20: dkim-dnsrec %r" % argv, run("dkim-dnsrec", *argv, "-k", at("key.pem")), 64)

# ------------------------------------------- H21: a wait that nothing ends well


def flap(path, stop):
    """A record that comes and goes, and is never the one of the key."""
    wrong = forge.zone({"ed._domainkey.example.com": Ed25519(7).record()})
    while not stop.wait(0.05):
        for text in (b"", wrong):
            forge.write(path + ".new", text)
            os.rename(path + ".new", path)


stop = threading.Event()
put("flapping", b"")
flapper = threading.Thread(target=flap, args=(at("flapping"), stop))
flapper.start()
start = time.time()
r = run("dkim-check", "-d", "example.com", "-s", "ed", "-k", at("ed.pem"), "-Z", at("flapping"),
        "--wait", "3")
took = time.time() - start
stop.set()
flapper.join()
tap.ok(r.status == 1 and b"error" in r.out and not r.err and 2.5 < took < 6 * forge.SLOWER,
       "H21: --wait ends when its time is over, while the record flaps", "%.1f s" % took, r)

# A wall clock that jumps by a day each time it is read.
put("clock.c", """#include <sys/time.h>
#include <time.h>
#include <unistd.h>
#include <sys/syscall.h>
int clock_gettime(clockid_t c, struct timespec *t) {
	static int day;
	int r = (int)syscall(SYS_clock_gettime, c, t);
	if (c == CLOCK_REALTIME) t->tv_sec += (day++ % 2 ? 86400 : -86400) * day;
	return r;
}
time_t time(time_t *t) {
	struct timespec s;
	clock_gettime(CLOCK_REALTIME, &s);
	if (t) *t = s.tv_sec;
	return s.tv_sec;
}
int gettimeofday(struct timeval *t, void *z) { (void)z; t->tv_usec = 0; return time(&t->tv_sec) == 0; }
""")
WAIT = ["dkim-check", "-d", "example.com", "-s", "ed", "-k", at("ed.pem"), "-Z", at("flapping"),
        "--wait"]
if os.environ.get("DKIM_SANITIZED") or not shutil.which("cc") or subprocess.run(
        ["cc", "-shared", "-fPIC", "-o", at("clock.so"), at("clock.c")],
        stderr=subprocess.DEVNULL).returncode:
    tap.skip("H21: --wait and a wrong clock", "no compiler, or sanitizers")
else:
    start = time.time()
    p = subprocess.run(WAIT + ["2"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60,
                       env=dict(os.environ, LD_PRELOAD=at("clock.so")))
    took = time.time() - start
    tap.ok(p.returncode == 1 and not p.stderr and 1.5 < took < 5 * forge.SLOWER,
           "H21: --wait ends when its time is over, whatever the clock on the wall shows",
           "%.1f s" % took, p)
p = subprocess.Popen(WAIT + ["20"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
time.sleep(0.5)
p.send_signal(signal.SIGALRM)
out, err = p.communicate(timeout=15)
tap.ok(p.returncode == -signal.SIGALRM and not out and not err, "H21: SIGALRM ends it", p.returncode)

# ---------------------------------------------------------- E11: a limit on time
p = subprocess.run(SIGN, input=HEAD + b"\n" + b"x" * 50 * MIB, stdout=subprocess.PIPE,
                   stderr=subprocess.PIPE, env=dict(os.environ, TMPDIR=T),
                   preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (0, 1)))
tap.ok(p.returncode in (-24, 0) and (p.returncode == 0 or not p.stdout),
       "E11: RLIMIT_CPU ends it with nothing written", p.returncode, len(p.stdout))
tap.done()
