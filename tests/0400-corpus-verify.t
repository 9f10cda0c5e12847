#!/usr/bin/env python3
"""Every message of the conformance corpus gets the verdict that its expect.json
asks for, once with -Z and once with -n through a name server.  The corpus is not
part of this tree: $DKIM_CORPUS, or ../shared/corpus next to it."""
import json
import os
import subprocess
import sys
import tempfile

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BIN = os.environ.get("DKIM_BIN") or os.path.join(TOP, "cmd")
CORPUS = os.environ.get("DKIM_CORPUS") or os.path.join(TOP, "..", "shared", "corpus")
RUNNER = os.path.join(CORPUS, "run-verify.py")


def skip_all(why):
    print("1..0 # SKIP " + why)
    sys.exit(0)


if not os.access(os.path.join(BIN, "dkim-verify"), os.X_OK):
    skip_all("dkim-verify is not built")
if not os.path.exists(RUNNER):
    skip_all("no conformance corpus in $DKIM_CORPUS or ../shared/corpus")

n = failed = 0


def ok(good, name, notes=()):
    global n, failed
    n += 1
    failed += not good
    print("%sok %d - %s" % ("" if good else "not ", n, name))
    for line in notes:
        print("# " + line)
    sys.stdout.flush()


with tempfile.TemporaryDirectory(prefix="dkim-test.") as tmp:
    for how, option in (("-Z", []), ("a name server", ["--via-dns"])):
        out = os.path.join(tmp, "rows.json")
        p = subprocess.run([sys.executable, RUNNER, "--bin", BIN, "--jobs", "2",
                            "--json", out] + option + [os.path.join(CORPUS, "verify")],
                           stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                           stderr=subprocess.STDOUT)
        rows = []
        if os.path.exists(out):
            with open(out, encoding="utf-8") as f:
                rows = json.load(f)
            os.unlink(out)
        sources = {}
        for r in rows:
            sources.setdefault(r["case"].split("/")[0], []).append(r)
        for name in sorted(sources):
            rs = sources[name]
            bad = [r for r in rs if r["outcome"] not in ("exact", "lenient", "skipped")]
            count = {k: sum(r["outcome"] == k for r in rs)
                     for k in ("exact", "lenient", "skipped")}
            ok(not bad, "%s through %s: %d runs, %s" % (name, how, len(rs), ", ".join(
                "%d %s" % (v, k) for k, v in count.items() if v) or "none right"),
               ["%s %s [%s] %s" % (r["outcome"], r["case"], r["run"],
                                   "; ".join(r["detail"])) for r in bad])
        folders = [d for d in os.listdir(os.path.join(CORPUS, "verify"))
                   if os.path.isdir(os.path.join(CORPUS, "verify", d))]
        ok(sorted(folders) == sorted(sources), "every source was run through " + how)
        ok(p.returncode == 0, "the runner agrees", [] if p.returncode == 0 else
           p.stdout.decode("utf-8", "replace").splitlines()[-20:])
print("1..%d" % n)
sys.exit(failed > 0)
