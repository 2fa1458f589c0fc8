IO.puts(41)
