use strict;

my ($first, $second) = split ' ', <STDIN>;
my $steps = 0;
$steps++ for 1 .. 10_000_000;
print $first + $second + $steps - 10_000_000, "\n";
