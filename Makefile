# PGXS build of the extension.  make, make install, make installcheck, make lint.

PG_CONFIG ?= pg_config

EXTENSION = revyops
MODULE_big = revyops
DATA = $(sort $(wildcard revyops--*.sql))
DOCS = README.md
PGFILEDESC = "revyops - contact database inside PostgreSQL"

# The folders of src/, each of which includes only itself and those before it.
DIRS = base value shape store work hook api http
SOURCES = src/revyops.c $(sort $(patsubst $(srcdir)/%,%,$(wildcard $(DIRS:%=$(srcdir)/src/%/*.c))))
SOURCE_HEADERS = $(wildcard $(DIRS:%=$(srcdir)/src/%/*.h))
OBJS = $(SOURCES:.c=.o)

# make installcheck: against the server that PGHOST etc. name.  The TAP tests of t/
# make servers of their own; script/test runs them.
REGRESS = $(patsubst sql/%.sql,%,$(sort $(wildcard sql/*.sql)))
REGRESS_OPTS = --inputdir=. --encoding=UTF8 --load-extension=pgtap
ISOLATION = $(patsubst specs/%.spec,%,$(sort $(wildcard specs/*.spec)))
ISOLATION_OPTS = --inputdir=. --encoding=UTF8

PG_CFLAGS = -Wextra
ifneq (,$(findstring clang,$(CC)))
# PGXS hands on the options that the server was compiled with, by gcc.
PG_CFLAGS += -Wno-unknown-warning-option -Wno-ignored-optimization-argument
endif
# The server's headers are written for gcc; what clang says of them is not ours.
PG_CPPFLAGS = -I$(srcdir)/src -isystem $(shell $(PG_CONFIG) --includedir-server)
SHLIB_LINK = -lidn2 -lpsl

PGXS := $(shell $(PG_CONFIG) --pgxs)
include $(PGXS)

# Bitcode goes by the same headers: it must not know older structs than the library.
$(OBJS) $(OBJS:.o=.bc): $(SOURCE_HEADERS)

# A build outside of the tree puts its objects into folders of the same names.
ifdef VPATH
$(shell mkdir -p $(sort $(dir $(OBJS))))
endif

.PHONY: lint
lint:
	$(srcdir)/script/lint
