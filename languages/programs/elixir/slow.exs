defmodule Slow do
  def again, do: again()
end

Slow.again()
