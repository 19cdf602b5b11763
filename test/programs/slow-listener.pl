#!/usr/bin/perl
# slow-listener.pl: an event listener that takes five milliseconds for each event.
use strict; use warnings;
$| = 1;
print "READY\n";
while (my $header = <STDIN>) {
  my ($length) = $header =~ /len:(\d+)/;
  read(STDIN, my $payload, $length);
  select(undef, undef, undef, 0.005);
  print "RESULT 2\nOKREADY\n";
}
