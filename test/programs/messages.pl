#!/usr/bin/perl
# messages.pl COUNT A_SECOND: so many numbered messages to event listeners, at that pace; then it stays.
use strict; use warnings; use Time::HiRes qw(time sleep);
my ($count, $pace) = @ARGV;
my $began = time;
for my $number (0 .. $count - 1) {
  my $text = "<!--XSUPERVISOR:BEGIN-->m$number<!--XSUPERVISOR:END-->";
  syswrite(STDOUT, $text) == length $text or die;
  my $early = $number / $pace - (time - $began);
  sleep($early) if $early > 0.005;
}
sleep 1 while 1;
