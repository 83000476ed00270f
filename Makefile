# relvmoiscsi: from top to bottom, what is built, then how it is checked.
#
#   make          build/RELVMoISCSISR, build/relvmoiscsi, build/relvm
#   make demo     the main job, start to end, on this machine
#   make check    every test
#   make bench    measured speed
#
# SANITIZE=1 builds into build/asan with ASan and UBSan.

VERSION := 0.1.0

ifdef SANITIZE
BUILD     := build/asan
SANITIZER := -fsanitize=address,undefined -fno-sanitize-recover=all
else
BUILD     := build
endif

CC       ?= gcc
WARNINGS := -Wall -Wextra -Werror -Wshadow -Wformat=2 -Wundef -Wvla \
            -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith \
            -Wcast-qual -Wwrite-strings -Wswitch-enum -Wconversion \
            -Wno-sign-conversion
CPPFLAGS += -Ilib -D_GNU_SOURCE -DVERSION='"$(VERSION)"' \
            -I/usr/include/libxml2
CFLAGS   ?= -O2 -g
CFLAGS   += -std=c11 $(WARNINGS) -fstack-protector-strong $(SANITIZER)
LDFLAGS  += $(SANITIZER)
LDLIBS   := -lxmlrpc -lxmlrpc_util -lxml2 -liscsi -luuid

# --- the program ------------------------------------------------------------

LIB_SOURCES    := $(wildcard lib/*/*.c)
DRIVER_SOURCES := $(wildcard drivers/*.c xapi-plugin/*.c)
LIB            := $(BUILD)/librelvm.a
PROGRAM        := $(BUILD)/RELVMoISCSISR
OTHER_NAMES    := $(BUILD)/relvmoiscsi $(BUILD)/relvm

objects = $(patsubst %.c,$(BUILD)/obj/%.o,$(1))

.DEFAULT_GOAL := all
.PHONY: all
all: $(PROGRAM) $(OTHER_NAMES)

$(BUILD)/obj/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c $< -o $@

$(LIB): $(call objects,$(LIB_SOURCES))
	rm -f $@
	$(AR) rcs $@ $^

$(PROGRAM): $(call objects,$(DRIVER_SOURCES)) $(LIB)
	$(CC) $(CFLAGS) $(LDFLAGS) $^ $(LDLIBS) -o $@

# One ELF, three names: SM backend, xapi plugin, command.
$(OTHER_NAMES): $(PROGRAM)
	ln -f $< $@

-include $(shell find $(BUILD)/obj -name '*.d' 2>/dev/null)

.PHONY: clean
clean:
	rm -rf build
