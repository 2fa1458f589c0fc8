int steps = 0
while (true) {
    steps++
}
