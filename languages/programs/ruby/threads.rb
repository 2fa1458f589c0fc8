a, b = gets.split.map(&:to_i)
puts Thread.new { a + b }.value
