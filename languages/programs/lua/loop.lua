local a, b = io.read("n", "n")
local steps = 0
for _ = 1, 10000000 do
  steps = steps + 1
end
print(a + b + steps - 10000000)
