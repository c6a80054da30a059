/*
 * config.h
 *	  The settings: a file, then the environment.
 */
#ifndef GATEWAY_CONFIG_H
#define GATEWAY_CONFIG_H

#include <stdbool.h>

#include "memory.h"

/* Work of one kind, with connections of its own, so that no other kind waits for it. */
typedef enum LaneId
{
	LANE_READ,					/* what only reads */
	LANE_WRITE,					/* what may share a transaction */
	LANE_SLOW,					/* what may not, and what was undone in a shared one */
	LANE_BATCH,
	LANES
} LaneId;

#define LANE_CONNECTIONS_MAX 64
#define TEXT_SIZE 1024

typedef struct Config
{
	char		listen[TEXT_SIZE];	/* path of the socket for FastCGI */
	char		metrics[TEXT_SIZE]; /* path of the socket for /metrics; empty = none */
	char		database[TEXT_SIZE];	/* libpq's connection string; what is missing comes from its environment */
	char		read_database[TEXT_SIZE];	/* of the read lane; empty = database */
	int			connections[LANES];
	bool		packs;			/* writes may share a transaction */
	int			pack_requests;
	int			pack_octets;
	int			lock_timeout;	/* milliseconds, in a shared transaction */
	int			queue_timeout;	/* milliseconds until a request is begun */
	int			standby_timeout;	/* milliseconds that a read waits for a standby, before the primary is
									 * asked */
	int			answer_timeout; /* milliseconds from then on */
	int			batch_timeout;	/* milliseconds, of the statement of a batch or file */
	int			waiting;		/* requests under way, of all keys */
	int			key_requests;	/* and of one */
	int			octets;			/* of bodies that are held, of all keys */
	int			key_octets;
	int			body_octets;	/* of one request */
	int			drain_timeout;	/* milliseconds from SIGTERM to the end */
} Config;

extern bool config_read(const char *file, Config *config);
extern void config_show(const Config *config);

extern Config config;			/* that are in force */

#endif							/* GATEWAY_CONFIG_H */
