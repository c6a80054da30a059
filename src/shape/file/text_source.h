/*
 * text_source.h
 *	  The octets of a file as UTF-8, whatever encoding they come in.
 */
#ifndef RVO_TEXT_SOURCE_H
#define RVO_TEXT_SOURCE_H

#include "fmgr.h"

#include "base/fault.h"
#include "base/text.h"

/* What gives a file's octets: how many were put into the buffer, at most size; 0 = the end. */
typedef int (*CsvFeed) (void *arg, char *buffer, int size);

extern int	rvo_feed_slice(void *arg, char *buffer, int size);

/* Octets that are held before they are read.  The fuzzer has fewer, so that what it tries does not fit. */
#ifndef SOURCE_WINDOW
#define SOURCE_WINDOW (64 * 1024)
#endif

/* Less room than this is none. */
#define SOURCE_MIN_ROOM 64

/* What stands in the text for an octet that could not be read: no valid UTF-8 has it. */
#define SOURCE_UNREADABLE '\xff'

typedef enum SourceKind
{
	SOURCE_UNDECIDED,			/* ASCII so far */
	SOURCE_UTF8,
	SOURCE_UTF16LE,
	SOURCE_UTF16BE,
	SOURCE_MACINTOSH,
	SOURCE_CONVERTED			/* by a function of the server */
} SourceKind;

typedef struct TextSource
{
	CsvFeed		feed;
	void	   *arg;
	MemoryContext context;
	char	   *octets;			/* SOURCE_WINDOW of them; those from from to to are not read yet */
	int			from;
	int			to;
	bool		ended;			/* the feed has no more */
	int64		fed;
	SourceKind	kind;
	Slice		charset;		/* what is said of it that may be wrong */
	FaultCode	fault;			/* FAULT_ENCODING_NOT_FOUND, FAULT_UNKNOWN_ENCODING: from here on */
	int			encoding;		/* of SOURCE_CONVERTED, the server's number */
	FmgrInfo	conversion;
} TextSource;

extern FaultCode rvo_text_source_open(TextSource *source, CsvFeed feed, void *arg, Slice encoding, Slice charset);
extern int	rvo_text_source_read(TextSource *source, char *to, int room);
extern const char *rvo_text_source_encoding(const TextSource *source);

#endif							/* RVO_TEXT_SOURCE_H */
