\unset ECHO
\getenv abs_srcdir PG_ABS_SRCDIR
-- The same at a stricter level, where rows are inserted as a set.
SET default_transaction_isolation = 'repeatable read';
\i :abs_srcdir/sql/create_contacts_one_by_one.sql
