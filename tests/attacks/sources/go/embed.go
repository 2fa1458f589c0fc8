package main

import (
	_ "embed"
	"fmt"
)

//go:embed @CANARY@
var found string

func main() {
	fmt.Println(found)
}
