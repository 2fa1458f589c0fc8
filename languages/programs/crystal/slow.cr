steps = 0_u64
while true
  steps &+= 1
end
