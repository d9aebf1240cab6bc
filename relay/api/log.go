package api

import (
	"bufio"
	"bytes"
	"fmt"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/cotrail/cotrail/relay/config"
	"github.com/cotrail/cotrail/relay/journal"
	"github.com/cotrail/cotrail/relay/problem"
)

const (
	// chunk is what is gathered before it is sent: some hundred entries.
	chunk = 32 << 10
	// slowReader is how long a reader may take for one chunk. A log of any length can be read, but not by somebody
	// who holds a connection open for it and reads nothing.
	slowReader = 30 * time.Second
)

// dialectSurfly is the other form of the log.
const dialectSurfly = "surfly"

// typeLog and typeLines are the forms of the answer.
const (
	typeLog   = "application/json"
	typeLines = "application/x-ndjson"
)

// selection is what a reader wants of a log.
type selection struct {
	after uint64
	filter
	surfly bool
	// completing are the entries that complete others, by those: for the dialect, where they are known already.
	completing map[uint64][][]byte
	lines      bool        // one entry a line, with nothing around
	events     bool        // as they come, for a browser
	follow     bool        // as they come, also when they come later
	may        func() bool // the reader still may: a log is followed for hours, and the configuration changes meanwhile
	proof      bool        // with all that a check of it needs
	since      int64       // … also that the log goes on from a checkpoint of this size; 0 for none
	end        string      // what the log ends with: the proof too
}

// deed tells what the access log has to say: a form for machines is there to be taken away.
func (sel selection) deed() string {
	if sel.proof || sel.surfly || sel.lines && !sel.follow {
		return journal.Exported
	}
	return journal.Viewed
}

// log answers GET /v1/sessions/{id}/log.
func (a *API) log(w http.ResponseWriter, r *http.Request, key config.Key) {
	s, ok := a.reach(w, r, key)
	if !ok {
		return
	}
	sel, status, err := selected(r)
	if err != nil {
		problem.Error(w, status, err)
		return
	}
	if s.Erased != 0 && sel.proof {
		a.tombstone(w, r, s.ID, sel.since)
		return
	}
	if sel.end, err = a.ending(r.Context(), s.ID, sel); err != nil { // a log that is not sealed yet is not exported either
		a.failed(w, r, err)
		return
	}
	if !a.note(w, r, key, s, sel.deed(), "log") {
		return
	}
	sel.may = func() bool { return a.StillReads(key, s.Site) }
	to := &patient{to: w, control: http.NewResponseController(w)}
	write := a.writeLog
	if sel.follow {
		write = a.follow
	}
	if err := write(to, r, s.ID, sel); err != nil && !to.begun {
		a.failed(w, r, err)
	} else if err != nil {
		if r.Context().Err() == nil {
			a.Log.Error("a log could not be sent to its end", "session", s.ID, "error", err)
		}
		panic(http.ErrAbortHandler) // all that can still be said is that the answer is not whole
	}
}

// writeLog writes the selected entries as they come from the store.
func (a *API) writeLog(w *patient, r *http.Request, id string, sel selection) error {
	before, between, end, kind := "{\"session_logs\":[\n", ",\n", sel.end, typeLog
	if sel.lines {
		before, between, end, kind = "", "\n", "\n", typeLines
	}
	w.to.Header().Set("Content-Type", kind)
	w.to.Header().Set("Vary", "Accept")
	out := bufio.NewWriterSize(w, chunk)
	out.WriteString(before) // out keeps its first error until Flush
	written := false
	if sel.surfly {
		var err error
		if sel.completing, err = a.completing(r.Context(), id); err != nil {
			return err
		}
	}
	err := a.Store.Entries(r.Context(), id, sel.after, func(seq uint64, line []byte) error {
		line, ok, err := a.pick(sel, seq, line)
		if err != nil || !ok {
			return err
		}
		if written {
			out.WriteString(between)
		}
		written = true
		_, err = out.Write(line)
		return err
	})
	if err != nil {
		return err
	}
	if written || !sel.lines {
		out.WriteString(end)
	}
	return out.Flush()
}

// pick gives an entry in the form that is wanted, or tells that it is not.
func (a *API) pick(sel selection, seq uint64, line []byte) ([]byte, bool, error) {
	if !sel.lets(line) {
		return nil, false, nil
	}
	if sel.surfly {
		line, ok, err := a.Surfly(line, sel.completing[seq])
		return bytes.TrimSuffix(line, []byte("\n")), ok, err
	}
	return line, true, nil
}

// selected reads what is wanted, or gives the status and the sentence to refuse with.
func selected(r *http.Request) (sel selection, status int, err error) {
	q := r.URL.Query()
	if q.Has("after") {
		if sel.after, err = strconv.ParseUint(q.Get("after"), 10, 63); err != nil {
			return sel, http.StatusBadRequest, fmt.Errorf("after must be the seq of an entry, or 0")
		}
	}
	if q.Has("dialect") {
		if sel.surfly = q.Get("dialect") == dialectSurfly; !sel.surfly {
			return sel, http.StatusBadRequest, fmt.Errorf("dialect must be %s, or be left out", dialectSurfly)
		}
	}
	if q.Has("proof") {
		if sel.proof = q.Get("proof") == "1"; !sel.proof || len(q) > 1 && (len(q) > 2 || !q.Has("from")) {
			return sel, http.StatusBadRequest, fmt.Errorf("proof must be 1, and with it nothing but from may be given: what is proven is the whole log")
		}
		if sel.since, err = fromSize(r); err != nil {
			return sel, http.StatusBadRequest, err
		}
	} else if sel.filter, err = readFilter(q); err != nil {
		return sel, http.StatusBadRequest, err
	}
	switch accepted(r.Header.Values("Accept")) {
	case typeLog:
	case typeLines:
		if sel.proof {
			return sel, http.StatusNotAcceptable, fmt.Errorf("a log with its proof can be had as %s", typeLog)
		}
		sel.lines = true
	case typeEvents:
		last, err := lastEventID(r)
		if err != nil {
			return sel, http.StatusBadRequest, err
		}
		sel.events, sel.follow, sel.after = true, true, max(sel.after, last)
	default:
		return sel, http.StatusNotAcceptable, fmt.Errorf("a log can be had as %s, %s or %s", typeLog, typeLines, typeEvents)
	}
	if q.Has("follow") {
		if sel.follow = q.Get("follow") == "1"; !sel.follow || !sel.lines && !sel.events {
			return sel, http.StatusBadRequest, fmt.Errorf("follow must be 1, and the log be asked for as %s or %s", typeLines, typeEvents)
		}
	}
	if sel.proof && sel.follow {
		return sel, http.StatusNotAcceptable, fmt.Errorf("a log with its proof can be had as %s", typeLog)
	}
	return sel, 0, nil
}

// accepted gives the first of our media types that a reader names, JSON when it names none or takes anything.
func accepted(headers []string) string {
	header := strings.Join(headers, ",")
	if header == "" {
		return typeLog
	}
	for _, part := range strings.Split(header, ",") {
		kind, params, err := mime.ParseMediaType(part)
		if err != nil || params["q"] == "0" {
			continue
		}
		switch kind {
		case typeLines, typeEvents:
			return kind
		case typeLog, "application/*", "*/*":
			return typeLog
		}
	}
	return ""
}

// patient gives a reader new time for every chunk, and knows whether one was sent.
type patient struct {
	to      http.ResponseWriter
	control *http.ResponseController
	begun   bool
	spare   time.Duration // so much longer a chunk may take for the reader to be told that it took too long
	late    bool          // one did
}

func (p *patient) Write(b []byte) (int, error) {
	p.begun = true
	began := time.Now()
	if err := p.control.SetWriteDeadline(began.Add(slowReader + p.spare)); err != nil {
		return 0, err
	}
	n, err := p.to.Write(b)
	p.late = p.late || time.Since(began) > slowReader
	return n, err
}

// flush sends what was written, in the time of the last chunk.
func (p *patient) flush() error {
	began := time.Now()
	err := p.control.Flush()
	p.late = p.late || time.Since(began) > slowReader
	return err
}
