#!/usr/bin/perl
# looper.pl NAME FOLDER SEED LEAST_MS MOST_MS: lives a while, says in FOLDER/NAME.truth how it will end, and ends so: with any
# exit status or one of eight signals. What it does is decided by SEED and by how often it ran before.
use strict; use warnings; use Fcntl qw(:flock);
my ($name, $folder, $seed, $least, $most) = @ARGV;
my $runs = 0;
if (open(my $before, '<', "$folder/$name.truth")) { while (<$before>) { $runs++ if /^start/ } }
open(my $truth, '>>', "$folder/$name.truth") or die;
open(my $lock, '>>', "$folder/$name.lock") or die;
syswrite($truth, flock($lock, LOCK_EX | LOCK_NB) ? "start $$\n" : "double $$\n");
srand($seed * 100003 + $runs);
syswrite(STDOUT, "$name $$ begins\n");
select(undef, undef, undef, ($least + rand($most - $least)) / 1000);
if (rand() < 0.3) {
  my @signals = qw(HUP INT USR1 USR2 PIPE ALRM TERM KILL);
  my $signal = $signals[int(rand(@signals))];
  syswrite($truth, "end $$ terminated by SIG$signal\n");
  kill $signal, $$;
  sleep 10;
}
my $code = int(rand(256));
syswrite($truth, "end $$ exit status $code\n");
exit $code;
