/*
 * import_file.h
 *	  A file as what an import reads.
 */
#ifndef RVO_IMPORT_FILE_H
#define RVO_IMPORT_FILE_H

#include "shape/file/csv_reader.h"
#include "work/import/import_source.h"

extern ImportSource *rvo_import_file_open(const CsvOptions *options, CsvFeed feed, void *arg, int64 size, FaultList *faults);
extern const CsvFormat *rvo_import_file_format(const ImportSource *source);
extern Slice rvo_import_file_field(const ImportSource *source, int row, int column);
extern int64 rvo_import_file_size(const ImportSource *source);
extern int64 rvo_import_file_octets(const ImportSource *source);

#endif							/* RVO_IMPORT_FILE_H */
