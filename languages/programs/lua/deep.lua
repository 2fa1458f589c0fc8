local function descend(depth)
  return depth == 0 and 0 or descend(depth - 1) + 1
end

local a, b = io.read("n", "n")
print(a + b + descend(150000) - 150000)
