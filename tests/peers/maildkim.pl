#!/usr/bin/perl
# maildkim.pl verify KEYS < paths
# maildkim.pl sign < jobs
#
# Mail::DKIM; dkimpy.py says what goes in and out.
use strict;
use warnings;
use Mail::DKIM::Verifier;
use Mail::DKIM::Signer;
use Mail::DKIM::PrivateKey;
use Mail::DKIM::DNS;

my %keys;

package Answer;
sub new { my ($class, $text) = @_; return bless { text => $text }, $class }
sub type { return 'TXT' }
sub txtdata { my $self = shift; return $self->{text} }

package main;

{
	no warnings 'redefine';
	*Mail::DKIM::DNS::query = sub {
		my $text = $keys{ lc $_[0] };
		return defined $text ? (Answer->new($text)) : ();
	};
}

sub network {
	my ($path) = @_;
	open my $in, '<:raw', $path or die "$path: $!\n";
	my $text = '';
	while (read $in, my $piece, 1 << 20) { $text .= $piece }
	close $in;
	my $eol = $text =~ /\r\n/ ? "\r\n" : "\n";
	$text =~ s/\n/\r\n/g if $eol eq "\n";
	return ($text, $eol);
}

sub verify {
	my ($path) = @_;
	my ($text) = network($path);
	my $v = Mail::DKIM::Verifier->new;
	$v->PRINT($text);
	$v->CLOSE;
	my ($s) = $v->signatures;
	return ('fail', 'sees no signature') unless $s;
	return ('pass', '') if $s->result eq 'pass';
	return ('skip', 'this Mail::DKIM knows no Ed25519')
	    if $s->result_detail =~ /unsupported algorithm ed25519/;
	return ('fail', $s->result_detail);
}

sub sign {
	my ($path, $output, $header, $body, $algorithm, $domain, $selector, $key) = @_;
	return ('skip', 'this Mail::DKIM knows no Ed25519')
	    if $algorithm eq 'ed25519-sha256';
	my ($text, $eol) = network($path);
	my $s = Mail::DKIM::Signer->new(
		Algorithm => $algorithm, Method => "$header/$body",
		Domain => $domain, Selector => $selector,
		Key => Mail::DKIM::PrivateKey->load(File => $key),
		Headers => 'Cc:Reply-To:In-Reply-To:References:Received');
	$s->PRINT($text);
	$s->CLOSE;
	my $field = $s->signature->as_string;
	$field =~ s/\r?\n/$eol/g;
	if ($eol eq "\n") { $text =~ s/\r\n/\n/g }
	open my $out, '>:raw', $output or die "$output: $!\n";
	print $out $field, $eol, $text;
	close $out or die "$output: $!\n";
	return ('pass', '');
}

my $mode = shift // die "usage: $0 verify KEYS | sign\n";
if ($mode eq 'verify') {
	open my $in, '<:raw', $ARGV[0] or die "$ARGV[0]: $!\n";
	while (<$in>) {
		chomp;
		my ($name, $text) = split /\t/;
		$keys{$name} = $text;
	}
	close $in;
}
$| = 1;
while (my $line = <STDIN>) {
	chomp $line;
	my @words = split /\t/, $line;
	my ($result, $why) = eval { $mode eq 'verify' ? verify(@words) : sign(@words) };
	($result, $why) = ('fail', "died: $@") unless defined $result;
	$why =~ s/\s+/ /g;
	print join("\t", $words[$mode eq 'verify' ? 0 : 1], $result, $why), "\n";
}
