#ifndef BASE_LIMITS_H
#define BASE_LIMITS_H

/*
 * Every bound on what comes from outside, in one place.  Sizes are octets.
 * What lies beyond a bound is an answer (permerror, policy, 65), never a crash
 * and never a quiet truncation.
 */
enum {
	LIMIT_HEADER = 1 << 20,       /* header block */
	LIMIT_FIELD = 256 << 10,      /* one header field, folds included */
	LIMIT_FIELDS = 10000,         /* fields in a header block */
	LIMIT_TAGLIST = 64 << 10,     /* a DKIM-Signature value, a key record */
	LIMIT_TAGS = 64,              /* tags in a tag list */
	LIMIT_SIGNED_NAMES = 1000,    /* names in h= */
	LIMIT_SIGNATURES_PARSED = 64, /* DKIM-Signature fields looked at */
	LIMIT_SIGNATURES_JUDGED = 10, /* of them verified, by default */
	LIMIT_COMMENT_DEPTH = 64,     /* nested comments, RFC 5322 3.2.2 */
	LIMIT_LOCAL_PART = 256,       /* of an author, four times RFC 5321 */
	LIMIT_KEY_RECORD = 16 << 10,  /* joined TXT strings */
	LIMIT_KEY_RECORDS = 4,        /* key-shaped TXT records tried */
	LIMIT_TXT_RECORDS = 64,       /* TXT records of one answer */
	LIMIT_NAMESERVERS = 32,       /* name servers asked */
	LIMIT_LOOKUPS = 64,           /* lookups, and so sockets, at a time */
	LIMIT_KNOWN_NAMES = 1000,     /* answers kept between messages */
	LIMIT_CACHED_KEYS = 64,       /* public keys likewise */
	LIMIT_CNAME_LINKS = 8,        /* links of a CNAME chain followed */
	LIMIT_KEY_FILE = 64 << 10,    /* a private key file */
	LIMIT_PASSPHRASE = 1024,      /* of an encrypted key */
	LIMIT_TABLE = 1 << 30,        /* a key or signing table */
	LIMIT_TABLE_LINE = 16 << 10,  /* a line of one */
	LIMIT_CHOSEN_KEYS = 64,       /* keys that sign one message */
	LIMIT_COMMAND_OUTPUT = 256 << 10, /* of a helper program */
	LIMIT_COMMAND_SECONDS = 8,        /* of a helper program, by default */
	LIMIT_ZONE_FILE = 64 << 20,       /* the master file of -Z */
	LIMIT_RSA_BITS_MIN = 1024,        /* RFC 8301 section 3.2 */
	LIMIT_RSA_BITS_GOOD = 2048,       /* the same: from here on not weak */
	LIMIT_RSA_BITS_MAX = 8192,
	LIMIT_SPOOL_MEMORY = 1 << 20, /* of a piped message kept in memory */
	LIMIT_EXPLAIN_BODY = 8 << 20, /* body kept for --explain */
	LIMIT_EXPLAIN_SECONDS = 3,    /* search for one message */
	LIMIT_EXPLAIN_CHANGES = 4096, /* changes of one header tried */
	LIMIT_FOLDER = 1000000,       /* files, folders of one run */
	LIMIT_FOLDER_DEPTH = 100,     /* folders in folders */
	LIMIT_WORKERS = 64,           /* processes of -j */
	LIMIT_SUMMARY = 100000,       /* lines of a summary */
	LIMIT_LINE = 998,             /* RFC 5322 section 2.1.1 */
	LIMIT_DNS_SECONDS = 8,        /* DNS time of one message, by default */
	LIMIT_DNS_SECONDS_MAX = 3600, /* of one message, at most */
	LIMIT_DNS_UDP = 1232,         /* a reply that no path has to fragment */
	LIMIT_CLOCK_SKEW = 300,       /* seconds, by default */
};

#endif
