/*
 * unique_name.c
 *	  Names that are told apart.
 */
#include "postgres.h"

#include "miscadmin.h"

#include "base/compat.h"
#include "base/unique_name.h"

/*
 * rvo_name_unique gives a name that others before it have another one: "Email (2)".  Names that are
 * taken are in a map, each with the number that was given last.
 */
Slice
rvo_name_unique(SliceMap *taken, Slice name)
{
	bool		found;
	int64		number = (*rvo_slice_map_put(taken, name, &found))++;
	Slice		unique = name;

	while (found)
	{
		CHECK_FOR_INTERRUPTS();
		number = Max(number, 1) + 1;
		unique = rvo_slice(psprintf("%.*s (" INT64_FORMAT ")", name.len, name.data, number));
		(void) rvo_slice_map_put(taken, unique, &found);
	}
	*rvo_slice_map_find(taken, name) = number;
	return unique;
}

/* rvo_columns_unique trims names of columns, calls those without one by their place, "column 3", and tells those apart that are the same. */
void
rvo_columns_unique(Slice *columns, int n)
{
	SliceMap   *taken = rvo_slice_map_create(n);

	for (int i = 0; i < n; i++)
	{
		columns[i] = rvo_text_trim(columns[i]);
		if (columns[i].len == 0)
			columns[i] = rvo_slice(psprintf("column %d", i + 1));
		columns[i] = rvo_name_unique(taken, columns[i]);
	}
}
