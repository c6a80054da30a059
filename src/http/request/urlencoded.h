/*
 * urlencoded.h
 *	  Forms and queries whose octets are written %XX.
 */
#ifndef RVO_URLENCODED_H
#define RVO_URLENCODED_H

#include "http/request/form.h"

extern Slice rvo_url_decode(Slice s);
extern Slice rvo_url_decode_address(Slice s);
extern void rvo_urlencoded_read(Slice body, const FormLists *lists, Form *form);

#endif							/* RVO_URLENCODED_H */
