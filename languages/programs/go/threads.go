package main

import "fmt"

func main() {
	var a, b int
	fmt.Scan(&a, &b)
	sums := make(chan int)
	go func() { sums <- a + b }()
	fmt.Println(<-sums)
}
