# purelbtool: offline validator and simulator for PureLB.
#
# `make help` lists the targets. Variables that may be set on the command line:
#   PREFIX=/usr/local DESTDIR=   where `make install` puts things
#   CC=gcc CXX=g++ CFLAGS=-O2    compilers and their optimization flags
#   SANITIZE=address,undefined   builds into a folder of its own, next to the normal build
#   STATIC=1                     one file without shared libraries, for packaging/dist
#   ARENA_MALLOC=1               every arena piece a malloc of its own (for sanitizers)
#   WERROR=1                     warnings are errors
#   DOCS_URL=https://...         a page about the checks, where reports point with #CODE
#   URL=                         where a release will be downloaded from (make dist)
#   V=1                          show the commands

VERSION := 0.1.0

CC       = gcc
CXX      = g++
CFLAGS   = -O2 -g
PREFIX   = /usr/local
DESTDIR  =
SANITIZE =
STATIC   =
ARENA_MALLOC =
WERROR   =
V        =
DOCS_URL =
URL      =

MAKEFLAGS += -rR --no-print-directory
.DELETE_ON_ERROR:
.SECONDARY:
.DEFAULT_GOAL := all

LAYERS := base config purelb validator sim reports cli

# One output folder for each kind of build, all below build/.
comma := ,
KIND  := $(if $(SANITIZE),$(subst $(comma),-,$(SANITIZE)),release)$(if $(ARENA_MALLOC),-malloc)
B     := build/$(KIND)
Q     := $(if $(V),,@)
say    = $(if $(V),,@printf '  %-7s %s\n' '$(1)' '$(2)')

PKGS      := yaml-0.1 libcjson libpcap re2 nettle
PKG_FLAGS  = $(shell pkg-config --cflags $(PKGS) 2>/dev/null)
PKG_LIBS   = $(shell pkg-config --libs $(PKGS) 2>/dev/null)

WARN := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes \
	-Wmissing-prototypes -Wwrite-strings -Wformat=2 -Wundef -Wvla -Wpointer-arith \
	-Wcast-qual -Wimplicit-fallthrough
WARN_CXX := -Wall -Wextra -Wpedantic -Wshadow -Wconversion
# What the compiler knows of these; tests/packaging looks at the result.
takes    = $(shell $(CC) $1 -S -x c -o /dev/null /dev/null >/dev/null 2>&1 && echo '$1')
HARDEN  := -fPIE -fstack-protector-strong $(call takes,-fstack-clash-protection) \
	$(call takes,-fcf-protection) $(call takes,-mbranch-protection=standard) $(if $(SANITIZE),,-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3)
HARDEN_LINK := $(if $(STATIC),-static-pie,-pie) -Wl,-z,relro,-z,now,-z,noexecstack

# Files that become part of the program, as C strings, a line each.
GENERATED := build/generated
ASSETS    := $(patsubst %,$(GENERATED)/%.inc,$(wildcard reports/formats/*.css reports/formats/*.js))

OUR_FLAGS = -I. -I$(GENERATED) -D_POSIX_C_SOURCE=200809L -D_DEFAULT_SOURCE \
	-DPURELBTOOL_VERSION='"$(VERSION)"' $(if $(DOCS_URL),-DPURELBTOOL_DOCS='"$(DOCS_URL)"') $(PKG_FLAGS) \
	$(if $(SANITIZE),-fsanitize=$(SANITIZE) -fno-sanitize-recover=all -fno-omit-frame-pointer) \
	$(if $(SANITIZE),-DDEBUG_CHECKS) $(if $(ARENA_MALLOC),-DARENA_MALLOC) $(HARDEN) $(if $(WERROR),-Werror) -pthread
COMPILE_C   = $(CC) -std=c17 $(OUR_FLAGS) $(WARN) $(CFLAGS)
COMPILE_CXX = $(CXX) -std=c++17 $(OUR_FLAGS) $(WARN_CXX) $(CFLAGS)
LINK        = $(CXX) $(CFLAGS) $(HARDEN_LINK) -pthread $(if $(SANITIZE),-fsanitize=$(SANITIZE))

SOURCES := $(foreach layer,$(LAYERS),$(sort $(wildcard $(layer)/*.c $(layer)/*/*.c)))
LIB_OBJECTS := $(patsubst %.c,$B/%.o,$(filter-out cli/main.c,$(SOURCES))) $B/base/regex.o
UNIT_OBJECTS := $(patsubst %.c,$B/%.o,$(sort $(wildcard tests/unit/*.c)))
TOOLS := $(patsubst tests/bench/%.c,$B/bench/%,$(sort $(wildcard tests/bench/*.c)))

.PHONY: all
all: $B/purelbtool ## build the program (build/release/purelbtool)

$B/purelbtool: $B/cli/main.o $B/libpurelbtool.a
	$(call say,LINK,$@)
	$Q$(LINK) -o $@ $^ $(PKG_LIBS)

$B/libpurelbtool.a: $(LIB_OBJECTS)
	$(call say,AR,$@)
	$Qrm -f $@ && ar rcs $@ $^

$B/unit-tests: $(UNIT_OBJECTS) $B/libpurelbtool.a
	$(call say,LINK,$@)
	$Q$(LINK) -o $@ $^ $(PKG_LIBS) $$(pkg-config --libs check)

$B/bench/%: $B/tests/bench/%.o $B/libpurelbtool.a
	$(call say,LINK,$@)
	$Qmkdir -p $(@D)
	$Q$(LINK) -o $@ $^ $(PKG_LIBS)

$B/lab/%: $B/tests/lab/%.o $B/libpurelbtool.a
	$(call say,LINK,$@)
	$Qmkdir -p $(@D)
	$Q$(LINK) -o $@ $^ $(PKG_LIBS)

$(GENERATED)/%.inc: %
	$(call say,STRINGS,$@)
	$Qmkdir -p $(@D)
	$Qsed -e 's/[\\"]/\\&/g' -e 's/^/"/' -e 's/$$/\\n",/' $< > $@

$B/reports/formats/page.o: $(ASSETS)

$B/%.o: %.c $B/flags
	$(call say,CC,$<)
	$Qmkdir -p $(@D)
	$Q$(COMPILE_C) -MMD -MP -c -o $@ $<

$B/%.o: %.cc $B/flags
	$(call say,CXX,$<)
	$Qmkdir -p $(@D)
	$Q$(COMPILE_CXX) -MMD -MP -c -o $@ $<

# Rewritten only when the commands change, so that new flags rebuild everything.
$B/flags: FORCE
	$Qmkdir -p $(@D)
	$Qprintf '%s\n' "$$FLAGS_NOW" | cmp -s - $@ || printf '%s\n' "$$FLAGS_NOW" > $@
export FLAGS_NOW = $(COMPILE_C) $(COMPILE_CXX)
.PHONY: FORCE
FORCE:

-include $(LIB_OBJECTS:.o=.d) $(UNIT_OBJECTS:.o=.d) $B/cli/main.d

# ---- testing and using it ------------------------------------------------------------------
#
# The targets that are for people install what they need (tests/install-deps) and then call
# make again, as what pkg-config says is different after that.

FUZZ_SECONDS = 60
FUZZ_TARGETS =

# As many jobs as there are processors, unless the caller said how many.
AGAIN = $(MAKE) $(if $(filter -j%,$(MAKEFLAGS)),,-j$(shell nproc 2>/dev/null || echo 2))

.PHONY: demo
demo: ## see it work: a correct cluster, a broken one, and a node that crashes
	@tests/install-deps build
	@$(AGAIN) all
	@echo
	@echo '== A correct cluster: purelbtool validate fixtures/default-install'
	@echo
	@$B/purelbtool validate fixtures/default-install
	@echo
	@echo '== A broken one: purelbtool validate fixtures/broken'
	@echo
	@$B/purelbtool validate fixtures/broken; test $$? -eq 1
	@echo
	@echo '== A node that announces VIPs loses power: purelbtool simulate scenarios/node-crash.yaml'
	@echo
	@mkdir -p build/demo
	@$B/purelbtool simulate --pcap build/demo --plots build/demo -o table \
		-o html=build/demo/node-crash.html scenarios/node-crash.yaml
	@echo
	@echo 'The same as a page: build/demo/node-crash.html, and as pictures: build/demo/*.svg'
	@echo 'Its frames:         tshark -r build/demo/rack1.pcap -Y arp.isgratuitous'
	@echo
	@echo 'Next: $B/purelbtool explain SG006       what a finding means and how to fix it'
	@echo '      $B/purelbtool validate YOUR-FILES  or pipe into it: kubectl get ... -o yaml'
	@echo '      $B/purelbtool --help; make help; make install'

.PHONY: test
test: ## every test, built with sanitizers
	@tests/install-deps build test
	@$(AGAIN) SANITIZE=address,undefined ARENA_MALLOC=1 CFLAGS='-O1 -g1' check

.PHONY: check
check: $B/purelbtool $B/unit-tests $B/bench/measure $B/lab/frames ## every test, on what the variables build
	@tests/run $B/purelbtool $B/unit-tests

.PHONY: lint
lint: ## everything that can be checked without running it
	@tests/install-deps lint
	@$(MAKE) $(ASSETS)
	@tests/lint/run

.PHONY: bench
bench: ## speed and memory, as ratios
	@tests/install-deps bench
	@$(AGAIN) $B/purelbtool $(TOOLS)
	@tests/bench/run $B/purelbtool $B/bench

.PHONY: lab
lab: ## tests against real daemons and other programs
	@tests/install-deps build lab
	@$(AGAIN) $B/purelbtool $B/lab/frames
	@EVERY=1 ONLY=lab tests/run $B/purelbtool $B/unit-tests

.PHONY: faults
faults: ## every allocation and every system call of some commands fails once
	@tests/install-deps build test
	@$(AGAIN) $B/purelbtool $B/unit-tests
	@EVERY=1 ONLY=faults tests/run $B/purelbtool $B/unit-tests

.PHONY: fuzz
fuzz: ## random input for FUZZ_SECONDS=60, into all targets or FUZZ_TARGETS
	@tests/install-deps fuzz
	@$(AGAIN) CC=clang CXX=clang++ SANITIZE=fuzzer-no-link,address,undefined ARENA_MALLOC=1 \
		B=build/fuzz build/fuzz/fuzzer build/fuzz/fuzzer-values
	@tests/fuzz/run build/fuzz/fuzzer $(FUZZ_SECONDS) build/fuzz/corpus $(FUZZ_TARGETS)

FUZZ_OBJECTS := $(patsubst %,$B/tests/%.o,fuzz/fuzz fuzz/fuzz_values fuzz/fuzz_commands \
	fuzz/fuzz_differential unit/allocation_drawn unit/allocation_reference unit/reference_choice)

$B/fuzzer: $(FUZZ_OBJECTS) $B/libpurelbtool.a
	$(call say,LINK,$@)
	$Q$(LINK) -fsanitize=fuzzer -o $@ $^ $(PKG_LIBS) $$(pkg-config --libs check)

# Readers of values alone: many times as fast.
$B/fuzzer-values: $(patsubst %,$B/tests/fuzz/%.o,fuzz fuzz_values fuzz_alone) $B/libpurelbtool.a
	$(call say,LINK,$@)
	$Q$(LINK) -fsanitize=fuzzer -o $@ $^ $(PKG_LIBS)

# The same targets over files that are named, with any compiler.
$B/fuzz-onefile: $(FUZZ_OBJECTS) $B/tests/fuzz/onefile.o $B/libpurelbtool.a
	$(call say,LINK,$@)
	$Q$(LINK) -o $@ $^ $(PKG_LIBS) $$(pkg-config --libs check)

.PHONY: docs
docs: $B/purelbtool ## writes docs/checks, a page for each check, from the table of checks
	$Qrm -rf docs/checks
	$Qdocs/make-checks $B/purelbtool docs/checks

.PHONY: install
install: $B/purelbtool ## program, manual, completions, kubectl plugin; below DESTDIR and PREFIX
	$Qpackaging/install $B/purelbtool '$(DESTDIR)' '$(PREFIX)'

.PHONY: uninstall
uninstall: ## removes what install put there
	$Qpackaging/install --remove '$(DESTDIR)' '$(PREFIX)'

.PHONY: deb
deb: ## a Debian package, build/deb/purelbtool_VERSION_ARCH.deb
	@tests/install-deps build deb
	@$(AGAIN) all
	@mkdir -p build/deb
	@packaging/deb $B/purelbtool $(VERSION) build/deb

.PHONY: dist
dist: ## everything of a release, in build/dist; URL= says where it will be downloaded from
	@tests/install-deps dist
	@URL='$(URL)' packaging/dist $(VERSION) build/dist

.PHONY: deps
deps: ## installs what building needs, on Debian
	@tests/install-deps build

.PHONY: clean
clean: ## removes everything that was built
	$Qrm -rf build

.PHONY: help
help: ## this list
	@sed -n -e '/^$$/q' -e 's/^# \{0,1\}//p' Makefile
	@echo
	@echo 'Targets:'
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1 \2/p' Makefile | sort | while read -r name text; do \
		printf '  %-10s %s\n' "$$name" "$$text"; done

-include $(TOOLS:$B/bench/%=$B/tests/bench/%.d) $(wildcard $B/tests/fuzz/*.d $B/tests/lab/*.d)
