#!/usr/bin/perl
# flood.pl FIRST SECOND FILE: FIRST numbered lines of 100 bytes as fast as it can, and once FILE exists SECOND more; then it sleeps.
use strict; use warnings;
my ($first, $second, $file) = @ARGV;
my $seq = 0;
sub flood { for (1 .. $_[0]) { printf "%010d %s\n", $seq++, 'x' x 88 } }
$| = 0;
flood($first);
{ local $| = 1; print "" }
select(undef, undef, undef, 0.02) until -e $file;
flood($second);
{ local $| = 1; print "" }
sleep 3600 while 1;
