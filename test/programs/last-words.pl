#!/usr/bin/perl
# last-words.pl: two blocks of 64 KiB and a line, then the end, without a pause in between.
use POSIX ();
syswrite(STDOUT, "a" x 65535 . "\n");
syswrite(STDOUT, "b" x 65535 . "\n");
syswrite(STDOUT, "last $$\n");
POSIX::_exit(42);
