"""Checks exported logs as docs/verify.md tells it: verify.py VERIFY_KEY LOG...

Written from the document alone, without Cotrail's code, and with nothing but Python's standard library. For each log it
prints "good", "bad entry N" for the first entry that is not what it was, or "bad proof". Numbers are written as
RFC 8785 wants them as far as whole numbers and short fractions go, which is what logs hold.
"""
import base64
import hashlib
import json
import sys


def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


# Ed25519 verification, RFC 8032, section 5.1.7.
P = 2**255 - 19
D = -121665 * pow(121666, P - 2, P) % P
L = 2**252 + 27742317777372353535851937790883648493


def add(p, q):
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(n, p):
    q = (0, 1, 1, 0)
    while n:
        if n & 1:
            q = add(q, p)
        p, n = add(p, p), n >> 1
    return q


def point(raw):
    y = int.from_bytes(raw, "little")
    sign, y = y >> 255, y & (1 << 255) - 1
    xx = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(xx, (P + 3) // 8, P)
    if x * x % P != xx:
        x = x * pow(2, (P - 1) // 4, P) % P
    if x * x % P != xx:
        raise ValueError("no point")
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


BASE = point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def signed(key, text, signature):
    s = int.from_bytes(signature[32:], "little")
    h = int.from_bytes(hashlib.sha512(signature[:32] + key + text).digest(), "little") % L
    a, b = times(s, BASE), add(point(signature[:32]), times(h, point(key)))
    return s < L and (a[0] * b[2] - b[0] * a[2]) % P == 0 and (a[1] * b[2] - b[1] * a[2]) % P == 0


def checkpoint(note, keys):
    """Gives size and root of a signed note (C2SP signed-note and tlog-checkpoint)."""
    text, _, signatures = note.rpartition("\n\n")
    text += "\n"
    for line in signatures.splitlines():
        _, name, raw = line.split(" ")
        raw = base64.b64decode(raw)
        for key_name, key_id, key in keys:
            if name == key_name and raw[:4] == key_id and signed(key, text.encode(), raw[4:]):
                _, size, root = text.split("\n")[:3]
                return int(size), base64.b64decode(root)
    raise ValueError("not signed")


def canonical(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def root_of(leaf, index, size, path):
    """RFC 9162, section 2.1.3.2."""
    fn, sn, r = index, size - 1, leaf
    for p in path:
        if sn == 0:
            raise ValueError("path too long")
        if fn & 1 or fn == sn:
            r = sha(b"\1", p, r)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            r = sha(b"\1", r, p)
        fn, sn = fn >> 1, sn >> 1
    if sn:
        raise ValueError("path too short")
    return r


def check(log, keys):
    entries, proof = log["session_logs"], log["proof"]
    salt, before = bytes.fromhex(proof["salt"]), bytes(32)
    for i in range(max(len(entries), len(proof["hashes"]))):
        if i >= len(entries) or i >= len(proof["hashes"]):
            return "bad entry %d" % (i + 1)
        entry_salt = sha(salt, (i + 1).to_bytes(8, "big"))[:16]
        before = sha(b"\0", entry_salt, before, canonical(entries[i]))
        if before[:8].hex() != proof["hashes"][i]:
            return "bad entry %d" % (i + 1)
    try:
        size, root = checkpoint(proof["checkpoint"], keys)
        leaf = sha(b"\0", salt, canonical(proof["statement"]))
        path = [base64.b64decode(h) for h in proof["inclusion"]]
        good = proof["leaf"] < size and root_of(leaf, proof["leaf"], size, path) == root
    except ValueError:
        good = False
    fits = before.hex() == proof["statement"]["hash"] and len(entries) == proof["statement"]["entries"]
    return "good" if good and fits else "bad proof"


def main(key_file, *logs):
    keys = []
    for line in open(key_file):
        name, key_id, key = line.strip().split("+", 2)
        keys.append((name, bytes.fromhex(key_id), base64.b64decode(key)[1:]))
    said = [check(json.load(open(path)), keys) for path in logs]
    print("\n".join(said))
    sys.exit(any(s != "good" for s in said))


main(*sys.argv[1:])
