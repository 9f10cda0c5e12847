#!/usr/bin/env python3
# test: once
"""What is left of a private key in the memory of a program that has read it: the
key as OpenSSL keeps it, not its text and not its DER.  Standard output is a pipe
that is full, so the program waits at its end, and its memory is looked through."""
import base64
import fcntl
import os
import subprocess
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
import forge  # noqa: E402
from forge import at  # noqa: E402

forge.need("dkim-sign", "dkim-dnsrec", "dkim-keygen")
if os.environ.get("DKIM_SANITIZED"):
    forge.skip_all("sanitizers keep what is freed")
T = forge.scratch()
tap = forge.Tap()
PEM = forge.run("dkim-keygen", "-d", "example.com", "-s", "sel", "-o", "-").out.decode()
BASE64 = "".join(x for x in PEM.splitlines() if "-" not in x)
MSG = b"From: Alice <alice@example.com>\nSubject: hello\n\nHello.\n"
PHRASE = "correct horse battery staple"


def memory(pid):
    """All that can be written to, as octets; None where that is not allowed."""
    found = b""
    try:
        with open("/proc/%d/maps" % pid) as maps, open("/proc/%d/mem" % pid, "rb", 0) as mem:
            for line in maps:
                where, mode = line.split()[:2]
                if not mode.startswith("rw") or "[v" in line:
                    continue
                first, last = (int(x, 16) for x in where.split("-"))
                mem.seek(first)
                found += mem.read(last - first)
    except OSError:
        return None
    return found


def waits(pid):
    """Until it sleeps in write(2), to the pipe that is full."""
    for _ in range(500):
        try:
            with open("/proc/%d/syscall" % pid) as f:
                if f.read().split()[:2] in (["1", "0x1"], ["64", "0x1"]):
                    return True
        except OSError:
            return False
        time.sleep(0.02)
    return False


def look(argv, data):
    """The memory of argv at its end, or None."""
    ours, its = os.pipe()
    fcntl.fcntl(its, fcntl.F_SETFL, os.O_NONBLOCK)
    try:
        while os.write(its, b"x" * 4096):
            pass
    except BlockingIOError:
        pass
    fcntl.fcntl(its, fcntl.F_SETFL, 0)
    with open(at("phrase")) as phrase:
        os.dup2(phrase.fileno(), 9)
    p = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=its, pass_fds=[9])
    os.close(9)
    p.stdin.write(data)
    p.stdin.close()
    os.close(its)
    found = memory(p.pid) if waits(p.pid) else None
    p.kill()
    p.wait()
    os.close(ours)
    return found


forge.write(at("key.pem"), PEM, 0o600)
forge.write(at("example.com.pem"), PEM, 0o600)
os.makedirs(at("keys/example.com"))
forge.write(at("keys/example.com/sel.pem"), PEM, 0o600)
os.symlink("sel.pem", at("keys/example.com/current.rsa"))
forge.write(at("signing"), "example.com sel\n")
forge.write(at("paths"), "sel example.com:sel:%s\n" % at("key.pem"))
forge.write(at("inside"), "sel example.com:sel:%s\n" % BASE64, 0o600)
forge.write(at("armoured"), "sel example.com:sel:%s\n" % PEM.replace("\n", "\\n"), 0o600)
forge.write(at("command"), "#!/bin/sh\necho sel\nexec cat '%s'\n" % at("key.pem"), 0o755)
forge.write(at("key.der"), base64.b64decode(BASE64), 0o600)
forge.write(at("phrase"), PHRASE + "\n", 0o600)
if subprocess.run(["openssl", "pkcs8", "-topk8", "-in", at("key.pem"), "-out", at("locked.pem"),
                   "-v2", "aes-256-cbc", "-passout", "file:" + at("phrase")],
                  stderr=subprocess.DEVNULL).returncode == 0:
    os.chmod(at("locked.pem"), 0o600)

SIGN = ["dkim-sign", "-d", "example.com"]
ONE = ["-s", "sel", "-k"]
RECORD = ["dkim-dnsrec", "-d", "example.com", "-s", "sel"]
TABLE = ["dkim-sign", "--signing-table", at("signing"), "--key-table"]
CASES = [("dkim-sign -k", SIGN + ONE + [at("key.pem")], MSG),
         ("dkim-sign -k, a template", ["dkim-sign"] + ONE + [at("%d.pem")], MSG),
         ("dkim-sign -D", ["dkim-sign", "-D", at("keys")], MSG),
         ("a key table of paths", TABLE + [at("paths")], MSG),
         ("a key in the table", TABLE + [at("inside")], MSG),
         ("a key with its armour in the table", TABLE + [at("armoured")], MSG),
         ("--key-command", SIGN + ["--key-command", at("command")], MSG),
         ("an encrypted key", SIGN + ["--passphrase-file", at("phrase")] + ONE +
          [at("locked.pem")], MSG),
         ("an encrypted key, the passphrase from a descriptor", SIGN +
          ["--passphrase-fd", "9"] + ONE + [at("locked.pem")], MSG),
         ("dkim-dnsrec, an encrypted key", RECORD + ["--passphrase-file", at("phrase"), "-k",
                                                     at("locked.pem")], b""),
         ("dkim-dnsrec -k", RECORD + ["-k", at("key.pem")], b""),
         ("dkim-dnsrec, a key on standard input", RECORD, PEM.encode()),
         ("dkim-dnsrec, DER", RECORD + ["-k", at("key.der")], b""),
         ("dkim-keygen", ["dkim-keygen"] + RECORD[1:] + ["-o", at("new.pem")], b"")]


def left(pem, found):
    """The parts that are in found.  Behind the public half of a key there are the
    private exponent, the primes and what follows from them."""
    lines = [x for x in pem.splitlines() if "-" not in x]
    der = base64.b64decode("".join(lines))
    return [x for x in [x[8:32].encode() for x in lines[8:-1]] +
            [der[i:i + 20] for i in range(400, len(der) - 20, 64)] if x in found]


seen = look(CASES[0][1], MSG) if os.path.exists("/proc/self/syscall") else None
if not seen:
    tap.skip("what is left of a key in memory", "not allowed to read it, or no /proc")
for name, argv, data in CASES if seen else []:
    if at("locked.pem") in argv and not os.path.exists(at("locked.pem")):
        tap.skip(name, "no openssl to encrypt a key")
        continue
    found = look(argv, data)
    pem = PEM
    if argv[0] == "dkim-keygen":
        with open(at("new.pem")) as f:
            pem = f.read()
    tap.ok(found and b"example.com" in found and not left(pem, found),
           "nothing of its text or DER is in memory: " + name, left(pem, found or b""))
    if at("locked.pem") in argv:
        tap.eq((found or b"").count(PHRASE[-12:].encode()), 1, "and the passphrase is there once")
tap.done()
