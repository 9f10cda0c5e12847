# dkim-tools: works with GNU make and BSD make.  Set any of these on the
# command line or in the environment; nothing below the line needs editing.

VERSION      = 0.9.0
PREFIX      ?= /usr/local
SYSCONFDIR  ?= /etc
BINDIR      ?= $(PREFIX)/bin
MANDIR      ?= $(PREFIX)/share/man
BASHCOMPDIR ?= $(PREFIX)/share/bash-completion/completions
ZSHCOMPDIR  ?= $(PREFIX)/share/zsh/site-functions
FISHCOMPDIR ?= $(PREFIX)/share/fish/vendor_completions.d
INSTALL     ?= install
PKG_CONFIG  ?= pkg-config
CFLAGS      ?= -O2 -g
HARDEN      ?= -fstack-protector-strong -fstack-clash-protection \
               -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -fPIE
HARDEN_LD   ?= -pie -Wl,-z,relro,-z,now,-z,noexecstack,--as-needed
WARN        ?= -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
               -Wpointer-arith -Wcast-qual -Wwrite-strings -Wvla -Wformat=2 \
               -Wconversion -Wundef -Wimplicit-fallthrough
# Empty for those who build to use it; scripts/test says -Werror.
WERROR      ?=

# Expanded by the shell at each use, so no make extension is needed; on a
# system without pkg-config set the three of them by hand.
DEP_CFLAGS  ?= `$(PKG_CONFIG) --cflags libcrypto ldns libidn2 libbsd-overlay`
CRYPTO_LIBS ?= `$(PKG_CONFIG) --libs libcrypto libidn2 libbsd-overlay`
DNS_LIBS    ?= `$(PKG_CONFIG) --libs ldns libcrypto libidn2 libbsd-overlay`

# ---------------------------------------------------------------------------

# OFFLINE commands are linked without ldns: they cannot touch the network.
OFFLINE     = cmd/dkim-sign cmd/dkim-keygen cmd/dkim-dnsrec
ONLINE      = cmd/dkim-verify cmd/dkim-check
CMD         = $(OFFLINE) $(ONLINE)
UNIT        = tests/unit/canon tests/unit/resolver tests/unit/tables
SCRIPT      = scripts/qmail-remote-dkim scripts/qmail-queue-dkim \
              scripts/postfix-dkim-filter scripts/opendkim-import \
              scripts/key-from-postgresql scripts/key-from-redis \
              scripts/sign-with-pkcs11 scripts/sign-with-openssl \
              scripts/dkim-rotate
LIB         = libshared/libshared.a
OBJ         = libshared/base/base64.o libshared/base/buf.o \
              libshared/base/fault.o libshared/base/mem.o \
              libshared/base/span.o libshared/ext/chain.o \
              libshared/ext/command.o libshared/ext/crypto.o \
              libshared/ext/der.o libshared/ext/file.o \
              libshared/ext/folder.o libshared/ext/idn.o \
              libshared/ext/input.o libshared/ext/newfile.o \
              libshared/ext/pem.o libshared/ext/pubkey.o \
              libshared/ext/scan.o libshared/ext/spool.o \
              libshared/ext/weakkey.o libshared/dns/dnsdata.o \
              libshared/dns/dnsparse.o libshared/dns/dnsquery.o \
              libshared/dns/nameserver.o libshared/dns/resolver.o \
              libshared/mail/address.o libshared/mail/boundary.o \
              libshared/mail/charset.o libshared/mail/date.o \
              libshared/mail/domain.o libshared/mail/fold.o \
              libshared/mail/header.o libshared/mail/lines.o \
              libshared/mail/mbox.o libshared/mail/message.o \
              libshared/mail/strip.o libshared/dkim/algorithm.o \
              libshared/dkim/bodychange.o libshared/dkim/bodyhash.o \
              libshared/dkim/bodysearch.o libshared/dkim/canon.o \
              libshared/dkim/claim.o libshared/dkim/cutsearch.o \
              libshared/dkim/dksig.o libshared/dkim/domainkeys.o \
              libshared/dkim/editlist.o libshared/dkim/edits.o \
              libshared/dkim/fieldchange.o libshared/dkim/fieldlist.o \
              libshared/dkim/fieldname.o libshared/dkim/headersearch.o \
              libshared/dkim/keyrec.o libshared/dkim/qp.o \
              libshared/dkim/sig.o libshared/dkim/signer.o \
              libshared/dkim/taglist.o libshared/dkim/verdict.o \
              libshared/dkim/verifier.o libshared/dkim/why.o \
              libshared/tool/authres.o libshared/tool/cli.o \
              libshared/tool/dkverify.o libshared/tool/dmarc.o \
              libshared/tool/dnsrec.o libshared/tool/dump.o \
              libshared/tool/explain.o libshared/tool/findings.o \
              libshared/tool/forged.o libshared/tool/handover.o \
              libshared/tool/json.o libshared/tool/keychoice.o \
              libshared/tool/keycommand.o libshared/tool/keydir.o \
              libshared/tool/keyinput.o libshared/tool/keysource.o \
              libshared/tool/keytable.o libshared/tool/keytable_check.o \
              libshared/tool/keytemplate.o libshared/tool/lint.o \
              libshared/tool/outcome.o libshared/tool/output.o \
              libshared/tool/preflight.o libshared/tool/probe.o \
              libshared/tool/report.o libshared/tool/reporttext.o \
              libshared/tool/servers.o libshared/tool/signcommand.o \
              libshared/tool/signtable.o libshared/tool/summary.o \
              libshared/tool/table.o
CMDOBJ      = cmd/dkim-sign.o cmd/sign_options.o cmd/dkim-keygen.o \
              cmd/dkim-dnsrec.o cmd/dkim-verify.o cmd/verify_options.o \
              cmd/verify_many.o cmd/dkim-check.o cmd/check_options.o
HDR         = libshared/base/attr.h libshared/base/base64.h \
              libshared/base/buf.h libshared/base/fault.h \
              libshared/base/limits.h libshared/base/mem.h \
              libshared/base/span.h libshared/ext/chain.h \
              libshared/ext/command.h libshared/ext/crypto.h \
              libshared/ext/der.h libshared/ext/file.h \
              libshared/ext/folder.h libshared/ext/idn.h \
              libshared/ext/input.h libshared/ext/newfile.h \
              libshared/ext/pem.h libshared/ext/pubkey.h \
              libshared/ext/scan.h libshared/ext/spool.h \
              libshared/ext/weakkey.h libshared/dns/dnsdata.h \
              libshared/dns/dnsparse.h libshared/dns/dnsquery.h \
              libshared/dns/nameserver.h libshared/dns/resolver.h \
              libshared/mail/address.h libshared/mail/boundary.h \
              libshared/mail/charset.h libshared/mail/date.h \
              libshared/mail/domain.h libshared/mail/fold.h \
              libshared/mail/header.h libshared/mail/lines.h \
              libshared/mail/mbox.h libshared/mail/message.h \
              libshared/mail/strip.h libshared/dkim/algorithm.h \
              libshared/dkim/bodychange.h libshared/dkim/bodyhash.h \
              libshared/dkim/bodysearch.h libshared/dkim/canon.h \
              libshared/dkim/claim.h libshared/dkim/cutsearch.h \
              libshared/dkim/dksig.h libshared/dkim/domainkeys.h \
              libshared/dkim/edits.h libshared/dkim/fieldchange.h \
              libshared/dkim/fieldlist.h libshared/dkim/fieldname.h \
              libshared/dkim/headersearch.h libshared/dkim/keyrec.h \
              libshared/dkim/qp.h libshared/dkim/sig.h \
              libshared/dkim/signer.h libshared/dkim/taglist.h \
              libshared/dkim/verdict.h libshared/dkim/verifier.h \
              libshared/dkim/why.h libshared/tool/authres.h \
              libshared/tool/cli.h libshared/tool/dkverify.h \
              libshared/tool/dmarc.h libshared/tool/dnsrec.h \
              libshared/tool/dump.h libshared/tool/explain.h \
              libshared/tool/findings.h libshared/tool/handover.h \
              libshared/tool/json.h libshared/tool/keychoice.h \
              libshared/tool/keycommand.h libshared/tool/keydir.h \
              libshared/tool/keyinput.h libshared/tool/keysource.h \
              libshared/tool/keytable.h libshared/tool/keytemplate.h \
              libshared/tool/lint.h libshared/tool/outcome.h \
              libshared/tool/output.h libshared/tool/preflight.h \
              libshared/tool/probe.h libshared/tool/report.h \
              libshared/tool/servers.h libshared/tool/signcommand.h \
              libshared/tool/signtable.h libshared/tool/summary.h \
              libshared/tool/table.h cmd/check_options.h cmd/sign_options.h \
              cmd/verify_many.h cmd/verify_options.h

ALL_CFLAGS  = -std=c11 -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 \
              -D_TIME_BITS=64 -DVERSION=\"$(VERSION)\" \
              -DSYSCONFDIR=\"$(SYSCONFDIR)\" -iquote libshared \
              $(EVP:1=-DCRYPTO_EVP) $(WARN) $(WERROR) $(HARDEN) \
              $(DEP_CFLAGS) $(CPPFLAGS) $(CFLAGS)
LINK        = $(CC) $(CFLAGS) $(HARDEN) $(HARDEN_LD) $(LDFLAGS)

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

cmd/dkim-keygen: cmd/dkim-keygen.o $(LIB)
	$(LINK) -o $@ cmd/dkim-keygen.o $(LIB) $(CRYPTO_LIBS)

cmd/dkim-dnsrec: cmd/dkim-dnsrec.o $(LIB)
	$(LINK) -o $@ cmd/dkim-dnsrec.o $(LIB) $(CRYPTO_LIBS)

cmd/dkim-verify: cmd/dkim-verify.o cmd/verify_options.o cmd/verify_many.o $(LIB)
	$(LINK) -o $@ cmd/dkim-verify.o cmd/verify_options.o \
	    cmd/verify_many.o $(LIB) $(DNS_LIBS)

cmd/dkim-check: cmd/dkim-check.o cmd/check_options.o $(LIB)
	$(LINK) -o $@ cmd/dkim-check.o cmd/check_options.o $(LIB) $(DNS_LIBS)

unit: $(UNIT)

tests/unit/canon: tests/unit/canon.c $(LIB)
	$(CC) $(ALL_CFLAGS) $(HARDEN_LD) $(LDFLAGS) -o $@ tests/unit/canon.c \
	    $(LIB) $(CRYPTO_LIBS)

tests/unit/resolver: tests/unit/resolver.c $(LIB)
	$(CC) $(ALL_CFLAGS) $(HARDEN_LD) $(LDFLAGS) -o $@ tests/unit/resolver.c \
	    $(LIB) $(DNS_LIBS)

tests/unit/tables: tests/unit/tables.c $(LIB)
	$(CC) $(ALL_CFLAGS) $(HARDEN_LD) $(LDFLAGS) -o $@ tests/unit/tables.c \
	    $(LIB) $(CRYPTO_LIBS)

static:
	$(MAKE) HARDEN="$(HARDEN) -fno-pie" HARDEN_LD="-no-pie" \
	    LDFLAGS="$(LDFLAGS) -static" PKG_CONFIG="$(PKG_CONFIG) --static" all

check: all unit
	scripts/test --no-install

bench-keys: all
	scripts/bench-keys

install: all
	$(INSTALL) -d $(DESTDIR)$(BINDIR) $(DESTDIR)$(MANDIR)/man1 \
	    $(DESTDIR)$(MANDIR)/man5 $(DESTDIR)$(BASHCOMPDIR) \
	    $(DESTDIR)$(MANDIR)/man7 $(DESTDIR)$(MANDIR)/man8 \
	    $(DESTDIR)$(ZSHCOMPDIR) $(DESTDIR)$(FISHCOMPDIR)
	$(INSTALL) -m 755 $(SCRIPT) $(DESTDIR)$(BINDIR)
	$(INSTALL) -m 644 man/dkim-tools.7 $(DESTDIR)$(MANDIR)/man7
	$(INSTALL) -m 644 man/dkim-rotate.8 $(DESTDIR)$(MANDIR)/man8
	for p in $(CMD); do \
		n=$${p#cmd/}; \
		$(INSTALL) -m 755 $$p $(DESTDIR)$(BINDIR)/$$n && \
		$(INSTALL) -m 644 man/$$n.1 $(DESTDIR)$(MANDIR)/man1/$$n.1 && \
		$(INSTALL) -m 644 completions/dkim-tools.bash \
		    $(DESTDIR)$(BASHCOMPDIR)/$$n && \
		$(INSTALL) -m 644 completions/dkim-tools.fish \
		    $(DESTDIR)$(FISHCOMPDIR)/$$n.fish || \
		    exit 1; \
	done
	$(INSTALL) -m 644 man/dkim-keydir.5 $(DESTDIR)$(MANDIR)/man5
	$(INSTALL) -m 644 completions/_dkim-tools $(DESTDIR)$(ZSHCOMPDIR)

uninstall:
	for p in $(SCRIPT); do \
		rm -f $(DESTDIR)$(BINDIR)/$${p#scripts/}; \
	done
	rm -f $(DESTDIR)$(MANDIR)/man7/dkim-tools.7 \
	    $(DESTDIR)$(MANDIR)/man8/dkim-rotate.8
	for p in $(CMD); do \
		n=$${p#cmd/}; \
		rm -f $(DESTDIR)$(BINDIR)/$$n $(DESTDIR)$(MANDIR)/man1/$$n.1 \
		    $(DESTDIR)$(BASHCOMPDIR)/$$n \
		    $(DESTDIR)$(FISHCOMPDIR)/$$n.fish; \
	done
	rm -f $(DESTDIR)$(MANDIR)/man5/dkim-keydir.5 \
	    $(DESTDIR)$(ZSHCOMPDIR)/_dkim-tools

clean:
	rm -f $(CMD) $(UNIT) $(LIB) $(OBJ) $(CMDOBJ)

.PHONY: all unit static check bench-keys install uninstall clean
