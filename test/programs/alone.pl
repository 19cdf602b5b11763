#!/usr/bin/perl
# alone.pl NAME FOLDER KIND: takes a lock that the kernel frees with the process, notes "start PID", or "double PID" if another
# copy has it; then does as its kind does. steady: runs on. slow: takes a tenth of a second to end. brief: ends by itself.
# failing: ends at once, with 1.
use strict; # nothing more: it is started by the hundred
my ($name, $folder, $kind) = @ARGV;
$SIG{WINCH} = 'IGNORE';
$SIG{TERM} = sub { select(undef, undef, undef, 0.1) if $kind eq 'slow'; exit 0 };
open(my $lock, '>>', "$folder/$name.lock") or die;
my $alone = flock($lock, 2 | 4); # LOCK_EX, LOCK_NB
open(my $truth, '>>', "$folder/$name.truth") or die;
syswrite($truth, $alone ? "start $$\n" : "double $$\n");
exit 1 if $kind eq 'failing';
if ($kind eq "brief") { select(undef, undef, undef, 0.1); exit 0 }
sleep 1 while 1;
