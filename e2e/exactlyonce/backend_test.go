package exactlyonce

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/cotrail/cotrail/e2e/traffic"
)

const (
	// usual and large are the events of a session: the log of a large one is too large for a webhook, which gets a link.
	usual, large = 5, 100
	// largeEvery is how many sessions there are for one that is large.
	largeEvery = 6
)

// visit lets the app's back end make a session, tell of its events and end it.
func (c *crowd) visit() {
	events := usual
	if rand.IntN(largeEvery) == 0 {
		events = large
	}
	id := gjson.GetBytes(c.insist(http.MethodPost, "/v1/sessions", `{"site":"`+killed+`"}`), "session_id").Str
	var acts []string
	for n := range events {
		acts = append(acts, fmt.Sprintf(`{"type":"client_log","details":{"message":"act %d","level":"info"}}`, n+1))
	}
	c.insist(http.MethodPost, "/v1/sessions/"+id+"/events", "["+strings.Join(acts, ",")+"]")
	c.insist(http.MethodPost, "/v1/sessions/"+id+"/end", "{}")
	c.mu.Lock()
	defer c.mu.Unlock()
	c.events[id] = events
}

// insist asks one relay after the other until there is an answer: the same question, by its Idempotency-Key.
func (c *crowd) insist(method, path, body string) []byte {
	once := traffic.SomeHex(32)
	said := ""
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		status, answer, err := ask(method, c.relays[rand.IntN(len(c.relays))].URL+path, body, once)
		switch {
		case err != nil:
			said = err.Error()
		case status < 300:
			return answer
		case status == http.StatusTooManyRequests, status == http.StatusServiceUnavailable:
			said = string(answer)
		default:
			c.t.Errorf("%s %s: %d %s", method, path, status, answer)
			return nil
		}
	}
	c.t.Errorf("%s %s: no answer; the last was %q", method, path, said)
	return nil
}

func ask(method, url, body, once string) (status int, answer []byte, err error) {
	req, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	req.Header.Set("Authorization", "Bearer dev")
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Idempotency-Key", once)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer res.Body.Close()
	answer, err = io.ReadAll(res.Body)
	return res.StatusCode, answer, err
}

// list gives the members of all pages of a list.
func (c *crowd) list(path, key string) (all []gjson.Result) {
	for next := ""; ; {
		page := c.insist(http.MethodGet, path+"&limit=100"+next, "")
		all = append(all, gjson.GetBytes(page, key).Array()...)
		cursor := gjson.GetBytes(page, "next").Str
		if cursor == "" {
			return all
		}
		next = "&cursor=" + cursor
	}
}
