def descend(depth)
  depth.zero? ? 0 : descend(depth - 1) + 1
end

a, b = gets.split.map(&:to_i)
puts a + b + descend(100_000) - 100_000
