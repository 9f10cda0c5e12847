#!/usr/bin/env python3
"""dkim-verify over many messages: several files, Maildirs and other folders,
mailboxes, --summary, -F tsv, and one DNS query a key."""
import json
import os
import pty
import socket
import struct
import subprocess
import sys
import threading

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
import forge  # noqa: E402
from forge import Ed25519, NOW, RSA, lf, run, sign  # noqa: E402

forge.need("dkim-verify")

T = forge.scratch()
tap = forge.Tap()
rsa = RSA(1024)
zone = forge.zone_file({"sel._domainkey.example.com": rsa.record()})
MSG = (b"From: Alice <alice@example.com>\r\nTo: bob@example.net\r\nSubject: greetings\r\n"
       b"\r\nHello.\r\n\r\nFrom here on\r\nbye\r\n")
good = lf(sign(MSG, rsa))
bad = good.replace(b"greetings", b"salutations")
none = lf(MSG)
gone = lf(sign(MSG, rsa, s="gone"))


def verify(*args, stdin=b""):
    return run("dkim-verify", "-Z", zone, "--now", str(NOW), *args, stdin=stdin)


def objects(r):
    return [json.loads(x) for x in r.out.decode().splitlines()]


md = os.path.join(T, "Maildir")
for d in ("", "/new", "/cur", "/tmp", "/.Sent"):
    os.mkdir(md + d)
files = {"new/2.x": good, "new/1.x": bad, "cur/1.y:2,S": good, "cur/.hidden": bad, "tmp/3": bad,
         "dovecot-uidlist": b"x"}
for n, m in files.items():
    forge.write(os.path.join(md, n), m)
r = verify("-F", "json", md)
tap.eq([(os.path.relpath(o["file"], md), o["result"]) for o in objects(r)],
       [("new/1.x", "fail"), ("new/2.x", "pass"), ("cur/1.y:2,S", "pass")], "a Maildir: new and cur", r)
tap.eq(r.status, 1, "the highest status counts")
r = verify("-F", "json", os.path.join(md, "cur") + "/")
tap.eq([o["file"] for o in objects(r)], [md + "/cur/1.y:2,S"], "another folder: its files", r)
empty = os.path.join(T, "empty")
os.mkdir(empty)
r = verify("-F", "json", empty)
tap.eq((r.status, r.out, r.err), (0, b"", b""), "an empty folder has no results")
forge.write(os.path.join(empty, "0"), b"")
r = verify("-F", "json", empty)
tap.ok(r.status == 65 and r.out == b"" and b"empty message" in r.err, "an empty file is reported", r)

# folders in folders
tree = os.path.join(T, "tree")
for n, m in {"b": good, "a": good, ".hidden": good, "z/2": good, "z/1": good, "z/.secret/3": good, "z/y/deep": good,
             "c/only": good, "mh/12": good, "mh/.mh_sequences": b"x", "md/cur/1": good, "md/new/2": good,
             "md/tmp/3": good, "md/dovecot.index": b"x", "md/courierimapkeywords/list": b"x",
             "md/.Sent/cur/4": good, "md/.Sent/new/5": good, "md/.Sent/tmp/x": good, "md/.Sent/maildirfolder": b"",
             "md/.Sent.2025/cur/6": good, "md/.Sent.2025/new/.keep": b"", "md/Archive/2024/cur/7": good,
             "md/Archive/2024/new/8": good, "md/Archive/note": b"x", "md/.nomaildir/cur/9": good}.items():
    os.makedirs(os.path.dirname(os.path.join(tree, n)), exist_ok=True)
    forge.write(os.path.join(tree, n), m)
os.symlink("..", os.path.join(tree, "z", "loop"))
os.symlink(tree, os.path.join(tree, "c", "loop"))
os.symlink("../a", os.path.join(tree, "c", "link"))
os.symlink("nowhere", os.path.join(tree, "c", "dangling"))
os.mkfifo(os.path.join(tree, "c", "fifo"))
wanted = ["a", "b", "c/link", "c/only", "md/new/2", "md/cur/1", "md/.Sent/new/5", "md/.Sent/cur/4", "md/.Sent.2025/cur/6",
          "md/Archive/2024/new/8", "md/Archive/2024/cur/7", "mh/12", "z/1", "z/2", "z/y/deep"]
r = verify("-F", "json", tree)
tap.eq([os.path.relpath(o["file"], tree) for o in objects(r)], wanted, "folders, and Maildirs in them", r)
tap.eq((r.status, r.err), (75, b"dkim-verify: %s/c/dangling: No such file or directory\n" % tree.encode()),
       "a link to nowhere is reported, one to a folder is not followed, a FIFO is not opened")
again = verify("-j", "3", "-F", "json", tree)
tap.ok((again.out, again.err, again.status) == (r.out, r.err, r.status), "and so with three processes", again)
os.symlink("tree", os.path.join(T, "given"))
r = verify("-F", "json", os.path.join(T, "given"))
tap.eq(len(objects(r)), len(wanted), "a link that is named is followed", r)
deep = os.path.join(T, "deep", *["d"] * 120)
os.makedirs(deep)
forge.write(os.path.join(deep, "m"), good)
forge.write(os.path.join(T, "deep", "d", "m"), good)
r = run("sh", "-c", 'ulimit -n 20; exec "$@"', "sh", "dkim-verify", "-Z", zone, "--now", str(NOW), "-F", "tsv",
        os.path.join(T, "deep"))
tap.ok(r.status == 75 and r.out.count(b"\tpass\t") == 1 and r.err.count(b"\n") == 1 and b"d/d" in r.err,
       "too deep: reported, and the rest is read", r)
if os.getuid() != 0 or subprocess.run(["setpriv", "--reuid=65534", "true"], stderr=subprocess.DEVNULL).returncode == 0:
    os.chmod(T, 0o755)
    os.mkdir(os.path.join(T, "shut"))
    for n in ("closed", "open"):
        os.mkdir(os.path.join(T, "shut", n))
        forge.write(os.path.join(T, "shut", n, "m"), good)
    for f in (zone, os.path.join(T, "shut", "open", "m")):
        os.chmod(f, 0o644)
    os.chmod(os.path.join(T, "shut", "closed"), 0)
    other = ["setpriv", "--reuid=65534"] if os.getuid() == 0 else []
    r = run(*other, os.path.join(forge.BIN, "dkim-verify"), "-Z", zone, "--now", str(NOW), "-F", "tsv",
            os.path.join(T, "shut"))
    tap.ok(r.status == 75 and r.out.count(b"\tpass\t") == 1 and b"closed: Permission denied" in r.err,
           "a folder that cannot be read is reported, the others are read", r)
    os.chmod(os.path.join(T, "shut", "closed"), 0o444)
    r = run(*other, os.path.join(forge.BIN, "dkim-verify"), "-Z", zone, "--now", str(NOW), "-F", "tsv",
            os.path.join(T, "shut"))
    tap.ok(r.status == 75 and r.out.count(b"\tpass\t") == 1 and b"closed/m: Permission denied" in r.err,
           "and so is one that only tells names", r)
    os.chmod(os.path.join(T, "shut", "closed"), 0o700)
else:
    tap.skip("a folder that cannot be read", "no other user to be")

# mailboxes
ENV = b"From alice Sun Nov 22 10:00:00 2026\n"
quoted = good.replace(b"\nFrom here", b"\n>From here")
box = forge.write(os.path.join(T, "box"), b"".join(ENV + m + b"\n" for m in (good.replace(
    b"\n\nFrom here", b"\nFrom here"), bad, none)))
r = verify("-F", "json", "--mbox", box)
tap.eq([o["file"] for o in objects(r)], [box + ":%d" % i for i in (1, 2, 3, 4, 5)],
       "a mailbox: From at the start of a line begins a message behind an empty one only", r)
inner = lf(sign(MSG.replace(b"\r\n\r\nFrom here", b"\r\nFrom here"), rsa))
for name, messages in (("LF", [inner, inner]), ("CRLF", [inner.replace(b"\n", b"\r\n")] * 2)):
    eol = b"\r\n" if name == "CRLF" else b"\n"
    box = forge.write(os.path.join(T, "box"), b"".join(ENV.replace(b"\n", eol) + m + eol for m in messages))
    r = verify("-F", "json", "--mbox", box)
    tap.eq([o["result"] for o in objects(r)], ["pass", "pass"], "a mailbox with " + name, r)
    r = verify("-F", "json", "--mbox", stdin=open(box, "rb").read())
    tap.eq([(o["file"], o["result"]) for o in objects(r)], [("stdin:1", "pass"), ("stdin:2", "pass")],
           "from standard input", r)
box = forge.write(os.path.join(T, "box"), ENV + quoted + b"\n" + ENV + inner)
r = verify("-F", "json", "--mbox", "--explain", box)
o = objects(r)
tap.ok([x["result"] for x in o] == ["fail", "pass"] and
       any("from-quoted" in c["changes"] for c in o[0]["signatures"][0]["explain"]),
       ">From stays, and --explain says that it is the reason", r)
big = forge.write(os.path.join(T, "big"), (ENV + lf(sign(MSG.replace(
    b"\r\n\r\nFrom here", b"\r\n" + b"x" * 200000), rsa)) + b"\n") * 3)
r = verify("-F", "json", "--mbox", big)
tap.eq([x["result"] for x in objects(r)], ["pass"] * 3, "lines longer than a piece", r)
forge.write(os.path.join(T, "nobox"), b"")
r = verify("--mbox", os.path.join(T, "nobox"))
tap.eq((r.status, r.out, r.err), (0, b"", b""), "an empty mailbox has no messages")

# tsv and summary
names = [forge.write(os.path.join(T, n), m) for n, m in
         (("a", good), ("b", bad), ("c", none), ("d", gone), ("e\tf", good))]
r = verify("-F", "tsv", *names)
lines = r.out.decode().splitlines()
tap.eq(lines[0].split("\t"), ["file", "result", "code", "domain", "selector", "identity", "algorithm",
                              "aligned", "from_domain"], "tsv: the columns")
tap.eq([x.split("\t")[1:5] for x in lines[1:]],
       [["pass", "ok", "example.com", "sel"], ["fail", "signature-mismatch", "example.com", "sel"],
        ["none", "unsigned", "", ""], ["permerror", "key-missing", "example.com", "gone"],
        ["pass", "ok", "example.com", "sel"]], "tsv: a line for each signature", r)
tap.ok(all(x.count("\t") == 8 for x in lines), "tsv: a tab in a name is no column", r)
r = verify("--summary", "-F", "tsv", *names)
want = sorted([["1", "fail", "signature-mismatch", "example.com", "sel"], ["1", "none", "unsigned", "", ""],
               ["2", "pass", "ok", "example.com", "sel"],
               ["1", "permerror", "key-missing", "example.com", "gone"]], key=lambda x: x[1])
tap.eq([x.split("\t") for x in r.out.decode().splitlines()[1:]], want, "summary: tsv", r)
r = verify("--summary", "-F", "json", *names)
tap.eq([[str(o["count"]), o["result"], o["code"], o["domain"] or "", o["selector"] or ""]
        for o in objects(r)], want, "summary: json", r)
r = verify("--summary", *names)
tap.ok(r.out.decode().endswith("5 messages: 1 none 2 pass 1 fail 1 permerror\n"), "summary: text", r.out.decode())
tap.ok(r.status == 1 and b"       2 pass      ok                    example.com" in r.out,
       "and the exit status stays", r.out.decode())
r = verify("--summary", os.path.join(T, "nothing"), *names)
tap.ok(b"No such file" in r.err and b"5 messages" in r.out and r.status == 75,
       "summary: what cannot be read is reported", r)
mail = os.path.join(T, "mail")
os.makedirs(os.path.join(mail, "lists"))
for n in ("INBOX", "lists/one"):
    forge.write(os.path.join(mail, n), (ENV + inner + b"\n") * 2)
os.symlink(md, os.path.join(mail, "md"))
for d in ("new", "cur"):
    os.makedirs(os.path.join(mail, "Maildir", d))
    forge.write(os.path.join(mail, "Maildir", d, "1"), good)
r = verify("-F", "json", "--mbox", mail)
tap.eq([os.path.relpath(o["file"], mail) for o in objects(r)],
       ["INBOX:1", "INBOX:2", "Maildir/new/1", "Maildir/cur/1", "lists/one:1", "lists/one:2"],
       "--mbox and a folder: its files are mailboxes, but in a Maildir messages", r)
for args in (("-f", "--mbox"), ("-f", "--summary")):
    tap.eq(verify(*args).status, 64, "%s %s is refused" % args)

# one query for a key, whatever the number of messages
sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sock.bind(("127.0.0.1", 0))
asked = []


def serve():
    while True:
        q, peer = sock.recvfrom(4096)
        asked.append(q)
        end = q.index(b"\0", 12) + 5
        text = rsa.record()
        data = bytes([len(text)]) + text if len(text) < 256 else (
            b"\xff" + text[:255] + bytes([len(text) - 255]) + text[255:])
        sock.sendto(q[:2] + b"\x81\x80\0\1\0\1\0\0\0\0" + q[12:end] + b"\xc0\x0c" +
                    struct.pack("!HHIH", 16, 1, 60, len(data)) + data, peer)


threading.Thread(target=serve, daemon=True).start()
r = run("dkim-verify", "-n", "127.0.0.1@%d" % sock.getsockname()[1], "--now", str(NOW), "-F", "tsv",
        *([names[0]] * 50))
tap.eq((r.status, len(asked)), (0, 1), "fifty messages of one signer: one query", r)

# keys are kept from message to message, 64 of them
keys = [Ed25519(i) for i in range(66)]
zone66 = forge.zone_file(
    {"s%d._domainkey.example.com" % i: k.record() for i, k in enumerate(keys)}, "zone66")
letters = []
for i, k in enumerate(keys):
    m = ENV + lf(sign(MSG.replace(b"From here", b"from here"), k, s="s%d" % i)) + b"\n"
    letters.append(m if i % 9 else m.replace(b"greetings", b"salutations"))
for name, order in (("one after the other", list(range(66))), ("in turn", [0, 65, 0, 64, 65, 1, 0])):
    for reps in (1, 2):
        todo = order * reps
        r = run("dkim-verify", "-Z", zone66, "--now", str(NOW), "-F", "json", "--mbox",
                stdin=b"".join(letters[i] for i in todo))
        tap.eq([(o["signatures"][0]["selector"], o["result"]) for o in objects(r)],
               [("s%d" % i, "pass" if i % 9 else "fail") for i in todo],
               "66 keys %s, %d times" % (name, reps), r)

# one key, and every record of it counts for itself
key, same = keys[0], {
    "one": (b"v=DKIM1; k=ed25519; ", "pass", "ok"), "test": (b"k=ed25519; t=y; ", "pass", "ok"),
    "sha1": (b"k=ed25519; h=sha1; ", "permerror", "hash-not-allowed"),
    "web": (b"k=ed25519; s=web; ", "permerror", "key-not-for-email"),
    "rsa": (b"k=rsa; ", "permerror", "key-type-mismatch"),
    "strict": (b"k=ed25519; t=s; ", "permerror", "key-strict")}
plain = MSG.replace(b"From here", b"from here")
letters = [lf(sign(plain, key, s=s, tags=[("i", "@sub.example.com")])) for s in same]
flags = forge.zone_file({s + "._domainkey.example.com": how[0] + (b"p=" + forge.b64(key.pub))
                         for s, how in same.items()}, "flags")
r = run("dkim-verify", "-Z", flags, "--now", str(NOW), "-F", "json", "--mbox",
        stdin=b"".join(ENV + m + b"\n" for m in letters * 2))
tap.eq([(o["signatures"][0]["selector"], o["result"], o["signatures"][0]["code"])
        for o in objects(r)], [(s,) + how[1:] for s, how in same.items()] * 2,
       "one key in six records", r)

# the bar
path = os.path.join(T, "many")
os.mkdir(path)
for i in range(200):
    forge.write(os.path.join(path, "%03d" % i), bad)
for out, shown in (("file", True), ("terminal", False)):
    pid, fd = pty.fork()
    if pid == 0:
        if out == "file":
            os.dup2(os.open(os.path.join(T, "out"), os.O_WRONLY | os.O_CREAT, 0o600), 1)
        os.execvp("dkim-verify", ["dkim-verify", "-Z", zone, "--explain", "-F", "json"] + [path] * 10)
    text = b""
    while True:
        try:
            piece = os.read(fd, 65536)
        except OSError:
            break
        if not piece:
            break
        text += piece
    os.waitpid(pid, 0)
    tap.eq(b"\r[#" in text or b"\r[." in text, shown, "a bar on a terminal; output to a %s" % out, text[-200:])
    if shown:
        tap.ok(text.endswith(b"\r\x1b[K"), "and it is gone at the end", text[-100:])
tap.done()
