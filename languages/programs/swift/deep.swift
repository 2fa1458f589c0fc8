func descend(_ depth: Int, _ frame: (Int, Int, Int, Int, Int, Int)) -> Int {
    return depth == 0 ? frame.0 : descend(depth - 1, (frame.5, frame.0, frame.1, frame.2, frame.3, frame.4)) + 1
}

let numbers = readLine()!.split(separator: " ").map { Int($0)! }
print(numbers[0] + numbers[1] + descend(500_000, (0, 0, 0, 0, 0, 0)) - 500_000)
