# dkim-tools: works with GNU make and BSD make.  Set any of these on the
# command line or in the environment; nothing below the line needs editing.

VERSION      = 0.9.0
PREFIX      ?= /usr/local
SYSCONFDIR  ?= /etc
BINDIR      ?= $(PREFIX)/bin
LIBEXECDIR  ?= $(PREFIX)/libexec
MANDIR      ?= $(PREFIX)/share/man
BASHCOMPDIR ?= $(PREFIX)/share/bash-completion/completions
ZSHCOMPDIR  ?= $(PREFIX)/share/zsh/site-functions
FISHCOMPDIR ?= $(PREFIX)/share/fish/vendor_completions.d
INSTALL     ?= install
PKG_CONFIG  ?= pkg-config
CFLAGS      ?= -g
HARDEN      ?= -fstack-protector-strong -fstack-clash-protection \
               -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -fPIE
HARDEN_LD   ?= -pie -Wl,-z,relro,-z,now,-z,noexecstack,--as-needed
WARN        ?= -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
               -Wpointer-arith -Wcast-qual -Wwrite-strings -Wvla -Wformat=2 \
               -Wconversion -Wundef -Wimplicit-fallthrough
# Empty for those who build to use it; scripts/test says -Werror.
WERROR      ?=
FUZZ_SECONDS ?= 10
# The folder that it is built in leaves no trace in the debug information.
PREFIX_MAP  ?= -ffile-prefix-map="`pwd`"=.

# Expanded by the shell at each use, so no make extension is needed; on a
# system without pkg-config set the three of them by hand.
DEP_CFLAGS  ?= `$(PKG_CONFIG) --cflags libcrypto ldns libidn2`
CRYPTO_LIBS ?= `$(PKG_CONFIG) --libs libcrypto libidn2`
DNS_LIBS    ?= `$(PKG_CONFIG) --libs ldns libcrypto libidn2`

# ---------------------------------------------------------------------------

# OFFLINE commands are linked without ldns: they cannot touch the network.
OFFLINE     = cmd/dkim-sign cmd/dkim-keygen cmd/dkim-dnsrec
ONLINE      = cmd/dkim-verify cmd/dkim-check
CMD         = $(OFFLINE) $(ONLINE)
UNIT        = tests/unit/canon tests/unit/resolver tests/unit/sandbox \
              tests/unit/tables
BENCH       = tests/bench/bare tests/bench/stopwatch
SCRIPT      = scripts/qmail-remote-dkim scripts/qmail-queue-dkim \
              scripts/postfix-dkim-filter scripts/postfix-dkim-verify \
              scripts/opendkim-import scripts/dkim-rotate
# dkim-sign starts these, by the path that it is told.
HELPER      = scripts/key-from-postgresql scripts/key-from-redis \
              scripts/sign-with-pkcs11 scripts/sign-with-openssl
LIB         = libshared/libshared.a
# In the order of the C locale, so that the linker meets them in one order.
OBJ        != LC_ALL=C ls libshared/*/*.c | sed 's/c$$/o/'
CMDOBJ     != LC_ALL=C ls cmd/*.c | sed 's/c$$/o/'
HDR        != LC_ALL=C ls libshared/*/*.h cmd/*.h

# OpenBSD has no quick_exit(3): there a lack of memory ends the process as any
# failure does, which to qmail-queue is 75 instead of 51.
LIBC_CFLAGS != test "`uname`" != OpenBSD || \
              echo "-Dquick_exit=exit '-Dat_quick_exit(f)=((void)(f),0)'"

# -O2 is not left to CFLAGS, which BSD make on Linux sets to -g alone.
ALL_CFLAGS  = -std=c11 -O2 -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 \
              -D_TIME_BITS=64 -DVERSION=\"$(VERSION)\" \
              -DSYSCONFDIR=\"$(SYSCONFDIR)\" -iquote libshared \
              $(EVP:1=-DCRYPTO_EVP) $(WARN) $(WERROR) $(HARDEN) \
              $(PREFIX_MAP) $(LIBC_CFLAGS) $(DEP_CFLAGS) $(CPPFLAGS) $(CFLAGS)
LINK        = $(CC) $(CFLAGS) $(HARDEN) $(HARDEN_LD) $(LDFLAGS)
# What a linker writes piece by piece stays in small pages of the kernel's cache,
# and starts more slowly than the copy that an installation makes of it.
COPY        = cp $@ $@.new && mv $@.new $@

all: $(CMD)

.SUFFIXES: .c .o
.c.o:
	$(CC) $(ALL_CFLAGS) -c -o $@ $<

$(OBJ) $(CMDOBJ): $(HDR)

$(LIB): $(OBJ)
	rm -f $@
	$(AR) rc $@ $(OBJ)
	ranlib $@

cmd/dkim-sign: cmd/dkim-sign.o cmd/sign_options.o $(LIB)
	$(LINK) -o $@ cmd/dkim-sign.o cmd/sign_options.o $(LIB) $(CRYPTO_LIBS)
	$(COPY)

cmd/dkim-keygen: cmd/dkim-keygen.o $(LIB)
	$(LINK) -o $@ cmd/dkim-keygen.o $(LIB) $(CRYPTO_LIBS)
	$(COPY)

cmd/dkim-dnsrec: cmd/dkim-dnsrec.o $(LIB)
	$(LINK) -o $@ cmd/dkim-dnsrec.o $(LIB) $(CRYPTO_LIBS)
	$(COPY)

cmd/dkim-verify: cmd/dkim-verify.o cmd/verify_options.o cmd/verify_many.o $(LIB)
	$(LINK) -o $@ cmd/dkim-verify.o cmd/verify_options.o \
	    cmd/verify_many.o $(LIB) $(DNS_LIBS)
	$(COPY)

cmd/dkim-check: cmd/dkim-check.o cmd/check_options.o $(LIB)
	$(LINK) -o $@ cmd/dkim-check.o cmd/check_options.o $(LIB) $(DNS_LIBS)
	$(COPY)

unit: $(UNIT) $(BENCH)

tests/unit/canon: tests/unit/canon.c $(LIB)
	$(CC) $(ALL_CFLAGS) $(HARDEN_LD) $(LDFLAGS) -o $@ tests/unit/canon.c \
	    $(LIB) $(CRYPTO_LIBS)

tests/unit/resolver: tests/unit/resolver.c $(LIB)
	$(CC) $(ALL_CFLAGS) $(HARDEN_LD) $(LDFLAGS) -o $@ tests/unit/resolver.c \
	    $(LIB) $(DNS_LIBS)

tests/unit/sandbox: tests/unit/sandbox.c $(LIB)
	$(CC) $(ALL_CFLAGS) $(HARDEN_LD) $(LDFLAGS) -o $@ \
	    tests/unit/sandbox.c $(LIB) $(CRYPTO_LIBS)

tests/unit/tables: tests/unit/tables.c $(LIB)
	$(CC) $(ALL_CFLAGS) $(HARDEN_LD) $(LDFLAGS) -o $@ tests/unit/tables.c \
	    $(LIB) $(CRYPTO_LIBS)

tests/bench/bare: tests/bench/bare.c
	$(CC) $(ALL_CFLAGS) $(HARDEN_LD) $(LDFLAGS) -o $@ tests/bench/bare.c \
	    $(CRYPTO_LIBS)
	$(COPY)

tests/bench/stopwatch: tests/bench/stopwatch.c
	$(CC) $(ALL_CFLAGS) $(HARDEN_LD) $(LDFLAGS) -o $@ \
	    tests/bench/stopwatch.c $(CRYPTO_LIBS)
	$(COPY)

static:
	$(MAKE) HARDEN="$(HARDEN) -fno-pie" HARDEN_LD="-no-pie" \
	    CPPFLAGS="$(CPPFLAGS) -DSTATIC" LDFLAGS="$(LDFLAGS) -static" \
	    PKG_CONFIG="$(PKG_CONFIG) --static" all unit

# Each harness of tests/fuzz for so many seconds; needs clang.
fuzz:
	scripts/fuzz -s $(FUZZ_SECONDS)

# cppcheck, gcc -fanalyzer and clang-tidy.
analyze:
	scripts/analyze

check: all unit
	scripts/test --no-install

# What is built is measured: "make static bench" for the static programs.
bench: all $(BENCH)
	scripts/bench

bench-keys: all
	scripts/bench-keys

# scripts/install holds the list of files for both.
FILES       = DESTDIR="$(DESTDIR)" BINDIR="$(BINDIR)" \
              LIBEXECDIR="$(LIBEXECDIR)" MANDIR="$(MANDIR)" \
              SYSCONFDIR="$(SYSCONFDIR)" BASHCOMPDIR="$(BASHCOMPDIR)" \
              ZSHCOMPDIR="$(ZSHCOMPDIR)" FISHCOMPDIR="$(FISHCOMPDIR)" \
              INSTALL="$(INSTALL)" CMD="$(CMD)" SCRIPT="$(SCRIPT)" \
              HELPER="$(HELPER)"

install: all
	$(FILES) scripts/install

uninstall:
	$(FILES) scripts/install --remove

# What is committed, with the time of the commit: the same octets everywhere.
NAME        = dkim-tools-$(VERSION)
dist:
	mkdir -p build
	git -c tar.umask=0022 archive --format=tar --prefix=$(NAME)/ HEAD | \
	    gzip -9n >build/$(NAME).tar.gz

deb: dist
	rm -rf build/deb
	mkdir -p build/deb
	tar -xzf build/$(NAME).tar.gz -C build/deb
	cd build/deb/$(NAME) && dpkg-buildpackage -us -uc

clean:
	rm -f $(CMD) $(UNIT) $(BENCH) $(LIB) $(OBJ) $(CMDOBJ)

.PHONY: all unit static fuzz analyze check bench bench-keys install uninstall dist deb clean
