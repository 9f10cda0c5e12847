#!/usr/bin/env python3
# test: slow, peer
"""Every message of the signing corpus, with RSA and Ed25519 and in the four
canonicalizations, is signed so that dkimpy, Mail::DKIM and dkim-verify agree with
it, or is refused where it must be.  The corpus is not part of this tree:
$DKIM_CORPUS, or ../shared/corpus next to it."""
import os
import re
import subprocess
import sys

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BIN = os.environ.get("DKIM_BIN") or os.path.join(TOP, "cmd")
CORPUS = os.environ.get("DKIM_CORPUS") or os.path.join(TOP, "..", "shared", "corpus")
RUNNER = os.path.join(CORPUS, "run-sign.py")


def skip_all(why):
    print("1..0 # SKIP " + why)
    sys.exit(0)


for program in ("dkim-sign", "dkim-verify"):
    if not os.access(os.path.join(BIN, program), os.X_OK):
        skip_all(program + " is not built")
if not os.path.exists(RUNNER):
    skip_all("no conformance corpus in $DKIM_CORPUS or ../shared/corpus")
for peer in (["/usr/bin/python3", "-c", "import dkim, dns.zone, nacl"],
             ["perl", "-MMail::DKIM", "-e", "1"]):
    try:
        subprocess.run(peer, check=True, stderr=subprocess.DEVNULL)
    except (OSError, subprocess.CalledProcessError):
        skip_all("dkimpy (python3-dkim, -dnspython, -nacl) and Mail::DKIM check the result, "
                 "and one of them is missing")

p = subprocess.run([sys.executable, RUNNER, "--bin", BIN, "--verify", "-v",
                    "--jobs", "2", os.path.join(CORPUS, "sign")],
                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                   stderr=subprocess.STDOUT)
inputs = {}
other = []
for line in p.stdout.decode("utf-8", "replace").splitlines():
    m = re.match(r"(ok|refused|gap|BAD|CRASH) +(\S+) \[", line)
    if m:
        inputs.setdefault(m[2], []).append((m[1], line))
    else:
        other.append(line)
n = failed = 0
for name in sorted(inputs):
    bad = [line for word, line in inputs[name] if word in ("BAD", "CRASH")]
    n += 1
    failed += bool(bad)
    print("%sok %d - %s: %d ways" % ("not " if bad else "", n, name, len(inputs[name])))
    for line in bad:
        print("# " + line)
folders = [d for d in os.listdir(os.path.join(CORPUS, "sign"))
           if os.path.exists(os.path.join(CORPUS, "sign", d, "meta.json"))]
for good, name in ((sorted(folders) == sorted(inputs), "every input was signed"),
                   (p.returncode == 0, "the runner agrees")):
    n += 1
    failed += not good
    print("%sok %d - %s" % ("" if good else "not ", n, name))
for line in other:
    print("# " + line)
print("1..%d" % n)
sys.exit(failed > 0)
