[a, b] = IO.read(:line) |> String.split() |> Enum.map(&String.to_integer/1)
IO.puts(Task.await(Task.async(fn -> a end)) + Task.await(Task.async(fn -> b end)))
