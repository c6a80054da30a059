# The official image of PostgreSQL with the extension, and what stands in front of it over HTTP.
#   docker build -t revyops .
#   docker build -t revyops-front --target front .
# compose.yaml puts them together.
ARG PG=17

# ---------------------------------------------------------------- the front: nginx and the gateway

FROM debian:trixie-slim AS viewer
RUN set -eux; \
	apt-get update; \
	apt-get install -y --no-install-recommends ca-certificates curl nodejs node-registry-url; \
	rm -rf /var/lib/apt/lists/*
COPY script/lib.sh /revyops/script/
RUN REVYOPS_VIEWER=/viewer bash -c '. /revyops/script/lib.sh; fetch_viewer'

FROM debian:trixie-slim AS gateway
RUN set -eux; \
	apt-get update; \
	apt-get install -y --no-install-recommends gcc libc6-dev libpq-dev make; \
	rm -rf /var/lib/apt/lists/*
COPY gateway /usr/src/gateway/
RUN make -C /usr/src/gateway install DESTDIR=/stage

FROM debian:trixie-slim AS front
# the user by whom the database knows the gateway, of the same number in both images
RUN set -eux; \
	useradd --user-group --uid 10001 --no-create-home --home-dir /srv/revyops revyops; \
	apt-get update; \
	apt-get install -y --no-install-recommends libpq5 nginx; \
	rm -rf /var/lib/apt/lists/*; \
	install -d -o revyops -g revyops /srv/revyops /run/revyops
COPY --from=gateway /stage /
COPY http/nginx.conf /srv/revyops/
COPY --from=viewer /viewer /srv/revyops/docs/
COPY http/docs http/openapi.yaml /srv/revyops/docs/
COPY http/import /srv/revyops/import/
RUN sed -i 's/listen 127\.0\.0\.1:8080;/listen 8080;/' /srv/revyops/nginx.conf
USER revyops
# where the socket between the two is
WORKDIR /run/revyops
EXPOSE 8080
CMD ["nginx", "-p", "/srv/revyops", "-c", "nginx.conf", "-e", "stderr"]

# ---------------------------------------------------------------- the database

FROM postgres:$PG-trixie AS build
RUN set -eux; \
	apt-get update; \
	apt-get install -y --no-install-recommends build-essential "postgresql-server-dev-$PG_MAJOR" libidn2-dev libpsl-dev libunistring-dev; \
	rm -rf /var/lib/apt/lists/*
WORKDIR /usr/src/revyops
COPY . .
RUN set -eux; \
	export PG_CONFIG="/usr/lib/postgresql/$PG_MAJOR/bin/pg_config"; \
	make -j "$(nproc)"; \
	make install DESTDIR=/stage

FROM postgres:$PG-trixie
RUN set -eux; \
	useradd --user-group --uid 10001 --no-create-home --home-dir /nonexistent revyops; \
	apt-get update; \
	apt-get install -y --no-install-recommends libidn2-0 libpsl5t64; \
	rm -rf /var/lib/apt/lists/*
COPY --from=build /stage /
COPY http/roles.sql /usr/share/revyops/
COPY docker/initdb.sh /docker-entrypoint-initdb.d/revyops.sh
