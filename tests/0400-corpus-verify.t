#!/usr/bin/env python3
"""Every message of the conformance corpus gets the verdict that its expect.json
asks for, with -Z and with -n through a name server.  Where this project thinks
otherwise, OTHERWISE below says what it answers instead, and why.  The corpus is
not part of this tree: $DKIM_CORPUS, or ../shared/corpus next to it."""
import json
import os
import re
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

# Where design/checklist.md, or cli.md, asks for another word than the corpus does.
# Each entry: what dkim-verify says instead, and why.  These are judged like the
# others: anything but this is a failure, and so is an entry no longer needed.
L = (r"got policy - unsigned content",
     "l= leaves octets uncovered: policy unless --body-length=accept (item 54)")
FROM = (r"got policy - multiple From",
        "two From fields are policy, where the hashes are right (items 141, 147)")
TEST_KEY = (r"got neutral - (body hash|signature) did not verify",
            "the key says t=y: a failing signature is neutral (items 99, 140)")
OTHERWISE = {
    "arc-test-suite/cv_empty [default]": (
        r"rc=65 .*empty", "an empty message is 65 with nothing on stdout (item 145)"),
    "cfdkim/kumomta-two-txt-records [default]": (
        r"^sig 0 .*expected permerror.*got pass",
        "two key records: the first under which the signature verifies (item 107); no "
        "attacker gains by it, who can write one record can write the other"),
    "crymap/dkim-amazoncojp-future-timestamp [default]": (
        r"^sig 0 .*got policy - signature in the future",
        "t= lies ahead: no query is made for what is policy before (items 60, 133)"),
    "gen/l-simple-counts-canonical [default]": L,
    "go-dkim/signedDouble [default]": L,
    "go-dkim/signedRelaxedRelaxedLength [default]": L,
    "go-dkim/signedSimpleSimpleLength [default]": L,
    "mailibex/invalid_dkim_relaxedsimple_uncanon [default]": TEST_KEY,
    "opendkim/t-verify-double-from [default]": FROM,
    "opendkim/t012-relaxed-relaxed-rsa-sha1-verifying-with-lengths-plus-extra-d"
    " [permissive]": L,
    "opendkim/t013-relaxed-simple-rsa-sha1-verifying-with-lengths-plus-extra-da"
    " [permissive]": L,
    "opendkim/t031-simple-simple-rsa-sha256-verifying-with-lengths-and-extra-da"
    " [default]": L,
    "opendkim/t068-relaxed-simple-rsa-sha1-verifying-with-altered-body"
    " [permissive]": TEST_KEY,
    "opendkim/t081-relaxed-simple-rsa-sha1-signing-with-i-set [permissive]": (
        r"got permerror - key forbids subdomain",
        "the key says t=s, i= is in a subdomain (item 98)"),
    "opendkim/t094-relaxed-simple-rsa-sha1-verifying-with-extra-headers-added-f"
    " [permissive]": TEST_KEY,
    "opendkim/t138-signed-header-content-extraction [permissive]": (
        r"got permerror - malformed", "NUL in the header (item 8)"),
    "rfc/rfc6376-8.2-l-appended [default]": L,
    "rspamd/dkim_key_too_wide [default]": (
        r"got policy - oversized key", "16384 bits: policy (items 105, 141)"),
}

n = failed = 0


def ok(good, name, notes=()):
    global n, failed
    n += 1
    failed += not good
    print("%sok %d - %s" % ("" if good else "not ", n, name))
    for line in notes:
        print("# " + line)
    sys.stdout.flush()


def label(row):
    return "%s [%s]" % (row["case"], row["run"])


def known(row):
    """It is wrong by the corpus and right by the entry above."""
    entry = OTHERWISE.get(label(row))
    if entry is None or not any(re.search(entry[0], part) for part in row["detail"]):
        return False
    for part in row["detail"]:      # the other signatures are as the corpus wants
        m = re.search(r"expected ([a-z|]+), got ([a-z]+)", part)
        if not re.search(entry[0], part) and m and m[2] not in m[1].split("|"):
            return False
    return True


with tempfile.TemporaryDirectory(prefix="dkim-test.") as tmp:
    for how, option in (("-Z", []), ("a name server", ["--via-dns"]),
                        ("-Z with --body-length=accept",
                         ["--arg=--body-length=accept"])):
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
            wrong = [r for r in rs if r["outcome"] not in ("exact", "lenient", "skipped")]
            bad = [r for r in wrong if not known(r)]
            count = {k: sum(r["outcome"] == k for r in rs)
                     for k in ("exact", "lenient", "skipped")}
            ok(not bad, "%s through %s: %d runs, %s" % (name, how, len(rs), ", ".join(
                "%d %s" % (v, k) for k, v in count.items() if v) or "none right"),
               ["%s %s [%s] %s" % (r["outcome"], r["case"], r["run"],
                                   "; ".join(r["detail"])) for r in bad])
            for r in wrong:
                if known(r):
                    print("# otherwise: %s: %s" % (label(r), OTHERWISE[label(r)][1]))
        wanted = {k for k, v in OTHERWISE.items() if v is not L or "accept" not in how}
        found = {label(r) for r in rows
                 if r["outcome"] not in ("exact", "lenient", "skipped")}
        ok(found == wanted, "those and no others differ from the corpus through " + how,
           sorted(found ^ wanted))
        folders = [d for d in os.listdir(os.path.join(CORPUS, "verify"))
                   if os.path.isdir(os.path.join(CORPUS, "verify", d))]
        ok(sorted(folders) == sorted(sources), "every source was run through " + how)
        ok(p.returncode == (1 if found else 0), "the runner has counted the same",
           p.stdout.decode("utf-8", "replace").splitlines()[-20:])
print("1..%d" % n)
sys.exit(failed > 0)
