die "crash";
