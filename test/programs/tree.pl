#!/usr/bin/perl
# tree.pl KIND FOLDER NAME: a process with children of a difficult kind; every process notes its pid in FOLDER/NAME.tree.
use strict; use warnings; use POSIX ();
my ($kind, $folder, $name) = @ARGV;
sub note { open(my $tree, '>>', "$folder/$name.tree") or die; syswrite($tree, "$$\n") }
sub child { my $what = shift; my $pid = fork // die; if ($pid == 0) { note(); $what->(); exit 0 } $pid }
sub forever { sleep 1 while 1 }
my $deaf = sub { $SIG{TERM} = 'IGNORE'; forever() };
note();
if ($kind eq 'deaf') { $SIG{TERM} = 'IGNORE'; child($deaf) }
elsif ($kind eq 'leader-first') { child($deaf); $SIG{TERM} = sub { POSIX::_exit(0) } }
elsif ($kind eq 'own-group') { child(sub { setpgrp(0, 0); $deaf->() }); $SIG{TERM} = sub { POSIX::_exit(0) } }
elsif ($kind eq 'chain') { for (1 .. 50) { last if fork; note() } $SIG{TERM} = 'IGNORE' }
elsif ($kind =~ /^bomb(\d+)$/) { child($deaf) for 1 .. $1; $SIG{TERM} = sub { POSIX::_exit(0) } }
elsif ($kind eq 'setsid') { child(sub { POSIX::setsid(); $deaf->() }); $SIG{TERM} = sub { POSIX::_exit(0) } }
elsif ($kind eq 'setsid-twice') {
  child(sub { POSIX::setsid(); child(sub { POSIX::setsid(); $deaf->() }); exit 0 });
  $SIG{TERM} = sub { POSIX::_exit(0) };
}
elsif ($kind eq 'daemon') { child(sub { POSIX::setsid(); $deaf->() }); exit 0 }
forever();
