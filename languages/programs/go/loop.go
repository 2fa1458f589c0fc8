package main

import (
	"fmt"
	"sync/atomic"
)

func main() {
	var a, b int
	var steps atomic.Int64
	fmt.Scan(&a, &b)
	for i := 0; i < 10000000; i++ {
		steps.Add(1)
	}
	fmt.Println(a + b + int(steps.Load()) - 10000000)
}
