use strict;
no warnings 'recursion';

sub descend {
    my ($depth) = @_;
    return $depth == 0 ? 0 : descend($depth - 1) + 1;
}

my ($first, $second) = split ' ', <STDIN>;
print $first + $second + descend(300_000) - 300_000, "\n";
