#!/usr/bin/perl
# writer.pl NAME FOLDER PAUSE_US SIZE [BLOCK]: numbered lines "NAME PID SEQ ....\n", one write each, counted in a file after each
# write. TERM ends it with a full account. FOLDER/NAME.truth says what it did; a second copy of itself says "double".
use strict; use warnings; use Fcntl qw(:flock); use Time::HiRes qw(time);
my ($name, $folder, $pause, $size) = @ARGV;
open(my $truth, '>>', "$folder/$name.truth") or die;
sub truth { syswrite($truth, "$_[0]\n") }
open(my $lock, '>>', "$folder/$name.lock") or die;
truth(flock($lock, LOCK_EX | LOCK_NB) ? "start $$" : "double $$");
truth(sprintf("at %d %.1f", $$, time * 1000));
open(my $count, '+>', "$folder/$name.$$.count") or die;
my $over = 0;
$SIG{TERM} = sub { $over = 1 };
$SIG{PIPE} = sub { truth("sigpipe $$") };
for (my $seq = 0; !$over; $seq++) {
  my $line = "$name $$ $seq ";
  $line .= '.' x ($size - length($line) - 1) if length($line) < $size - 1;
  $line .= "\n";
  for (my $done = 0; $done < length($line);) {
    my $written = syswrite(STDOUT, $line, length($line) - $done, $done);
    if (!defined $written) { next if $!{EINTR}; truth("error $$ $!"); last }
    $done += $written;
  }
  sysseek($count, 0, 0);
  syswrite($count, sprintf("%12d", $seq + 1));
  select(undef, undef, undef, $pause / 1e6) if $pause > 0 && !$over;
}
truth("end $$ exit status 0");
