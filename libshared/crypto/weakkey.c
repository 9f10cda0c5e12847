#include "crypto/weakkey.h"

#include <stdbool.h>
#include <stdint.h>

#include "base/limits.h"

enum {
	WORDS = LIMIT_RSA_BITS_MAX / 32 + 2,
	FERMAT_STEPS = 300,
	SMALL = 1000,    /* primes up to here are tried as factors */
	ROCA_PRIME = 167 /* the largest that divides every such M */
};

/* A number, least word first. */
struct number {
	uint32_t w[WORDS];
};

static struct number
from_octets(struct span octets)
{
	struct number r = { { 0 } };

	for (size_t i = 0; i < octets.n && i / 4 < WORDS; i++)
		r.w[i / 4] |=
		    (uint32_t)(unsigned char)octets.p[octets.n - 1 - i]
		    << 8 * (i % 4);
	return r;
}

static int
compare(const struct number *a, const struct number *b)
{
	for (size_t i = WORDS; i-- > 0;)
		if (a->w[i] != b->w[i])
			return a->w[i] > b->w[i] ? 1 : -1;
	return 0;
}

static void
add(struct number *a, const struct number *b, uint32_t carry)
{
	for (size_t i = 0; i < WORDS; i++) {
		uint64_t sum = (uint64_t)a->w[i] + b->w[i] + carry;

		a->w[i] = (uint32_t)sum;
		carry = (uint32_t)(sum >> 32);
	}
}

static void
subtract(struct number *a, const struct number *b)
{
	uint32_t borrow = 0;

	for (size_t i = 0; i < WORDS; i++) {
		uint64_t less = (uint64_t)b->w[i] + borrow;

		borrow = a->w[i] < less;
		a->w[i] = (uint32_t)(a->w[i] - less);
	}
}

static void
halve(struct number *a)
{
	for (size_t i = 0; i < WORDS; i++)
		a->w[i] = a->w[i] >> 1 |
		    (i + 1 < WORDS ? a->w[i + 1] << 31 : 0);
}

/* The root, rounded down, two bits of n at a time; *n becomes what is left. */
static struct number
square_root(struct number *n)
{
	struct number root = { { 0 } }, trial;
	size_t top = WORDS;

	while (top > 1 && n->w[top - 1] == 0)
		top--;
	for (size_t bit = top * 32; bit > 0; bit -= 2) {
		size_t at = bit - 2;

		trial = root;
		trial.w[at / 32] |= UINT32_C(1) << at % 32;
		halve(&root);
		if (compare(n, &trial) >= 0) {
			subtract(n, &trial);
			root.w[at / 32] |= UINT32_C(1) << at % 32;
		}
	}
	return root;
}

static const struct number zero;

static bool
is_zero(const struct number *a)
{
	return compare(a, &zero) == 0;
}

static uint32_t
remainder_of(const struct number *a, uint32_t by)
{
	uint64_t r = 0;

	for (size_t i = WORDS; i-- > 0;)
		r = (r << 32 | a->w[i]) % by;
	return (uint32_t)r;
}

static bool
square_modulo(uint32_t r, uint32_t by)
{
	for (uint32_t i = 0; i <= by / 2; i++)
		if (i * i % by == r)
			return true;
	return false;
}

/* Roots are slow; these remainders rule out all but one number in a hundred. */
static bool
is_square(const struct number *a)
{
	static const uint32_t moduli[] = { 64, 63, 65, 11, 17, 19, 23, 31 };
	struct number left = *a;

	for (size_t i = 0; i < sizeof(moduli) / sizeof(*moduli); i++)
		if (!square_modulo(remainder_of(a, moduli[i]), moduli[i]))
			return false;
	(void)square_root(&left);
	return is_zero(&left);
}

/* Fermat: n is the difference of two squares, and a^2 little more than n. */
static bool
primes_close(const struct number *n)
{
	struct number left = *n, a = square_root(&left), b2, two_a;

	if (is_zero(&left))
		return true;
	/* (a + 1)^2 - n = 2a + 1 - (n - a^2) */
	b2 = a;
	add(&b2, &a, 1);
	subtract(&b2, &left);
	add(&a, &zero, 1);
	for (int i = 0; i < FERMAT_STEPS; i++) {
		if (is_square(&b2))
			return true;
		two_a = a;
		add(&two_a, &a, 1);
		add(&b2, &two_a, 0);
		add(&a, &zero, 1);
	}
	return false;
}

static bool
is_prime(uint32_t p)
{
	for (uint32_t i = 3; i * i <= p; i += 2)
		if (p % i == 0)
			return false;
	return p > 2 && p % 2 == 1;
}

static bool
power_of_65537(uint32_t r, uint32_t prime)
{
	uint32_t power = 1;

	do {
		if (power == r)
			return true;
		power = power * (65537 % prime) % prime;
	} while (power != 1);
	return false;
}

/* Nemec et al., "The Return of Coppersmith's Attack", section 3. */
static bool
roca(const struct number *n)
{
	for (uint32_t p = 3; p <= ROCA_PRIME; p += 2)
		if (is_prime(p) && !power_of_65537(remainder_of(n, p), p))
			return false;
	return true;
}

enum key_weakness
weakkey_find(struct span modulus)
{
	struct number n = from_octets(modulus);

	if (remainder_of(&n, 2) == 0)
		return WEAK_FACTOR;
	for (uint32_t p = 3; p < SMALL; p += 2)
		if (is_prime(p) && remainder_of(&n, p) == 0)
			return WEAK_FACTOR;
	if (roca(&n))
		return WEAK_ROCA;
	return primes_close(&n) ? WEAK_CLOSE : WEAK_NOT;
}
