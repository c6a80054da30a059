\unset ECHO
\getenv abs_srcdir PG_ABS_SRCDIR
-- The same at a stricter level, where a key of ours that nobody is seen to have is a 40001.
SET default_transaction_isolation = 'repeatable read';
\i :abs_srcdir/sql/own_indexes.sql
