#!/usr/bin/perl
# two-floods.pl FIRST SECOND FILE: FIRST numbered lines of 100 bytes as fast as they are taken; once FILE exists SECOND more.
use strict; use warnings; use IO::Handle;
my ($first, $second, $file) = @ARGV;
my $seq = 0;
sub flood { printf "%010d %s\n", $seq++, 'x' x 88 for 1 .. $_[0]; STDOUT->flush }
flood($first);
select(undef, undef, undef, 0.02) until -e $file;
flood($second);
sleep 3600 while 1;
