import Dispatch

let numbers = readLine()!.split(separator: " ").map { Int($0)! }
let sums = DispatchQueue(label: "sums")
let group = DispatchGroup()
var sum = 0
for number in numbers {
    DispatchQueue.global().async(group: group) { sums.sync { sum += number } }
}
group.wait()
print(sum)
