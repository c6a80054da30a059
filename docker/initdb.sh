#!/bin/bash
# The image's entrypoint runs this once, when it has made the cluster: the extension, and with
# REVYOPS_HTTP=yes what http/README.md asks for under "Running it", 4 and 5.
set -euo pipefail

psql() { command psql -XAtq -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" "$@"; }

psql -c 'CREATE EXTENSION revyops'
case ${REVYOPS_HTTP:-no} in
	no) exit ;;
	yes) ;;
	*) echo "REVYOPS_HTTP is yes or no" >&2; exit 1 ;;
esac
psql -f /usr/share/revyops/roles.sql
echo 'revyops revyops revyops_gateway' >>"$PGDATA/pg_ident.conf"
# the first line that fits counts
sed -i '1i local all revyops_gateway peer map=revyops' "$PGDATA/pg_hba.conf"
