/*
 * random_digits.h
 *	  Secrets made by chance.
 */
#ifndef RVO_RANDOM_DIGITS_H
#define RVO_RANDOM_DIGITS_H

#define RANDOM_BYTES_MAX 32

extern char *rvo_random_digits(char *to, int nbytes);

#endif							/* RVO_RANDOM_DIGITS_H */
