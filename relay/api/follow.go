package api

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"time"
)

const (
	// followEvery is how often it is looked for new entries of a live session: what comes settles for longer.
	followEvery = 250 * time.Millisecond
	// aliveEvery is how often a reader hears that the relay is there: proxies close what is silent for a minute.
	aliveEvery = 15 * time.Second
	// slowFollower is how long a follower may take for what is there: who does not keep up with what people do in a
	// page reads something else.
	slowFollower = 10 * time.Second
	// lastWord is how long a follower is waited for that took too long for a chunk: when it reads on within that, it is
	// told why nothing more comes. After that the connection takes nothing more.
	lastWord = 5 * time.Second
)

// typeEvents is the form of a log that is followed in a browser.
const typeEvents = "text/event-stream"

// The reasons why a follower is cut off.
var (
	errSlow     = errors.New("you read too slowly; ask again from the last entry that you have")
	errStopping = errors.New("the relay is stopping; ask again from the last entry that you have")
	errRevoked  = errors.New("the API key may no longer read this log")
)

// cuts name the reasons for those who count.
var cuts = map[error]string{errSlow: "slow", errStopping: "stopping", errRevoked: "revoked"}

// follower writes a live log as it grows.
type follower struct {
	a      *API
	to     *patient
	out    *bufio.Writer
	sel    selection
	last   uint64    // the last entry that was looked at
	silent time.Time // when something was written last
}

// follow writes what is there and what comes, until the session has ended and all of it is written.
func (a *API) follow(w *patient, r *http.Request, id string, sel selection) error {
	kind := typeLines
	if sel.events {
		kind = typeEvents
	}
	h := w.to.Header()
	h.Set("Content-Type", kind)
	h.Set("Vary", "Accept")
	w.spare = lastWord
	h.Set("X-Accel-Buffering", "no") // a proxy that gathers would hold entries back
	f := &follower{a: a, to: w, out: bufio.NewWriterSize(w, chunk), sel: sel, last: sel.after, silent: time.Now()}
	if err := w.control.SetReadDeadline(time.Time{}); err != nil { // else the connection ends with the request's time
		return err
	}
	err := f.run(r.Context(), id)
	if err == nil {
		f.say("end", "{}")
		return f.out.Flush()
	}
	reason, cut := f.cutFor(err)
	if !cut {
		return err
	}
	a.Log.Info("a follower of a log was cut off", "session", id, "reason", reason.Error())
	a.Cut(cuts[reason])
	if reason != err {
		return err // the connection takes nothing more
	}
	text, _ := json.Marshal(reason.Error())
	f.say("cut", string(text))
	return f.out.Flush()
}

// cutFor tells whether a follower was cut off, and why. One that reads nothing at all lets a write end with its time.
func (f *follower) cutFor(err error) (reason error, cut bool) {
	if f.to.late && errors.Is(err, os.ErrDeadlineExceeded) {
		return errSlow, true
	}
	for reason := range cuts {
		if errors.Is(err, reason) {
			return reason, true
		}
	}
	return nil, false
}

func (f *follower) run(ctx context.Context, id string) error {
	tick := time.NewTicker(followEvery)
	defer tick.Stop()
	for first := true; ; first = false {
		if !f.sel.may() {
			return errRevoked
		}
		s, err := f.a.Store.Session(ctx, id)
		if err != nil {
			return err
		}
		if first || s.Entries > f.last {
			if err := f.write(ctx, id, first); err != nil {
				return err
			}
		}
		if s.Ended && f.last >= s.Entries {
			return nil
		}
		if time.Since(f.silent) >= aliveEvery {
			if err := f.alive(); err != nil {
				return err
			}
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-f.a.Stopping:
			return errStopping
		case <-tick.C:
		}
	}
}

// write writes the entries that have come. All that a session has at first may take longer than what comes later.
func (f *follower) write(ctx context.Context, id string, first bool) error {
	began := time.Now()
	err := f.a.Store.Entries(ctx, id, f.last, func(seq uint64, line []byte) error {
		f.last = seq
		line, ok, err := f.a.pick(f.sel, seq, line)
		if err != nil || !ok {
			return err
		}
		if f.sel.events {
			_, err = fmt.Fprintf(f.out, "id: %d\ndata: %s\n\n", seq, line)
		} else {
			_, err = fmt.Fprintf(f.out, "%s\n", line)
		}
		if err == nil && f.to.late {
			err = errSlow
		}
		return err
	})
	if err == nil {
		err = f.flush()
	}
	if err == nil && !first && time.Since(began) > slowFollower {
		return errSlow
	}
	return err
}

// alive says that the relay is there.
func (f *follower) alive() error {
	text := "\n"
	if f.sel.events {
		text = ": alive\n\n"
	}
	f.out.WriteString(text) // out keeps its error until Flush
	return f.flush()
}

func (f *follower) flush() error {
	f.silent = time.Now()
	if err := f.out.Flush(); err != nil {
		return err
	}
	f.to.begun = true
	if err := f.to.flush(); err != nil {
		return err
	}
	if f.to.late {
		return errSlow
	}
	return nil
}

// say tells what is no entry.
func (f *follower) say(event, data string) {
	switch {
	case f.sel.events:
		fmt.Fprintf(f.out, "event: %s\ndata: %s\n\n", event, data)
	case event == "cut":
		fmt.Fprintf(f.out, "{\"cut\":%s}\n", data)
	}
}

// lastEventID is what a browser says that comes back.
func lastEventID(r *http.Request) (uint64, error) {
	id := r.Header.Get("Last-Event-ID")
	if id == "" {
		return 0, nil
	}
	seq, err := strconv.ParseUint(id, 10, 63)
	if err != nil {
		return 0, errors.New("Last-Event-ID must be the seq of an entry")
	}
	return seq, nil
}
