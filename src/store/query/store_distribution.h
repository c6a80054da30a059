/*
 * store_distribution.h
 *	  Whether the tables are spread over several machines, by Citus.
 */
#ifndef RVO_STORE_DISTRIBUTION_H
#define RVO_STORE_DISTRIBUTION_H

/* Whether Citus is in this backend; only then the others can be true. */
extern bool rvo_citus_is_loaded;

extern void rvo_distribution_init(void);
extern bool rvo_is_distributed(const char *table);
extern void rvo_check_entry(void);

#endif							/* RVO_STORE_DISTRIBUTION_H */
