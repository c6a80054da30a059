# PGXS build of the extension.  make, make install, make installcheck, make lint, make dist.
# In another directory:  make -f ../Makefile VPATH=..

PG_CONFIG ?= pg_config

# The directory of this file, and so of the sources; files gives names as they are from there.
here := $(dir $(lastword $(MAKEFILE_LIST)))
files = $(sort $(patsubst $(here)%,%,$(wildcard $(addprefix $(here),$(1)))))

EXTENSION = revyops
MODULE_big = revyops
DATA := $(call files,revyops--*.sql)
PGFILEDESC = "revyops - contact database inside PostgreSQL"

# The folders of src/, each of which includes only itself and those before it.
DIRS = base value \
	shape/record shape/list shape/import shape/activity shape/file shape/platform \
	store/query store/service store/record store/list \
	work/caller work/record work/company work/contact work/activity work/import \
	hook api \
	http/request http/serve http/front
OBJS := $(patsubst %.c,%.o,src/revyops.c $(call files,$(DIRS:%=src/%/*.c)))
headers := $(wildcard $(addprefix $(here),$(DIRS:%=src/%/*.h)))

# make installcheck: against the server that PGHOST etc. name.  The TAP tests of t/
# make servers of their own; script/test runs them.
REGRESS := $(patsubst sql/%.sql,%,$(call files,sql/*.sql))
REGRESS_OPTS = --encoding=UTF8 --load-extension=pgtap
ISOLATION := $(patsubst specs/%.spec,%,$(call files,specs/*.spec))
ISOLATION_OPTS = --encoding=UTF8

PG_CFLAGS = -Wextra
ifneq (,$(findstring clang,$(CC)))
# PGXS hands on the options that the server was compiled with, by gcc.
PG_CFLAGS += -Wno-unknown-warning-option -Wno-ignored-optimization-argument
endif
# The server's headers are written for gcc; what clang says of them is not ours.
PG_CPPFLAGS = -I$(here)src -isystem $(shell $(PG_CONFIG) --includedir-server)
SHLIB_LINK = -lidn2 -lpsl -lunistring

EXTRA_CLEAN = gateway/revyops-gateway gateway/*.o notify/revyops-notify

PGXS := $(shell $(PG_CONFIG) --pgxs)
include $(PGXS)

# PGXS would look for everything among the sources, and take what was built there. These are sources.
srcdir := $(srcdir)
override VPATH :=
vpath %.c $(srcdir)
vpath %.control $(srcdir)

# Another directory has none of these yet.
object_dirs = $(sort $(dir $(OBJS)))
$(object_dirs):
	$(MKDIR_P) $@

$(OBJS) $(OBJS:.o=.bc): $(headers) | $(object_dirs)

.PHONY: lint dist gateway notify
gateway notify:
	$(MAKE) -C $(here)$@ PG_CONFIG="$(PG_CONFIG)"

lint:
	$(here)script/lint

# what pgxn install and PGXN itself take
version = $(shell sed -n 's/^   "version": "\(.*\)",$$/\1/p' $(here)META.json)
dist:
	git -C $(here) archive --format=zip --prefix=revyops-$(version)/ --output=$(CURDIR)/revyops-$(version).zip HEAD

# ---- by hand

## make                 builds the extension
## make install         installs it for the server of PG_CONFIG, below DESTDIR if that is set
## make installcheck    runs the regression and isolation tests against a running server
## make gateway         builds revyops-gateway; to install it: make -C gateway install
## make notify          builds revyops-notify; to install it: make -C notify install
## make test            runs all tests, on servers of their own; TESTS="sql/identity.sql t/race.pl": some of them
## make lint            checks the laws of the code, doc/architecture.md
## make format          gives the changed lines of src/, gateway/ and notify/ the look of PostgreSQL's own; SINCE=main: changed since then
## make dist            makes the archive of a release from the last commit
## make clean           removes what was built
.PHONY: help test format
help:
	@sed -n 's/^## //p' $(firstword $(MAKEFILE_LIST))

test:
	$(here)script/test $(TESTS)

format:
	$(here)script/format $(SINCE)
