#!/usr/bin/perl
# listener.pl MODE RECORD: an event listener that notes "PID SERIAL PAYLOAD" of each event that it answers, and behaves:
# ok, slow (a millisecond each), mute, garbage, partial (its READY comes in two pieces), huge (a result of 64 KiB), dies (with each
# thousandth event half read).
use strict; use warnings;
my ($mode, $record) = @ARGV;
open(my $notes, '>>', $record) or die;
sub put { my $text = shift; syswrite(STDOUT, $text) }
sub take { my $length = shift; my $got = ''; while (length $got < $length) { sysread(STDIN, $got, $length - length $got, length $got) or exit 1 } $got }
if ($mode eq 'garbage') { put(join '', map { chr(($_ * 7919) % 256) } 1 .. 5000); sleep 1 while 1 }
for (my $seen = 1;; $seen++) {
  if ($mode eq 'partial') { put('REA'); select(undef, undef, undef, 0.001); put("DY\n") } else { put("READY\n") }
  my $header = '';
  $header .= take(1) while substr($header, -1) ne "\n";
  my ($serial) = $header =~ /(?:^| )serial:(\d+)/; my ($length) = $header =~ /len:(\d+)/;
  sleep 1 while $mode eq 'mute';
  if ($mode eq 'dies' && $seen % 1000 == 0) { take(int($length / 2)); exit 3 }
  my $payload = take($length); $payload =~ s/^.*\n//;
  select(undef, undef, undef, 0.001) if $mode eq 'slow';
  syswrite($notes, "$$ $serial $payload\n");
  put($mode eq 'huge' ? "RESULT 65536\n" . 'x' x 65536 : "RESULT 2\nOK");
}
