{ print $1 +
