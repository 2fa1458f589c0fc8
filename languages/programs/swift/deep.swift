func descend(_ depth: Int) -> Int {
    if depth == 0 { return 0 }
    return withUnsafeTemporaryAllocation(of: Int.self, capacity: 12) { frame in
        frame[depth % 12] = descend(depth - 1)
        return frame[depth % 12] + 1
    }
}

let numbers = readLine()!.split(separator: " ").map { Int($0)! }
print(numbers[0] + numbers[1] + descend(650_000) - 650_000)
