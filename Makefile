# relvmoiscsi: from top to bottom, what is built, then how it is checked.
#
#   make          build/RELVMoISCSISR, build/relvmoiscsi, build/relvm
#   make demo     the main job, start to end, on this machine
#   make check    every test; make check-pack those of the pack alone,
#                 make check-quick the day's, make check-fresh on a machine that has nothing
#   make bench    measured speed
#   make static   the same program for any pool host: build/static
#   make install  DESTDIR=, and PREFIX= and the like (below)
#   make uninstall  with the same settings; make install-relvm: the command alone
#   make deb      build/relvm_<version>_<architecture>.deb: the command alone
#   make pack     build/pack/relvmoiscsi-<version>.iso; PACK_KEY= signs it
#
# SANITIZE=1 builds into build/asan with ASan and UBSan, STATIC=1 into
# build/static without a need for any library.

VERSION := 0.2.0

ifdef SANITIZE
BUILD     ?= build/asan
SANITIZER := -fsanitize=address,undefined -fno-sanitize-recover=all
else ifdef STATIC
BUILD     ?= build/static
else
BUILD     ?= build
endif

ifeq ($(origin CC),default)
CC := gcc
endif

# CPPFLAGS, CFLAGS, LDFLAGS and LDLIBS are whoever's who builds: they come after
# ours and take nothing of it away. WERROR=1 makes errors of warnings, as
# `make check` does: a later compiler's new warning must not end a user's build.
CFLAGS   ?= $(if $(SANITIZE),-O1 -g,-O2 $(if $(STATIC),,-g))
WARNINGS := -Wall -Wextra $(if $(WERROR),-Werror) -Wshadow -Wformat=2 -Wundef -Wvla \
            -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith \
            -Wcast-qual -Wwrite-strings -Wswitch-enum -Wconversion \
            -Wno-sign-conversion
COMPILE  := -I. -Ilib -D_GNU_SOURCE -DVERSION='"$(VERSION)"' \
            -I/usr/include/libxml2 -std=c11 $(WARNINGS) \
            -fstack-protector-strong $(SANITIZER)
LINK     := $(SANITIZER)
LIBS     := -ljansson -lxml2 -liscsi -lcares -luuid

# For hosts that lack some of these libraries and have others of any version.
# What stands behind -luuid is what the archives need in turn.
ifdef STATIC
ABSENT         := supp-pack/absent.c
COMPILE        += -fPIE
LINK           += -static-pie -s -Wl,-z,relro,-z,now
LIBS           += -lgcrypt \
                  -lgpg-error -llzma -lz -lm
endif

LIB_SOURCES    := $(wildcard lib/*/*.c)
DRIVER_SOURCES := $(wildcard drivers/*.c xapi-plugin/*.c) $(ABSENT)

# --- the program ------------------------------------------------------------

LIB            := $(BUILD)/librelvm.a
PROGRAM        := $(BUILD)/RELVMoISCSISR
OTHER_NAMES    := $(BUILD)/RELVMoHBASR $(BUILD)/relvmoiscsi $(BUILD)/relvm

objects = $(patsubst %.c,$(BUILD)/obj/%.o,$(1))

.DEFAULT_GOAL := all
.PHONY: all
all: $(PROGRAM) $(OTHER_NAMES)

# V=1 shows whole commands.
ifndef V
say = @printf '  %-4s %s\n' $(1) $(2);
endif

compile = $(CC) $(COMPILE) $(CPPFLAGS) $(CFLAGS)
link    = $(CC) $(COMPILE) $(CFLAGS) $(LINK) $(LDFLAGS) $(filter %.o,$^) \
          $(filter %.a,$^) $(LIBS) $(LDLIBS)

$(BUILD)/obj/%.o: %.c Makefile | build-packages
	@mkdir -p $(@D)
	$(call say,CC,$<) $(compile) -MMD -MP -c $< -o $@

$(LIB): $(call objects,$(LIB_SOURCES))
	@rm -f $@
	$(call say,AR,$@) $(AR) rcs $@ $^

$(PROGRAM): $(call objects,$(DRIVER_SOURCES)) $(LIB)
	$(call say,LD,$@) $(link) -o $@
ifdef STATIC
	@supp-pack/observer.py $@
endif

# One ELF, four names: SM backends, xapi plugin, command.
$(OTHER_NAMES): $(PROGRAM)
	@ln -f $< $@

-include $(shell find $(BUILD)/obj -name '*.d' 2>/dev/null)

.PHONY: static
static:
	@$(MAKE) --no-print-directory STATIC=1 all

.PHONY: clean
clean:
	rm -rf build

# --- on a host ------------------------------------------------------------------
# What is installed, by hand and in the RPM (supp-pack/relvmoiscsi.spec.in, which
# fails if its list is another).

PREFIX     ?= /usr
SYSCONFDIR ?= /etc
SM_DIR     ?= /opt/xensource/sm
PLUGIN_DIR ?= $(SYSCONFDIR)/xapi.d/plugins
DOC_DIR    ?= $(PREFIX)/share/doc/relvmoiscsi

# Whose code is in the static program, by their Debian packages.
STATIC_LIBRARIES := libc6 libxml2 libjansson4 libiscsi7 libc-ares2 \
                    libuuid1 libgcrypt20 libgpg-error0 liblzma5 zlib1g libgcc-s1

.PHONY: install
install: all
	install -D -m 755 $(PROGRAM) $(DESTDIR)$(SM_DIR)/RELVMoISCSISR
	ln -sfn RELVMoISCSISR $(DESTDIR)$(SM_DIR)/RELVMoHBASR
	install -d $(DESTDIR)$(PLUGIN_DIR) $(DESTDIR)$(PREFIX)/sbin $(DESTDIR)$(DOC_DIR)
	ln -sfn $(SM_DIR)/RELVMoISCSISR $(DESTDIR)$(PLUGIN_DIR)/relvmoiscsi
	ln -sfn $(SM_DIR)/RELVMoISCSISR $(DESTDIR)$(PREFIX)/sbin/relvm
	install -D -m 644 supp-pack/register.sh \
		$(DESTDIR)$(PREFIX)/libexec/relvmoiscsi/register.sh
	test -e $(DESTDIR)$(SYSCONFDIR)/relvmoiscsi.conf || install -D -m 644 \
		supp-pack/relvmoiscsi.conf $(DESTDIR)$(SYSCONFDIR)/relvmoiscsi.conf
	install -m 644 README.md CHANGELOG LICENSE xapi-plugin/schema.json \
		$(DESTDIR)$(DOC_DIR)
ifdef STATIC
	for library in $(STATIC_LIBRARIES); do \
		install -m 644 /usr/share/doc/$$library/copyright \
			$(DESTDIR)$(DOC_DIR)/copyright.$$library || exit; \
	done
endif
	install -D -m 644 drivers/relvm.8 $(DESTDIR)$(PREFIX)/share/man/man8/relvm.8
	install -D -m 644 drivers/relvmoiscsi.7 \
		$(DESTDIR)$(PREFIX)/share/man/man7/relvmoiscsi.7
	install -d $(DESTDIR)$(PREFIX)/share/bash-completion/completions
	$(BUILD)/relvm completion \
		>$(DESTDIR)$(PREFIX)/share/bash-completion/completions/relvm

# relvm alone, for a machine that has no xapi.
.PHONY: install-relvm
install-relvm: all
	install -D -m 755 $(PROGRAM) $(DESTDIR)$(PREFIX)/sbin/relvm
	install -D -m 644 drivers/relvm.8 $(DESTDIR)$(PREFIX)/share/man/man8/relvm.8
	install -d $(DESTDIR)$(PREFIX)/share/bash-completion/completions
	$(BUILD)/relvm completion \
		>$(DESTDIR)$(PREFIX)/share/bash-completion/completions/relvm

# What `make install` with the same settings has installed, but for settings that
# are no longer ours. What it is comes from installing it once more, elsewhere.
INSTALLED := $(abspath $(BUILD))/installed
.PHONY: uninstall
uninstall: all
	@rm -rf $(INSTALLED)
	@$(MAKE) -s --no-print-directory install DESTDIR=$(INSTALLED) >/dev/null
	@cd $(INSTALLED) && find . ! -type d | while read -r file; do \
		case $$file in *.conf) cmp -s "$$file" "$(DESTDIR)/$$file" || { \
			[ ! -e "$(DESTDIR)/$$file" ] || echo "kept: $(DESTDIR)$${file#.}"; \
			continue; } ;; \
		esac; \
		rm -f "$(DESTDIR)/$$file"; \
	done
	@rm -f $(DESTDIR)$(SYSCONFDIR)/xapi.conf.d/zz-relvmoiscsi.conf
	@cd $(INSTALLED) && find . -depth -type d -name relvmoiscsi | while read -r folder; do \
		[ ! -d "$(DESTDIR)/$$folder" ] || rmdir "$(DESTDIR)/$$folder"; \
	done
	@rm -rf $(INSTALLED)

.PHONY: deb
deb: deb-packages
	@$(MAKE) --no-print-directory all
	@supp-pack/deb.sh $(VERSION) $(BUILD)

.PHONY: pack
pack: pack-packages
	@supp-pack/pack.sh $(VERSION) build/pack

# --- what a fresh Debian 12 lacks -------------------------------------------
# Each target's, by what its recipe and its scripts call beyond what any Debian
# has. To compile at all, build-packages come first, whatever else is asked for.

BUILD_PACKAGES  := $(filter gcc clang,$(CC)) libc6-dev libxml2-dev uuid-dev \
                   libjansson-dev libiscsi-dev libc-ares-dev
STATIC_PACKAGES := $(BUILD_PACKAGES) libicu-dev libgcrypt20-dev \
                   libgpg-error-dev liblzma-dev zlib1g-dev python3
ifdef STATIC
BUILD_PACKAGES  := $(STATIC_PACKAGES)
endif
DEMO_PACKAGES   := $(BUILD_PACKAGES) tgt lvm2 zstd qemu-utils
BENCH_PACKAGES  := $(DEMO_PACKAGES) $(STATIC_PACKAGES) jq
DEB_PACKAGES    := $(BUILD_PACKAGES) dpkg-dev
TIDY_PACKAGES   := $(BUILD_PACKAGES) clang-tidy clang-format cppcheck shellcheck
PACK_PACKAGES   := $(STATIC_PACKAGES) rpm createrepo-c gnupg xorriso cpio
# For the programs of tests: unit tests, the stand-in for xapi.
TEST_PACKAGES   := $(DEMO_PACKAGES) libcmocka-dev python3
QUICK_PACKAGES  := $(TEST_PACKAGES) jq libxml2-utils
KERNEL_PACKAGES := $(STATIC_PACKAGES) $(DEMO_PACKAGES) python3
# The host's own initiator, in a guest of its own (User Mode Linux).
HOST_PACKAGES   := $(TEST_PACKAGES) user-mode-linux open-iscsi dmsetup \
                   multipath-tools kmod udev iproute2 procps e2fsprogs
CHECK_PACKAGES  := $(HOST_PACKAGES) $(PACK_PACKAGES) \
                   $(TIDY_PACKAGES) clang dpkg-dev \
                   libclang-rt-14-dev binutils jq libxml2-utils \
                   python3-jsonschema groff-base dnf dnsmasq-base \
                   busybox-static genisoimage

PACKAGE_LISTS := build-packages tidy-packages deb-packages demo-packages bench-packages pack-packages \
                 quick-packages kernel-packages host-packages check-packages
.PHONY: $(PACKAGE_LISTS)
build-packages: LIST := $(BUILD_PACKAGES)
tidy-packages: LIST := $(TIDY_PACKAGES)
deb-packages: LIST := $(DEB_PACKAGES)
demo-packages: LIST := $(DEMO_PACKAGES)
bench-packages: LIST := $(BENCH_PACKAGES)
pack-packages: LIST := $(PACK_PACKAGES)
quick-packages: LIST := $(QUICK_PACKAGES)
kernel-packages: LIST := $(KERNEL_PACKAGES)
host-packages: LIST := $(HOST_PACKAGES)
check-packages: LIST := $(CHECK_PACKAGES)
$(PACKAGE_LISTS):
	@tests/packages.sh $(LIST)

# --- tests --------------------------------------------------------------------
# Unit tests are one program a file of tests/unit; tools that tests use are one
# program a file of the other folders. All tests run on the sanitized build.

UNIT_TESTS := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/unit/test_*.c))
TEST_TOOLS := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/support/*.c \
                                                  tests/iscsi/*.c \
                                                  tests/xapi/*.c))

link_test = @mkdir -p $(@D); printf '  LD   %s\n' $@; $(link) -o $@

$(UNIT_TESTS) $(TEST_TOOLS): $(BUILD)/%: $(BUILD)/obj/%.o $(LIB)
	$(link_test)
$(UNIT_TESTS): LIBS += -lcmocka

# Measured beside the program, so linked like it.
$(BUILD)/tests/bench/%: $(BUILD)/obj/tests/bench/%.o $(call objects,$(ABSENT)) $(LIB)
	$(link_test)

# What several unit tests share.
UNIT_SHARED := $(filter-out tests/unit/test_%,$(wildcard tests/unit/*.c))
$(UNIT_TESTS): $(call objects,$(UNIT_SHARED))

# Tools of several files: one a folder, which gives it its name.
FOLDER_TOOLS := audit mutate gen
$(foreach tool,$(FOLDER_TOOLS),$(eval $(BUILD)/tests/$(tool): \
	$(call objects,$(wildcard tests/support/$(tool)/*.c))))
$(BUILD)/tests/crash: $(call objects,$(wildcard tests/crash/*.c))
FOLDER_TOOLS += crash
$(FOLDER_TOOLS:%=$(BUILD)/tests/%): $(LIB)
	$(link_test)

.PHONY: test-programs
test-programs: all $(UNIT_TESTS) $(TEST_TOOLS) $(FOLDER_TOOLS:%=$(BUILD)/tests/%)

# Tests want a build without warnings.
check check-build check-quick check-pack check-old-kernel check-host check-only crash: export WERROR := 1

SANITIZED := $(MAKE) --no-print-directory SANITIZE=1
LOGS      := build/logs
ASAN      := build/asan/tests

# The host's own initiator, in a test host for each suite. Its tools are of the
# plain build: what the host does is waited for, not what we compute.
HOST_TOOLS  := $(BUILD)/tests/audit $(BUILD)/tests/mutate $(BUILD)/tests/iscsi/kill_at \
               $(BUILD)/tests/iscsi/gate $(BUILD)/tests/iscsi/fake_target \
               $(patsubst %,$(BUILD)/tests/support/%,host_tool resign_file \
               steady_io visible xapi_answer iscsi_proxy) \
               $(patsubst %,$(BUILD)/tests/xapi/%,xapi_tool lun_head xe)
HOST_SUITES := $(patsubst %,"tests/host/%.sh build",kill races failures beside maps \
               multipath targets like_tgt sm libiscsi attach hba relvmohba hba_kill hba_failures in_use lvm_judge relvm many xe amx) \
               "tests/host/hba_golden.sh build single-vhd qcow2 journal-inflate neg-gpt"

# What a suite is called with: see the head of each. The longest come first.
IMAGE_TOOLS   := $(ASAN)/support/resign_file $(ASAN)/audit
UNIT_SUITES   := $(patsubst %.c,build/asan/%,$(wildcard tests/unit/test_*.c))
GOLDEN_SUITES := \
    "tests/golden/run.sh $(IMAGE_TOOLS) $(ASAN)/mutate" \
    "tests/golden/audit_notices.sh $(IMAGE_TOOLS) $(ASAN)/mutate" \
    "tests/golden/drop.sh $(IMAGE_TOOLS)"
DRIVER_SUITES := \
    "tests/driver/test_lost_target.sh build/asan" \
    "tests/driver/test_hostile.sh build/asan build" \
    $(patsubst %,"tests/driver/test_%.sh build/asan",backend lists refuse content \
    two_hosts smlog resign)
SUITES := \
    "tests/iscsi/test_kill.sh build/asan $(ASAN)/audit" \
    "tests/iscsi/test_races.sh build/asan $(ASAN)/audit" \
    "tests/generated/run.sh $(ASAN)/support/resign_file build/tests/audit build/tests/gen build/tests/mutate" \
    "tests/crash/run.sh build" \
    "tests/crash/mutations.sh applies" \
    $(HOST_SUITES) \
    "tests/fuzz/run.sh build 4" \
    $(GOLDEN_SUITES) \
    "tests/generated/large.sh build/tests/support/resign_file build/tests/audit $(ASAN)/gen $(ASAN)/mutate" \
    "tests/iscsi/test_user_session.sh $(ASAN)/iscsi/lun_tool $(ASAN)/iscsi/fake_target" \
    $(DRIVER_SUITES) \
    $(patsubst %,"tests/relvm/test_%.sh build/asan",iscsi batch careful words file) \
    "tests/relvm/test_memory.sh build/asan build" \
    $(patsubst %,"tests/xapi/test_%.sh build/asan",plugin launch guard original \
    records life many odd slow astray report) \
    $(patsubst %,"tests/xapi/test_%.sh build/asan $(ASAN)/audit",attach clients xe readme) \
    "tests/vpd/test_scsi_id.sh $(ASAN)/support/vpd_names" \
    "tests/layers.sh build/obj" \
    $(patsubst %,"tests/machine/test_%.sh",source run make) \
    $(UNIT_SUITES)

# The pack's suites, in `make check` and alone.
PACKS       := build/packs
PACK_SUITES := \
    "tests/host/static.sh build" \
    "tests/pack/elf.sh $(PACKS) build/asan" \
    "tests/pack/old_kernel.sh $(PACKS)/RELVMoISCSISR build/asan" \
    "tests/pack/yum.sh $(PACKS)" \
    "tests/pack/legacy.sh $(PACKS)" \
    "tests/pack/register.sh $(PACKS)" \
    "tests/pack/life.sh $(PACKS)" \
    "tests/pack/iso.sh $(PACKS)" \
    "tests/pack/reproducible.sh $(PACKS)"
PACK_TOOLS  := $(ASAN)/audit $(ASAN)/support/xapi_answer $(ASAN)/support/old_kernel

.PHONY: packs check-pack
packs: | check-packages
	@tests/pack/packs.sh $(PACKS)
check-pack: packs
	@$(MAKE) --no-print-directory -j2 all $(HOST_TOOLS)
	@$(SANITIZED) -j2 all $(PACK_TOOLS)
	@tests/run.sh $(LOGS)-pack $(PACK_SUITES)

# The pack's program on the kernels of pool hosts; or OLD_PROGRAM=, to see what
# fails with that.
.PHONY: check-old-kernel
check-old-kernel: kernel-packages
	@$(MAKE) --no-print-directory -j2 static
	@$(SANITIZED) -j2 $(PACK_TOOLS)
	@tests/run.sh $(LOGS)-kernel \
		"tests/pack/old_kernel.sh $(or $(OLD_PROGRAM),build/static/RELVMoISCSISR) build/asan"

.PHONY: check check-build
check-build: check-packages
	@$(MAKE) --no-print-directory -j2 all $(CRASH_TOOLS) $(HOST_TOOLS)
	@# For its warnings, which do not depend on how far it optimises.
	@$(MAKE) --no-print-directory -j2 CC=clang CFLAGS=-O0 BUILD=build/clang all
	@$(SANITIZED) -j2 test-programs
	@$(MAKE) --no-print-directory packs
check: check-build
	@VERBOSE=1 tests/run.sh $(LOGS) $(SUITES) $(PACK_SUITES)

# The crash proof tries so many states that it wants the optimised build. In full
# it also shows that it can fail: each safeguard is taken out once.
CRASH_TOOLS := $(BUILD)/tests/crash $(BUILD)/tests/audit \
               $(BUILD)/tests/gen $(BUILD)/tests/mutate \
               $(BUILD)/tests/support/resign_file

.PHONY: crash
crash: check-packages
	@$(MAKE) --no-print-directory -j2 all $(CRASH_TOOLS)
	@tests/crash/run.sh $(BUILD) full
	@tests/crash/mutations.sh

# The day's work: minutes.
.PHONY: check-quick
check-quick: quick-packages
	@$(MAKE) --no-print-directory -j2 all
	@$(SANITIZED) -j2 test-programs
	@tests/run.sh $(LOGS)-quick $(DRIVER_SUITES) $(GOLDEN_SUITES) $(UNIT_SUITES)

# One suite or some: make check-only SUITES='"tests/layers.sh build/obj"'
.PHONY: check-only
check-only: check-packages
	@$(MAKE) --no-print-directory -j2 all $(CRASH_TOOLS) $(HOST_TOOLS)
	@$(SANITIZED) -j2 test-programs
	@VERBOSE=1 tests/run.sh $(LOGS) $(SUITES)

.PHONY: check-host host-shell
check-host: host-packages
	@$(MAKE) --no-print-directory -j2 all $(HOST_TOOLS)
	@VERBOSE=1 tests/run.sh $(LOGS)-host $(HOST_SUITES)
host-shell: host-packages
	@tests/host/boot.sh --shell

# README's commands on a machine that has nothing, one suite a part; FRESH=: some.
FRESH := demo lines static install user quick bench check debian13
.PHONY: check-fresh
check-fresh:
	@[ "$$(id -u)" -ne 0 ] || tests/packages.sh debootstrap
	@VERBOSE=1 SUITE_SECONDS=$${SUITE_SECONDS:-1800} JOBS=1 tests/run.sh \
		$(LOGS)-fresh $(patsubst %,"tests/machine/fresh.sh %",$(FRESH))

# What tools say of the sources; and a table, per folder, of which lines the tests
# of `make check-quick` run.
.PHONY: tidy coverage format format-check
tidy: tidy-packages
	@tests/run.sh $(LOGS)-tidy tests/machine/test_source.sh
coverage: quick-packages
	@tests/machine/coverage.sh
format-check: tidy-packages
	@git ls-files '*.[ch]' | xargs clang-format --dry-run --Werror
format: tidy-packages
	@git ls-files '*.[ch]' | xargs clang-format -i

.PHONY: check-layers
check-layers: all
	@tests/layers.sh $(BUILD)/obj

# --- to look at ---------------------------------------------------------------

.PHONY: demo
demo: demo-packages
	@$(MAKE) --no-print-directory -j2 all $(BUILD)/tests/support/xapi_answer
	@tests/demo/demo.sh $(BUILD)

.PHONY: bench bench-build
bench-build: bench-packages
	@$(MAKE) --no-print-directory -j2 all $(BUILD)/tests/support/iscsi_proxy \
		$(BUILD)/tests/gen $(BUILD)/tests/mutate \
		$(BUILD)/tests/support/xapi_answer $(BUILD)/tests/bench/in_turn
	@$(MAKE) --no-print-directory STATIC=1 -j2 all \
		build/static/tests/bench/bare
bench: bench-build
	@tests/bench/bench.sh $(BUILD) build/static
	@tests/bench/jobs_bench.sh $(BUILD)
	@tests/bench/xapi_bench.sh $(BUILD)
	@if [ "$$(id -u)" = 0 ] && command -v linux.uml >/dev/null; then \
		$(MAKE) --no-print-directory bench-host; \
	else echo "On a host: make bench-host, as root"; fi

# On a host: by the driver as it is shipped, and by hand.
.PHONY: bench-host
bench-host: host-packages static
	@tests/bench/host_bench.sh build/static
