// Package problem writes the errors of the relay's HTTP interface as RFC 9457 describes them, each with a sentence
// that a person can act on.
package problem

import (
	"encoding/json"
	"net/http"
	"unicode"
	"unicode/utf8"
)

// body is the document. Its type is always about:blank: the status says the kind, the detail the rest.
type body struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail"`
}

// Write answers with a status and a sentence.
func Write(w http.ResponseWriter, status int, detail string) {
	content, err := json.Marshal(body{"about:blank", http.StatusText(status), status, detail})
	if err != nil {
		panic(err) // three strings and a number always have a JSON form
	}
	h := w.Header()
	h.Set("Content-Type", "application/problem+json")
	h.Set("Cache-Control", "no-store")
	for _, k := range []string{"Content-Length", "Content-Encoding", "ETag"} {
		h.Del(k) // of an answer that was begun and is not given now
	}
	w.WriteHeader(status)
	w.Write(append(content, '\n'))
}

// Error answers with a status and an error of ours as the sentence: with a capital, and a full stop.
func Error(w http.ResponseWriter, status int, err error) {
	text := err.Error()
	first, size := utf8.DecodeRuneInString(text)
	Write(w, status, string(unicode.ToUpper(first))+text[size:]+".")
}

// Mux answers as mux does, but where mux knows no route, or none with the method, the answer is a problem.
func Mux(mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h, route := mux.Handler(r)
		if route != "" {
			mux.ServeHTTP(w, r)
			return
		}
		answer := unrouted{header: http.Header{}}
		h.ServeHTTP(&answer, r)
		if answer.status == http.StatusMethodNotAllowed {
			allow := answer.header.Get("Allow")
			w.Header().Set("Allow", allow)
			Write(w, answer.status, "This address does not take "+r.Method+"; it takes "+allow+".")
			return
		}
		Write(w, http.StatusNotFound, "There is nothing at this address.")
	})
}

// unrouted takes the answer that a mux gives by itself.
type unrouted struct {
	header http.Header
	status int
}

func (u *unrouted) Header() http.Header         { return u.header }
func (u *unrouted) WriteHeader(status int)      { u.status = status }
func (u *unrouted) Write(b []byte) (int, error) { return len(b), nil }
