# Counts aloud, about a hundred lines a second.
$| = 1;
for (my $n = 1; ; $n++) {
  print "line $n\n";
  select(undef, undef, undef, 0.01);
}
