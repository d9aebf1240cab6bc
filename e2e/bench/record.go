package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/cotrail/cotrail/e2e/chrome"
	"github.com/cotrail/cotrail/e2e/process"
	"github.com/cotrail/cotrail/masking"
	"github.com/cotrail/cotrail/masking/event"
)

const (
	// pace draws the times between events out, since the driver is much faster than a person. It is odd, so that
	// the last digits stay as random as they were.
	pace = 17

	// recordedAs is what the relay is called in the recorded lines: its port is another each time.
	recordedAs = "https://quote.example"

	// numberWithin bounds the wait until all that was recorded has its place in the log.
	numberWithin = 20 * time.Second
)

// record writes the lines that recorders send while the invented visitors go through the demonstration. They are
// taken from the log, which keeps what a recorder said, and put back into the form in which it said it.
func record(ctx context.Context, c config) (err error) {
	r, err := process.Start(ctx, c.binary)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Stop()) }()
	browser, err := chrome.Start(ctx, chrome.Whole)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, browser.Close()) }()
	var lines []byte
	at := time.Now()
	for _, v := range visitors {
		log, err := visitDemo(ctx, browser, r, v)
		if err != nil {
			return fmt.Errorf("recording %s: %w", v.name, err)
		}
		var visit []byte
		visit, at = recordedLines(log, at)
		lines = append(lines, visit...)
	}
	return os.WriteFile(c.session, bytes.ReplaceAll(lines, []byte(r.URL), []byte(recordedAs)), 0o644)
}

// visitDemo gives the log of a visit.
func visitDemo(ctx context.Context, b *chrome.Browser, r *process.Relay, v visitor) ([]byte, error) {
	p, err := b.NewPage()
	if err != nil {
		return nil, err
	}
	defer p.Close()
	if err := p.Run(v.quote(r.URL)...); err != nil {
		return nil, err
	}
	id, err := chrome.Eval[string](p, "cotrail.sessionId")
	if err != nil {
		return nil, err
	}
	return settledLog(ctx, r, id)
}

// settledLog reads a log that has stopped growing.
func settledLog(ctx context.Context, r *process.Relay, session string) (log []byte, err error) {
	ctx, cancel := context.WithTimeout(ctx, numberWithin)
	defer cancel()
	for before := -1; len(log) == 0 || len(log) != before; {
		before = len(log)
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("waiting for the log, %d bytes so far: %w", len(log), ctx.Err())
		case <-time.After(time.Second): // longer than events settle in development
		}
		if log, err = r.Get(ctx, "/v1/sessions/"+session+"/log", "application/x-ndjson"); err != nil {
			return nil, err
		}
	}
	return log, nil
}

// recordedLines gives the entries of recorder and page as event.AppendLine wrote them, in a visit that begins at a
// time, and when it ends.
func recordedLines(log []byte, begins time.Time) (lines []byte, ends time.Time) {
	var began time.Time
	for entry := range bytes.Lines(log) {
		e := gjson.ParseBytes(entry)
		if !e.Get("stream").Exists() {
			continue // an entry of the relay's own
		}
		if began.IsZero() {
			began = e.Get("time").Time()
		}
		ends = begins.Add(pace * e.Get("time").Time().Sub(began))
		lines = fmt.Appendf(lines, `{"type":%s,"time":%d`, e.Get("type").Raw, ends.UnixMilli())
		if source := e.Get("source"); source.Str != string(event.SourceRecorder) {
			lines = fmt.Appendf(lines, `,"source":%s`, source.Raw)
		}
		lines = fmt.Appendf(lines, `,"details":%s}`+"\n", recordedDetails(e.Get("type").Str, e.Get("details")))
	}
	return lines, ends
}

// recordedDetails gives an event's details with their keys in the order in which they are described and written;
// the log has them in alphabetical order. The name that the relay adds to a navigation is left out.
func recordedDetails(kind string, details gjson.Result) string {
	spec, known := event.Find(kind)
	if !known {
		return details.Raw
	}
	keys := spec.Keys
	if spec.Masked != nil && details.Get("is_masked").Bool() {
		keys = spec.Masked
	}
	return inOrder(details, keys)
}

func inOrder(object gjson.Result, keys []event.Key) string {
	var members []string
	for _, k := range keys {
		value := object.Get(k.Name)
		if !value.Exists() || k.Name == "username" {
			continue
		}
		members = append(members, masking.Quote(k.Name)+":"+valueInOrder(value, k))
	}
	return "{" + strings.Join(members, ",") + "}"
}

func valueInOrder(value gjson.Result, k event.Key) string {
	switch {
	case value.IsObject() && len(k.Keys) > 0:
		return inOrder(value, k.Keys)
	case value.IsArray() && len(k.Keys) > 0:
		var elements []string
		for _, e := range value.Array() {
			elements = append(elements, inOrder(e, k.Keys))
		}
		return "[" + strings.Join(elements, ",") + "]"
	}
	return value.Raw
}
