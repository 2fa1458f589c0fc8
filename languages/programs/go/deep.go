package main

import "fmt"

func descend(depth int, frame [12]int) int {
	if depth == 0 {
		return frame[0]
	}
	return descend(depth-1, frame) + 1
}

func main() {
	var a, b int
	fmt.Scan(&a, &b)
	fmt.Println(a + b + descend(700000, [12]int{}) - 700000)
}
