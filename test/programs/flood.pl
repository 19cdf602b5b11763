#!/usr/bin/perl
# flood.pl NAME FOLDER MEGABYTES: numbered lines of 100 bytes in blocks of 64 KiB, as fast as they are taken, then the end.
use strict; use warnings;
my ($name, $folder, $megabytes) = @ARGV;
my $head = "$name $$ ";
my ($block, $lines) = ('', $megabytes * 10_000);
sub out { my $done = 0; $done += syswrite(STDOUT, $block, length($block) - $done, $done) // 0 while $done < length $block; $block = '' }
for my $seq (0 .. $lines - 1) {
  my $line = $head . $seq . ' ';
  $block .= $line . '.' x (99 - length $line) . "\n";
  out() if length $block > 65_000;
}
out();
open(my $count, '>', "$folder/$name.$$.count") or die;
print $count $lines;
