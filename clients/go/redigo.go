// Checks with redigo.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"reflect"
	"strings"
	"time"

	"github.com/gomodule/redigo/redis"
)

var (
	port         = os.Getenv("MOA_PORT")
	passwordPort = os.Getenv("MOA_PASSWORD_PORT")
	password     = os.Getenv("MOA_PASSWORD")
)

const patience = 60 * time.Second

type skipped string

func (s skipped) Error() string { return string(s) }

type answer map[string]interface{}

// Every check ends with a panic or is fine.
func need(err error) {
	if err != nil {
		panic(err)
	}
}

func same(expected, actual interface{}) {
	if !reflect.DeepEqual(expected, actual) {
		panic(fmt.Errorf("expected %.120s, got %.160s", fmt.Sprint(expected), fmt.Sprint(actual)))
	}
}

func has(part string, err error) {
	if err == nil || !strings.Contains(err.Error(), part) {
		panic(fmt.Errorf("expected an error with %s, got %v", part, err))
	}
}

func request(method string, args interface{}, more ...interface{}) string {
	fields := map[string]interface{}{"service": "clients.Desk", "method": method, "args": args}
	for i := 0; i < len(more); i += 2 {
		fields[more[i].(string)] = more[i+1]
	}
	text, err := json.Marshal(fields)
	need(err)
	return string(text)
}

type list []interface{}

func dial(port string, options ...redis.DialOption) (redis.Conn, error) {
	all := []redis.DialOption{redis.DialConnectTimeout(patience), redis.DialReadTimeout(patience), redis.DialWriteTimeout(patience)}
	return redis.Dial("tcp", "127.0.0.1:"+port, append(all, options...)...)
}

func open(options ...redis.DialOption) redis.Conn {
	connection, err := dial(port, options...)
	need(err)
	return connection
}

func parse(text string) answer {
	var parsed answer
	need(json.Unmarshal([]byte(text), &parsed))
	return parsed
}

func ask(connection redis.Conn, method string, args interface{}, more ...interface{}) answer {
	text, err := redis.String(connection.Do("GET", request(method, args, more...)))
	need(err)
	return parse(text)
}

func errorOf(told answer) map[string]interface{} {
	return told["error"].(map[string]interface{})
}

func call() { same(answer{"result": 9.0}, ask(open(), "reserve", list{"top", 3})) }

func names() {
	same(answer{"result": 6.0}, ask(open(), "reserve", map[string]interface{}{"count": 2, "item": "top"}))
}

func pipeline() {
	connection := open()
	for i := 0; i < 100; i++ {
		need(connection.Send("GET", request("reserve", list{"top", i})))
	}
	need(connection.Flush())
	for i := 0; i < 100; i++ {
		text, err := redis.String(connection.Receive())
		need(err)
		same(answer{"result": float64(3 * i)}, parse(text))
	}
}

func mget() {
	var requests list
	for i := 0; i < 20; i++ {
		requests = append(requests, request("reserve", list{"a", i}))
	}
	requests[7] = "nonsense"
	texts, err := redis.Strings(open().Do("MGET", requests...))
	need(err)
	same(20, len(texts))
	for i, text := range texts {
		if i == 7 {
			same("INVALID_ARGUMENT", errorOf(parse(text))["status"])
		} else {
			same(answer{"result": float64(i)}, parse(text))
		}
	}
}

func failure() {
	told := errorOf(ask(open(), "fail", list{"no top is left"}))
	same(list{"APPLICATION", "yes", "SOLD_OUT", "no top is left"}, list{told["status"], told["executed"], told["code"], told["message"]})
}

func method() { same("UNIMPLEMENTED", errorOf(ask(open(), "resreve", list{}))["status"]) }

func command() {
	connection := open()
	_, err := connection.Do("SET", "a", "b")
	var told redis.Error
	if !errors.As(err, &told) {
		panic(fmt.Errorf("no error of redigo, but %v", err))
	}
	has("unknown command 'SET'", err)
	same(answer{"result": 9.0}, ask(connection, "reserve", list{"top", 3}))
}

func deadline() {
	connection := open()
	same("DEADLINE_EXCEEDED", errorOf(ask(connection, "hang", list{}, "timeoutMs", 100))["status"])
	same(answer{"result": 9.0}, ask(connection, "reserve", list{"top", 3}))
}

// A pool is redigo's way to connect again: it throws away connections that had an error.
func pool() *redis.Pool {
	return &redis.Pool{MaxIdle: 3, Dial: func() (redis.Conn, error) { return dial(port) }}
}

func pooled(connections *redis.Pool) (text string, err error) {
	connection := connections.Get()
	defer connection.Close()
	return redis.String(connection.Do("GET", request("reserve", list{"top", 3})))
}

func socketTimeout() {
	connections := pool()
	connection := connections.Get()
	_, err := redis.DoWithTimeout(connection, 300*time.Millisecond, "GET", request("hang", list{}, "timeoutMs", 30000))
	var told net.Error
	if !errors.As(err, &told) || !told.Timeout() {
		panic(fmt.Errorf("no timeout, but %v", err))
	}
	connection.Close()
	text, err := pooled(connections)
	need(err)
	same(answer{"result": 9.0}, parse(text))
}

func reconnect() {
	connections := pool()
	_, err := pooled(connections)
	need(err)
	need(exec.Command(os.Getenv("MOA_SERVER"), "restart", "open").Run())
	var text string
	for i := 0; i < 100; i++ {
		if text, err = pooled(connections); err == nil {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	need(err)
	same(answer{"result": 9.0}, parse(text))
}

func utf8() {
	text := "grün 中文 🍵 \"quoted\" 'single' \\ \n\t\x00"
	same(answer{"result": text}, ask(open(), "echo", list{text}))
}

func large() {
	text := strings.Repeat("中x", 1<<18)
	same(1<<20, len(text))
	same(answer{"result": text}, ask(open(), "echo", list{text}))
}

func auth() {
	stranger, err := dial(passwordPort)
	need(err)
	_, err = stranger.Do("GET", request("who", list{}))
	has("NOAUTH", err)
	_, err = dial(passwordPort, redis.DialPassword("wrong"))
	has("WRONGPASS", err)
	known, err := dial(passwordPort, redis.DialPassword(password))
	need(err)
	same(answer{"result": ""}, ask(known, "who", list{}))
	web, err := dial(passwordPort, redis.DialUsername("web"), redis.DialPassword(password))
	need(err)
	same(answer{"result": "web"}, ask(web, "who", list{}))
}

func resp3() { panic(skipped("redigo speaks RESP2 alone")) }

func caller() {
	connection := open(redis.DialClientName("teahouse"))
	same(answer{"result": "teahouse"}, ask(connection, "who", list{}))
	same(answer{"result": "batch"}, ask(connection, "who", list{}, "caller", "batch"))
}

func moaCommands() {
	services, err := redis.Strings(open().Do("MOA.LIST"))
	need(err)
	same([]string{"clients.Desk"}, services)
	text, err := redis.String(open().Do("MOA.DESCRIBE", "clients.Desk"))
	need(err)
	same("clients.Desk", parse(text)["service"])
}

func check(name string, action func()) {
	defer func() {
		switch why := recover().(type) {
		case nil:
			fmt.Printf("%s\tok\t\n", name)
		case skipped:
			fmt.Printf("%s\tSKIPPED\t%s\n", name, why)
		default:
			fmt.Printf("%s\tFAIL\t%.300s\n", name, strings.Join(strings.Fields(fmt.Sprint(why)), " "))
		}
	}()
	action()
}

func main() {
	fmt.Println("version " + os.Getenv("REDIGO_VERSION"))
	check("call", call)
	check("names", names)
	check("pipeline", pipeline)
	check("mget", mget)
	check("error", failure)
	check("method", method)
	check("command", command)
	check("deadline", deadline)
	check("socket-timeout", socketTimeout)
	check("reconnect", reconnect)
	check("utf8", utf8)
	check("large", large)
	check("auth", auth)
	check("resp3", resp3)
	check("caller", caller)
	check("moa-commands", moaCommands)
}
