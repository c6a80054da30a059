/*
 * windows_text.h
 *	  Whether octets may be text in Windows-1252.
 */
#ifndef RVO_WINDOWS_TEXT_H
#define RVO_WINDOWS_TEXT_H

#include "base/text.h"

extern bool rvo_text_may_be_windows(Slice text);

#endif							/* RVO_WINDOWS_TEXT_H */
