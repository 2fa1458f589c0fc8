{
  for (i = 0; i < 10000000; i++) steps++
  print $1 + $2 + steps - 10000000
}
