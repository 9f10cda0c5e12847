#!/usr/bin/perl
# usage: domainkeys-verify.pl ZONE < message
# Prints what Mail::DKIM says of the DomainKey-Signature.  ZONE holds one TXT record.
use strict;
use warnings;
use Mail::DKIM::Verifier;
use Mail::DKIM::DNS;

open my $in, '<', $ARGV[0] or die "$ARGV[0]: $!\n";
my $zone = join '', <$in>;
my $record = join '', $zone =~ /"([^"]*)"/g;

package Answer;
sub type { return 'TXT' }
sub txtdata { return $record }

package main;

{
	no warnings 'redefine';
	*Mail::DKIM::DNS::query = sub { return bless {}, 'Answer' };
}
my $v = Mail::DKIM::Verifier->new;
while (<STDIN>) {
	s/\r?\n?\z/\r\n/;
	$v->PRINT($_);
}
$v->CLOSE;
print $v->result_detail, "\n";
