IO.puts("open
