/*
 * api_keep.h
 *	  DROP EXTENSION is refused while there is data.
 */
#ifndef RVO_API_KEEP_H
#define RVO_API_KEEP_H

extern void rvo_keep_data_init(void);

#endif							/* RVO_API_KEEP_H */
