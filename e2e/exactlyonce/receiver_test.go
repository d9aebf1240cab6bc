package exactlyonce

import (
	"io"
	"net/http"
	"sync"

	"github.com/tidwall/gjson"
)

// receiver is a webhook that tells by the id what it has already, as receivers should.
type receiver struct {
	mu       sync.Mutex
	first    map[string]gjson.Result // data of the first message, by id
	ids      map[string][]string     // by session
	requests int
	other    string // a message that came again and told something else
	until    int    // requests from now on, before then is called
	then     func()
}

func newReceiver() *receiver {
	return &receiver{first: map[string]gjson.Result{}, ids: map[string][]string{}}
}

// ServeHTTP takes a message. What is called before the answer can kill whoever waits for it.
func (r *receiver) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	body, err := io.ReadAll(q.Body)
	if err != nil || !gjson.ValidBytes(body) { // the sender was killed
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	if strike := r.take(q.Header.Get("webhook-id"), gjson.GetBytes(body, "data")); strike != nil {
		strike()
	}
	w.WriteHeader(http.StatusNoContent)
}

func (r *receiver) take(id string, data gjson.Result) (strike func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.requests++
	session := data.Get("session_id").Str
	if first, again := r.first[id]; !again {
		r.first[id] = data
		r.ids[session] = append(r.ids[session], id)
	} else if what(first) != what(data) {
		r.other = id
	}
	if r.until--; r.until == 0 {
		return r.then
	}
	return nil
}

// what is what a message tells: the log, or the sum of one that is too large. A link is another one each time.
func what(data gjson.Result) string {
	return data.Get("session_id").Str + data.Get("session_logs").Raw + data.Get("sha256").Str
}

// after lets something be done before a request is answered, so many from now on; 0 for never.
func (r *receiver) after(requests int, then func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.until, r.then = requests, then
}

// sessions is how many have come.
func (r *receiver) sessions() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.ids)
}
