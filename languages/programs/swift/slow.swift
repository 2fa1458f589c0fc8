var steps = 0
while true {
    steps &+= 1
}
