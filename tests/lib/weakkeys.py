#!/usr/bin/env python3
"""Public RSA keys that dkim-check should tell from good ones: weakkeys.py KIND
prints base64, as p= and dkim-dnsrec take it.  Always the same for a KIND."""
import random
import sys

sys.dont_write_bytecode = True
from forge import b64, der, der_int, is_prime  # noqa: E402


def prime(bits):
    while True:
        n = random.getrandbits(bits) | 3 << (bits - 2) | 1
        if is_prime(n, random):
            return n


def next_prime(n):
    n |= 1
    while not is_prime(n, random):
        n += 2
    return n


def roca_prime():
    m = 1
    for x in range(2, 702):  # the first 126 primes
        if all(x % y for y in range(2, int(x ** 0.5) + 1)):
            m *= x
    while True:
        n = random.getrandbits(54) * m + pow(65537, random.getrandbits(255), m)
        if n.bit_length() >= 1000 and is_prime(n, random):
            return n


def smooth_free(bits):
    """No prime product, and without small factors all the same."""
    while True:
        n = random.getrandbits(bits) | 3 << (bits - 2) | 1
        if all(n % p for p in range(3, 1000, 2)):
            return n


def make(kind):
    e = 65537
    if kind == "good":
        n = prime(1024) * prime(1024)
    elif kind == "e1":
        n, e = smooth_free(2048), 1
    elif kind == "e3":
        n, e = smooth_free(2048), 3
    elif kind == "even-e":
        n, e = smooth_free(2048), 65536
    elif kind == "close":
        p = prime(1024)
        n = p * next_prime(p + random.getrandbits(500))
    elif kind == "square":
        n = prime(1024) ** 2
    elif kind == "factor":
        n = 997 * smooth_free(2040)
    elif kind == "roca":
        n = roca_prime() * roca_prime()
    else:  # so many bits
        n = smooth_free(int(kind))
    return der(0x30, der_int(n), der_int(e))


random.seed(int.from_bytes(sys.argv[1].encode(), "big"))
print(b64(make(sys.argv[1])).decode())
