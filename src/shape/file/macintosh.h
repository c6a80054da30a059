/*
 * macintosh.h
 *	  The character set of older Macs.
 */
#ifndef RVO_MACINTOSH_H
#define RVO_MACINTOSH_H

extern const uint16 rvo_macintosh[128];

#endif							/* RVO_MACINTOSH_H */
