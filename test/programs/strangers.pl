#!/usr/bin/perl
# strangers.pl FOLDER MOST PID_MAX: process 1 of a pid namespace with few numbers in it, in which it keeps making short-lived
# strangers, MOST at a time, each a leader of its own session: so every number is used again and again. Notes "pid N" of each
# in FOLDER/strangers, and "hit N SIGNAL" for any signal that reaches one. Writes how many there were on SIGUSR1.
use strict; use warnings; use POSIX qw(:sys_wait_h setsid _exit);
my ($folder, $most, $pid_max) = @ARGV;
open(my $limit, '>', '/proc/sys/kernel/pid_max') or die "pid_max: $!";
syswrite($limit, $pid_max) or die "pid_max: $!";
close($limit) or die "pid_max: $!";
open(my $notes, '>>', "$folder/strangers") or die;
sub note { syswrite($notes, "$_[0]\n") }
my @catchable = qw(HUP INT QUIT USR1 USR2 PIPE ALRM TERM CONT TTIN TTOU);
my %alive;
note('ready');
while (1) {
  while (keys %alive < $most) {
    my $pid = fork;
    # No number is free: one of them has to end first.
    if (!defined $pid) { last }
    if ($pid == 0) {
      my $own = $$;
      for my $name (@catchable) { $SIG{$name} = sub { note("hit $own SIG$name") } }
      setsid();
      select(undef, undef, undef, 0.02 + rand(0.1));
      _exit(0);
    }
    $alive{$pid} = 1;
    note("pid $pid");
  }
  # What others leave behind comes here, too: it may have been killed, and is no stranger.
  my $ended = waitpid(-1, 0);
  next if $ended <= 0;
  note("hit $ended signal " . ($? & 127)) if delete $alive{$ended} && ($? & 127);
}
