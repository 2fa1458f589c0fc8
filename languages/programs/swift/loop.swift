let numbers = readLine()!.split(separator: " ").map { Int($0)! }
var steps = 0
for i in 0..<10_000_000 {
    steps = (steps &+ 1) ^ (i & 0)
}
print(numbers[0] + numbers[1] + steps - 10_000_000)
