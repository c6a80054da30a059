# shellcheck shell=bash
# The servers that bench/http/run puts beside those of script/server: PostgREST with an nginx of its own, and
# Django REST Framework.  Sourced by bench/http/run.  Sets nginx_of, middle_of and url_of.

# until_answered URL PID…: waits for any answer but a 503 or 404, while these live
until_answered()
{
	local url=$1 i
	shift
	for ((i = 0; i < 600; i++)); do
		kill -0 "$@" 2>/dev/null || break
		case $(curl -s -m 60 -o /dev/null -w '%{http_code}' "$url" -H 'X-API-Key: -' -d '{}') in
			000 | 404 | 503) sleep 0.05 ;;
			*) return ;;
		esac
	done
	tail -n 5 "$work"/{postgrest,django}/log >&2 || true
	die "no answer from $url"
}

# find_gateway: the servers of script/server
find_gateway()
{
	nginx_of[gateway]=$(cat "$bench_run/var/nginx.pid")
	middle_of[gateway]=$(child_named "$server_pid" revyops-gateway)
	url_of[gateway]=$REVYOPS_URL
	[ -n "${middle_of[gateway]}" ] || die "script/server runs no gateway: is REVYOPS_FRONT set?"
}

start_postgrest()
{
	local dir=$work/postgrest port file
	port=$(free_port 18280)
	mkdir "$dir"
	[ "$(id -u)" != 0 ] || chown postgres "$dir"
	for file in nginx.conf nginx-endpoint.inc postgrest.conf; do
		sed "s/127\.0\.0\.1:8080/127.0.0.1:$port/" "$top/http/postgrest/$file" >"$dir/$file"
	done
	install -m 755 "$POSTGREST" "$dir/postgrest"
	beside "$dir" ./postgrest postgrest.conf
	middle_of[postgrest]=${servers_beside[-1]}
	beside "$dir" nginx -p "$dir" -c nginx.conf -e stderr
	nginx_of[postgrest]=${servers_beside[-1]}
	url_of[postgrest]=http://127.0.0.1:$port
	until_answered "${url_of[postgrest]}/public/v2/contacts" "${servers_beside[@]}"
}

# start_django: in a database of its own
start_django()
{
	local dir=$work/django port
	port=$(free_port 18380)
	cp -r "$top/bench/http/django" "$dir"
	[ -n "$(http_sql -c "SELECT oid FROM pg_database WHERE datname = 'django'")" ] || http_sql -c 'CREATE DATABASE django'
	export PYTHONDONTWRITEBYTECODE=1
	(cd "$dir" && /usr/bin/python3 -m django migrate --settings settings --run-syncdb -v 0)
	REVYOPS_KEY=$key http_sql -d django -f "$dir/setup.sql"
	beside "$dir" /usr/bin/gunicorn --bind "127.0.0.1:$port" wsgi:application
	middle_of[django]=${servers_beside[-1]}
	url_of[django]=http://127.0.0.1:$port
	until_answered "${url_of[django]}/public/v2/contacts" "${middle_of[django]}"
}
