package main

// #include "@CANARY@"
// static int one(void) { return 1; }
import "C"
import "fmt"

func main() {
	fmt.Println(C.one())
}
