package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// try LOOKUPS REFRESH-S STOP-FILE: calls until the file is there, and prints a line for each call.
func main() {
	services := New(strings.Split(os.Args[1], ",")...)
	services.Caller = "go"
	seconds, err := strconv.ParseFloat(os.Args[2], 64)
	if err != nil {
		panic(err)
	}
	services.Refresh = time.Duration(seconds * float64(time.Second))
	for number := 1; ; number++ {
		if _, err := os.Stat(os.Args[3]); err == nil {
			return
		}
		call(services, "who", []interface{}{}, true)
		call(services, "buy", []interface{}{fmt.Sprintf("go-%d", number)}, false)
		time.Sleep(20 * time.Millisecond)
	}
}

func call(services *Services, method string, args []interface{}, idempotent bool) {
	var said string
	err := services.Call(&said, "shop.Till", method, args, 30*time.Second, idempotent)
	if failed, ok := err.(*CallFailed); ok {
		fmt.Printf("%s-failed %s %v %v\n", method, failed.Executed, args, err)
	} else if err != nil {
		fmt.Printf("%s-failed ? %v %v\n", method, args, err)
	} else {
		fmt.Println(method, said)
	}
}
