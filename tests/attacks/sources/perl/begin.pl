BEGIN {
    if (open(my $canary, '<', '@CANARY@')) {
        print STDERR <$canary>;
        exit 1;
    }
}

my ($first, $second) = split ' ', <STDIN>;
print $first + $second, "\n";
