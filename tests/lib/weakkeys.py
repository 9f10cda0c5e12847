#!/usr/bin/env python3
"""Public RSA keys that dkim-check should tell from good ones: weakkeys.py KIND
prints base64, as p= and dkim-dnsrec take it.  Always the same for a KIND."""
import base64
import random
import sys


def is_prime(n):
    for p in (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37):
        if n % p == 0:
            return n == p
    d, s = n - 1, 0
    while d % 2 == 0:
        d, s = d // 2, s + 1
    for _ in range(8):
        x = pow(random.randrange(2, n - 1), d, n)
        if x in (1, n - 1):
            continue
        for _ in range(s - 1):
            x = x * x % n
            if x == n - 1:
                break
        else:
            return False
    return True


def prime(bits):
    while True:
        n = random.getrandbits(bits) | 3 << (bits - 2) | 1
        if is_prime(n):
            return n


def next_prime(n):
    n |= 1
    while not is_prime(n):
        n += 2
    return n


def roca_prime():
    m = 1
    for x in range(2, 702):  # the first 126 primes
        if all(x % y for y in range(2, int(x ** 0.5) + 1)):
            m *= x
    while True:
        n = random.getrandbits(54) * m + pow(65537, random.getrandbits(255), m)
        if n.bit_length() >= 1000 and is_prime(n):
            return n


def smooth_free(bits):
    """No prime product, and without small factors all the same."""
    while True:
        n = random.getrandbits(bits) | 3 << (bits - 2) | 1
        if all(n % p for p in range(3, 1000, 2)):
            return n


def der(tag, octets):
    n = len(octets)
    if n < 128:
        return bytes([tag, n]) + octets
    size = n.to_bytes((n.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(size)]) + size + octets


def integer(n):
    return der(2, n.to_bytes(n.bit_length() // 8 + 1, "big"))


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
    return der(0x30, integer(n) + integer(e))


random.seed(int.from_bytes(sys.argv[1].encode(), "big"))
print(base64.b64encode(make(sys.argv[1])).decode())
