/*
 * keep_data.h
 *	  DROP EXTENSION is refused while there is data.
 */
#ifndef RVO_KEEP_DATA_H
#define RVO_KEEP_DATA_H

extern void rvo_keep_data_init(void);

#endif							/* RVO_KEEP_DATA_H */
