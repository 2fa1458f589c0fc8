echo 41
