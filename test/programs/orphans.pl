# Makes as many orphans as told, each of which ends at once, then counts zombies until there are none, or for four seconds.
# Ends with 0 if there are none, else with 9.
my $count = shift;
for (1 .. $count) {
    my $middle = fork // die;
    if ($middle == 0) {
        my $orphan = fork // die;
        # It ends only once it is one: then its end is process 1's to hear of.
        if ($orphan == 0) { my $parent = getppid; select undef, undef, undef, 0.01 while getppid != 1; exit 0 }
        exit 0;
    }
    waitpid $middle, 0;
}
my $zombies;
for (1 .. 40) {
    $zombies = 0;
    my $alive = 0;
    for my $file (glob "/proc/[0-9]*/stat") {
        open my $in, "<", $file or next;
        my $line = <$in> // next;
        my ($state, $parent) = $line =~ /.*\) (\S) (\d+)/;
        next unless $parent == 1;
        $zombies++ if $state eq "Z";
        $alive++ if $line =~ /orphans|perl/ && $state ne "Z";
    }
    last if $zombies == 0 && $alive == 0;
    select undef, undef, undef, 0.1;
}
print "zombies: $zombies\n";
exit($zombies == 0 ? 0 : 9);
