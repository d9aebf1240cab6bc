package traffic

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"time"

	"github.com/tidwall/gjson"
)

// catchUp bounds the wait until all that was acknowledged has its number in the log.
const catchUp = 5 * time.Minute

// Check waits until the log has all that was acknowledged, tells how long that took, and reads some logs back: every
// event once, in its order, as it was sent.
func (l *Load) Check(ctx context.Context, t Target, readBack int) (took time.Duration, err error) {
	ctx, cancel := context.WithTimeout(ctx, catchUp)
	defer cancel()
	start := time.Now()
	for _, p := range l.Pages {
		if err := p.numbered(ctx, t); err != nil {
			return 0, err
		}
	}
	took = time.Since(start)
	for _, p := range l.Pages[:min(readBack, len(l.Pages))] {
		log, err := t.Get(ctx, "/v1/sessions/"+p.hello.Session+"/log", "application/x-ndjson")
		if err == nil {
			err = p.compare(log, l.lines)
		}
		if err != nil {
			return 0, fmt.Errorf("session %s: %w", p.hello.Session, err)
		}
	}
	return took, nil
}

// numbered waits until the session's log has as many entries as the page has sent events, and the relay's own two:
// that the session began, that somebody joined.
func (p *Page) numbered(ctx context.Context, t Target) error {
	for {
		summary, err := t.Get(ctx, "/v1/sessions/"+p.hello.Session, "application/json")
		if err != nil {
			return err
		}
		if gjson.GetBytes(summary, "entries").Uint() >= p.next-1+2 {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("waiting until the log has all events: %w", ctx.Err())
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// compare holds a log against the lines that the page has sent again and again.
func (p *Page) compare(log []byte, lines Recording) error {
	seen := uint64(0)
	for entry := range bytes.Lines(log) {
		e := gjson.ParseBytes(entry)
		if !e.Get("stream").Exists() {
			continue // an entry of the relay's own
		}
		if seen++; e.Get("stream_seq").Uint() != seen {
			return fmt.Errorf("event %d stands where event %d should", e.Get("stream_seq").Uint(), seen)
		}
		sent := gjson.ParseBytes(lines[(seen-1)%uint64(len(lines))])
		if e.Get("type").Str != sent.Get("type").Str || !same(e.Get("details"), sent.Get("details")) {
			return fmt.Errorf("event %d is %s, sent was %s", seen, entry, sent.Raw)
		}
	}
	if seen != p.next-1 {
		return fmt.Errorf("the log has %d events of %d", seen, p.next-1)
	}
	return nil
}

// same tells whether the log's details are those that were sent, and what only the relay knows: the user's name, and how
// far the page's clock is from its own.
func same(logged, sent gjson.Result) bool {
	var a, b map[string]any
	if json.Unmarshal([]byte(logged.Raw), &a) != nil || json.Unmarshal([]byte(sent.Raw), &b) != nil {
		return false
	}
	delete(a, "username")
	delete(a, "clock_offset_ms")
	return reflect.DeepEqual(a, b)
}
