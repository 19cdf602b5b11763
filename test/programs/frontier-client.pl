# Calls methods as Perl programs with Frontier::Client do: URL ['["method", argument...]'...]. Prints what comes back, a line each.
use strict;
use warnings;
use Encode qw(decode_utf8);
use Frontier::Client;
use JSON::PP;

binmode STDOUT, ':utf8';
my $json = JSON::PP->new->canonical->allow_nonref->convert_blessed;
sub Frontier::RPC2::Boolean::TO_JSON { $_[0]->value ? JSON::PP::true : JSON::PP::false }

my ($url, @calls) = map { decode_utf8($_) } @ARGV;
my $server = Frontier::Client->new(url => $url, encoding => 'UTF-8');
for my $call (@calls) {
  my ($method, @arguments) = map { JSON::PP::is_bool($_) ? $server->boolean($_ ? 1 : 0) : $_ } @{ $json->decode($call) };
  my $answer = eval { $server->call($method, @arguments) };
  print $@ ? "died: $@" =~ s/\s*\z/\n/r : $json->encode($answer) . "\n";
}
