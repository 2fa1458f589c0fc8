use strict;
use warnings;

<STDIN>;
my $sum = 0;
$sum += $_ for split ' ', <STDIN>;
print "$sum\n";
