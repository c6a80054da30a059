/*
 * random_digits.c
 *	  Secrets made by chance.
 */
#include "postgres.h"

#include "base/compat.h"
#include "base/failure.h"
#include "value/random_digits.h"

/* rvo_random_digits writes random bytes, RANDOM_BYTES_MAX at most, as hexadecimal digits, and returns what comes behind them. */
char *
rvo_random_digits(char *to, int nbytes)
{
	static const char digits[] = "0123456789abcdef";
	uint8		bytes[RANDOM_BYTES_MAX];

	if (!pg_strong_random(bytes, nbytes))
		rvo_failure_raise_bug("could not generate random bytes");
	for (int i = 0; i < nbytes; i++)
	{
		*to++ = digits[bytes[i] >> 4];
		*to++ = digits[bytes[i] & 15];
	}
	return to;
}
