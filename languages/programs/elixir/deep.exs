defmodule Deep do
  def descend(0), do: 0
  def descend(depth), do: descend(depth - 1) + 1
end

[a, b] = IO.read(:line) |> String.split() |> Enum.map(&String.to_integer/1)
IO.puts(a + b + Deep.descend(3_000_000) - 3_000_000)
