/*
 * store_import_alias.h
 *	  What columns of imports are called, by the owner and by those programs that are known.
 */
#ifndef RVO_STORE_IMPORT_ALIAS_H
#define RVO_STORE_IMPORT_ALIAS_H

#include "base/text.h"
#include "shape/import/import_mapping.h"

extern ImportAliases rvo_store_find_import_aliases(Slice entity, const ImportHeaders *headers);

#endif							/* RVO_STORE_IMPORT_ALIAS_H */
