use strict;
use warnings;
use threads;

my @numbers = split ' ', <STDIN>;
my $sum = 0;
$sum += $_->join for map { my $number = $_; threads->create(sub { $number + 0 }) } @numbers;
print "$sum\n";
