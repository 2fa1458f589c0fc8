a, b = gets.not_nil!.split.map(&.to_i)
steps = 0
10_000_000.times { steps += 1 }
puts a + b + steps - 10_000_000
