package api

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/cotrail/cotrail/masking/event"
	"github.com/cotrail/cotrail/relay/words"
)

// filter is which entries of a log a reader wants. The zero filter lets all through.
type filter struct {
	types    []string // none for all
	actor    string   // a client_index or a name; empty for all
	words    []string // that all stand in the entry
	from, to string   // as entries write times: from this one on, and before that one
}

// filters are the query parameters of a filter.
var filters = []string{"type", "actor", "q", "from", "to"}

// readFilter reads it, or tells what is wrong with it.
func readFilter(q url.Values) (f filter, err error) {
	if q.Has("type") {
		if f.types, err = readTypes(q.Get("type")); err != nil {
			return f, err
		}
	}
	f.actor = q.Get("actor")
	f.words = words.Of(q.Get("q"))
	for name, to := range map[string]*string{"from": &f.from, "to": &f.to} {
		if !q.Has(name) {
			continue
		}
		at, err := readTime(name, q.Get(name))
		if err != nil {
			return f, err
		}
		*to = when(at)
	}
	return f, nil
}

func readTypes(text string) ([]string, error) {
	types := strings.Split(text, ",")
	for i, t := range types {
		if spec, ok := event.Find(t); ok {
			types[i] = string(spec.Type)
		} else if !strings.HasPrefix(t, "x_") {
			return nil, fmt.Errorf("type: %q is no type of event; see /v1/schema/events.json", t)
		}
	}
	return types, nil
}

// readTime reads a time, or a day, which begins at midnight in UTC.
func readTime(name, text string) (ms int64, err error) {
	for _, layout := range []string{time.RFC3339Nano, time.DateOnly} {
		if t, err := time.Parse(layout, text); err == nil {
			return t.UnixMilli(), nil
		}
	}
	return 0, fmt.Errorf("%s must be a time like 2026-11-22T12:00:00Z, or a day like 2026-11-22", name)
}

// lets tells whether an entry is wanted.
func (f *filter) lets(line []byte) bool {
	if len(f.types) == 0 && f.actor == "" && len(f.words) == 0 && f.from == "" && f.to == "" {
		return true
	}
	e := gjson.ParseBytes(line)
	at := e.Get("time").Str
	switch {
	case len(f.types) > 0 && !slices.Contains(f.types, e.Get("type").Str),
		f.actor != "" && !f.by(e.Get("actor")),
		f.from != "" && at < f.from,
		f.to != "" && at >= f.to:
		return false
	}
	return len(f.words) == 0 || words.Contains(line, f.words)
}

// by tells whether it was the actor that is wanted.
func (f *filter) by(actor gjson.Result) bool {
	index := actor.Get("client_index")
	return index.Type == gjson.Number && strconv.FormatInt(index.Int(), 10) == f.actor || words.Same(actor.Get("username").Str, f.actor)
}
