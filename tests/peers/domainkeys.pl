#!/usr/bin/perl
# usage: domainkeys.pl KEY DOMAIN SELECTOR simple|nofws [h] < message
# Prints the DomainKey-Signature field that Mail::DKIM makes, with h= if asked.
use strict;
use warnings;
use Mail::DKIM::Signer;
use Mail::DKIM::DkSignature;

my ($key, $domain, $selector, $method, $h) = @ARGV;
my $signer = Mail::DKIM::Signer->new(
	Policy => sub {
		my ($dkim) = @_;
		$dkim->add_signature(Mail::DKIM::DkSignature->new(
			Algorithm => "rsa-sha1", Method => $method,
			Domain => $domain, Selector => $selector,
			$h ? (Headers => $dkim->headers) : ()));
		return 0;
	},
	KeyFile => $key);
while (<STDIN>) {
	s/\r?\n?\z/\r\n/;
	$signer->PRINT($_);
}
$signer->CLOSE;
my $text = $signer->signature->as_string;
$text =~ s/\r//g;
print "$text\n";
