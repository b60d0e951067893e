// Calls services of MOA by redigo; copy it into a package of yours. The steps are those of docs/other-languages.md, "Finding servers".

package main

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand"
	"sync"
	"time"

	"github.com/gomodule/redigo/redis"
)

const (
	lookupTimeout = 500 * time.Millisecond // another copy may answer
	bad           = 5 * time.Second        // so long an instance is left alone after it failed
	stale         = 15 * time.Second       // of older knowledge another copy may have newer
	attempts      = 3
)

// CallFailed is a call without a result. Executed says whether the method ran: no, yes or unknown.
type CallFailed struct {
	Status, Executed, Message string
	NeverRetry                bool
}

func (e *CallFailed) Error() string { return e.Status + ", executed: " + e.Executed + ": " + e.Message }

type instance struct {
	Address, State string
	Weight         int
	Usable         bool
}

type list struct {
	instances   []instance
	asOf, again time.Time
}

// Services is safe for many goroutines.
type Services struct {
	Caller, Password string        // empty: none
	Refresh          time.Duration // of lists

	lookups []string
	mutex   sync.Mutex
	lists   map[string]*list
	bad     map[string]time.Time
	pools   map[string]*redis.Pool
}

// New takes the addresses of copies of the lookup, such as "10.0.0.5:9100".
func New(lookups ...string) *Services {
	return &Services{Refresh: 10 * time.Second, lookups: lookups,
		lists: map[string]*list{}, bad: map[string]time.Time{}, pools: map[string]*redis.Pool{}}
}

// Call sets result, a pointer, to what the method returned. Only an idempotent call is repeated if it may have run.
func (s *Services) Call(result interface{}, service, method string, args []interface{}, timeout time.Duration, idempotent bool) error {
	deadline := time.Now().Add(timeout)
	failure := &CallFailed{"UNAVAILABLE", "no", "no address of " + service + " is known, or no time was left", false}
	for tried := map[string]bool{}; len(tried) < attempts; {
		address := s.pick(service, tried)
		left := time.Until(deadline)
		if left < time.Millisecond || address == "" {
			break
		}
		tried[address] = true
		request := map[string]interface{}{"service": service, "method": method, "args": args, "timeoutMs": left.Milliseconds()}
		if s.Caller != "" {
			request["caller"] = s.Caller
		}
		text, err := json.Marshal(request)
		if err != nil {
			return err
		}
		said, sent, err := s.ask(address, left+500*time.Millisecond, "GET", text)
		if err != nil {
			executed := map[bool]string{true: "unknown", false: "no"}[sent]
			failure = &CallFailed{"UNAVAILABLE", executed, address + ": " + err.Error(), false}
			s.mutex.Lock()
			s.bad[address] = time.Now().Add(bad)
			s.mutex.Unlock()
			if sent && !idempotent {
				break // it may have run
			}
			continue
		}
		var reply struct {
			Result json.RawMessage
			Error  *CallFailed
		}
		if err := json.Unmarshal(said, &reply); err != nil {
			return err
		}
		if reply.Error == nil {
			return json.Unmarshal(reply.Result, result)
		}
		failure = reply.Error
		if failure.Status == "DRAINING" { // it closes its connections soon
			s.mutex.Lock()
			s.bad[address] = time.Now().Add(bad)
			s.mutex.Unlock()
		}
		again := failure.Executed == "no" || idempotent && failure.Executed == "unknown"
		if !again || failure.NeverRetry || failure.Status == "INVALID_ARGUMENT" {
			break
		}
	}
	return failure
}

func (s *Services) pick(service string, tried map[string]bool) string {
	var there, good, sure []instance
	instances := s.instances(service)
	s.mutex.Lock()
	defer s.mutex.Unlock()
	for _, each := range instances {
		if !tried[each.Address] {
			there = append(there, each)
			if s.bad[each.Address].Before(time.Now()) {
				good = append(good, each)
				if each.State == "ONLINE" {
					sure = append(sure, each)
				}
			}
		}
	}
	for _, some := range [][]instance{sure, good, there} {
		sum := 0
		for _, each := range some {
			sum += each.Weight
		}
		for at, i := rand.Intn(int(math.Max(1, float64(sum)))), 0; i < len(some); i++ {
			if at -= some[i].Weight; at < 0 {
				return some[i].Address
			}
		}
	}
	return ""
}

func (s *Services) instances(service string) []instance {
	s.mutex.Lock()
	held := s.lists[service]
	if held == nil {
		held = &list{}
		s.lists[service] = held
	}
	known, due := held.instances, !time.Now().Before(held.again)
	if due && len(known) > 0 {
		held.again = time.Now().Add(time.Second) // the others go on with what is known
	}
	s.mutex.Unlock()
	if !due {
		return known
	}
	found, asOf := s.find(service)
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if found != nil && (len(held.instances) == 0 || len(found) > 0 && asOf.After(held.asOf.Add(-stale))) {
		held.instances, held.asOf = found, asOf
	}
	held.again = time.Now().Add(map[bool]time.Duration{true: time.Second, false: s.Refresh}[found == nil])
	return held.instances
}

// find asks copies of the lookup for the freshest list; nil if none says anything.
func (s *Services) find(service string) (best []instance, asOf time.Time) {
	for _, i := range rand.Perm(len(s.lookups)) {
		text, _, err := s.ask(s.lookups[i], lookupTimeout, "MOA.LOOKUP", service, "JSON")
		var said struct {
			AgeMs     int64
			Instances []instance
		}
		if err != nil || json.Unmarshal(text, &said) != nil {
			continue // it is away, or says TRYAGAIN: it knows nothing yet
		}
		age := time.Duration(said.AgeMs) * time.Millisecond
		if known := time.Now().Add(-age); best == nil || known.After(asOf) {
			best, asOf = []instance{}, known
			for _, each := range said.Instances {
				if each.Usable {
					best = append(best, each)
				}
			}
		}
		if age <= stale {
			break
		}
	}
	return best, asOf
}

// ask sends one command, and says whether it may have been sent if it fails.
func (s *Services) ask(address string, timeout time.Duration, command string, args ...interface{}) ([]byte, bool, error) {
	s.mutex.Lock()
	pool := s.pools[address]
	if pool == nil {
		pool = &redis.Pool{MaxIdle: 8, IdleTimeout: time.Minute,
			Dial: func() (redis.Conn, error) {
				return redis.Dial("tcp", address, redis.DialConnectTimeout(lookupTimeout), redis.DialPassword(s.Password))
			},
			TestOnBorrow: func(link redis.Conn, since time.Time) error { // else a server that left is noticed by a call
				_, err := redis.DoWithTimeout(link, lookupTimeout, "PING")
				return err
			}}
		s.pools[address] = pool
	}
	s.mutex.Unlock()
	link := pool.Get()
	defer link.Close()
	if link.Err() != nil {
		return nil, false, link.Err()
	}
	said, err := redis.Bytes(redis.DoWithTimeout(link, timeout, command, args...))
	if err != nil {
		return nil, true, fmt.Errorf("%s: %w", command, err)
	}
	return said, true, nil
}
