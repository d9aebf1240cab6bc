package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/cotrail/cotrail/masking"
	"github.com/cotrail/cotrail/masking/event"
	"github.com/cotrail/cotrail/relay/config"
	"github.com/cotrail/cotrail/relay/store"
)

const (
	// maxSignals bounds the events of a request, so that none holds up the store for long.
	maxSignals = 1000
	// maxBefore and maxAfter bound the time of an event against the relay's clock: a queue of the app may have been
	// stuck for weeks, and clocks differ by seconds.
	maxBefore = 31 * 24 * time.Hour
	maxAfter  = time.Minute
	// maxTab bounds the name of a tab.
	maxTab = 128
	// maxIndex bounds a participant's number.
	maxIndex = 1<<31 - 1
)

// signal is an event of the app's back end, as it is sent.
type signal struct {
	Type        string          `json:"type"`
	Details     json.RawMessage `json:"details"`
	Time        *string         `json:"time"`
	TabID       *string         `json:"tab_id"`
	ClientIndex *int64          `json:"client_index"`
}

// signals answers POST /v1/sessions/{id}/events: one event or a list, all or none.
func (a *API) signals(w http.ResponseWriter, r *http.Request, key config.Key) {
	s, ok := a.reach(w, r, key)
	if !ok {
		return
	}
	req, ok := a.read(w, r, key)
	if !ok {
		return
	}
	lines, count, err := a.lines(req.body, a.signaller(s.Site, s.ID))
	if err != nil {
		invalid(w, err)
		return
	}
	if !a.mayAsk(w, a.Limits.Site, s.Site, count) {
		return
	}
	done, err := a.Signals.Signal(r.Context(), store.Signal{
		Site: s.Site, Session: s.ID, Received: a.Now().UnixMilli(), Count: count, Lines: lines, Once: req.once,
	})
	if err != nil {
		a.refused(w, r, err)
		return
	}
	a.Wake(done.Session, false)
	a.writeJSON(w, signalled{done.Session, store.HostStream, done.First, done.First + uint64(count) - 1})
}

// signalled says where events are: in the session's log they have this stream and these numbers.
type signalled struct {
	SessionID string `json:"session_id"`
	Stream    string `json:"stream"`
	First     uint64 `json:"first"`
	Last      uint64 `json:"last"`
}

// signaller masks what the back end says of a session, by the policy of its site: that of a site that is gone is the
// strictest.
func (a *API) signaller(site, session string) *event.Signaller {
	policy := masking.Strictest()
	if s, ok := a.Config.Site(site); ok {
		policy = &s.Policy
	}
	return &event.Signaller{Policy: policy, Key: a.FieldKey(session)}
}

// lines makes of a body the lines that are stored. The error says what is wrong with which event, by the names of
// keys and never by a value.
func (a *API) lines(body []byte, by *event.Signaller) (lines []byte, count int, err error) {
	one := body[0] == '{'
	list := []json.RawMessage{body}
	if !one && json.Unmarshal(body, &list) != nil {
		return nil, 0, errors.New("the body must be an event or a list of events")
	}
	switch {
	case len(list) == 0:
		return nil, 0, errors.New("the list of events is empty")
	case len(list) > maxSignals:
		return nil, 0, fmt.Errorf("the list has %d events; a request may have %d. Send them in several", len(list), maxSignals)
	}
	now := a.Now()
	for i, object := range list {
		if lines, err = appendSignal(lines, object, by, now); err != nil && one {
			return nil, 0, err
		} else if err != nil {
			return nil, 0, fmt.Errorf("event %d of the list: %w", i+1, err)
		}
	}
	return lines, len(list), nil
}

// appendSignal writes an event as the line that is stored.
func appendSignal(line []byte, object []byte, by *event.Signaller, now time.Time) ([]byte, error) {
	var s signal
	if err := decode(object, &s); err != nil {
		return nil, err
	}
	at, err := s.at(now)
	switch {
	case err != nil:
		return nil, err
	case s.Type == "":
		return nil, errors.New("type is missing")
	case s.TabID != nil && (*s.TabID == "" || len(*s.TabID) > maxTab):
		return nil, fmt.Errorf("tab_id must have 1 to %d bytes", maxTab)
	case s.ClientIndex != nil && (*s.ClientIndex < 0 || *s.ClientIndex > maxIndex):
		return nil, errors.New("client_index must be a whole number from 0 on")
	}
	if len(s.Details) == 0 || string(s.Details) == "null" {
		s.Details = []byte("{}")
	}
	typ, details, err := by.Details(s.Type, string(s.Details))
	if errors.Is(err, event.ErrUnknownType) {
		return nil, fmt.Errorf("unknown type; known are %s, and types of your own that begin with x_", strings.Join(signalTypes, ", "))
	} else if err != nil {
		return nil, fmt.Errorf("details of %s: %w", typeName(s.Type), err)
	}
	line = masking.AppendQuote(append(line, `{"type":`...), string(typ))
	line = strconv.AppendInt(append(line, `,"time":`...), at.UnixMilli(), 10)
	if s.TabID != nil {
		line = masking.AppendQuote(append(line, `,"tab_id":`...), by.Policy.Ident(*s.TabID).String())
	}
	if s.ClientIndex != nil {
		line = strconv.AppendInt(append(line, `,"client_index":`...), *s.ClientIndex, 10)
	}
	line = append(append(line, `,"details":`...), bytes.ReplaceAll(details.JSON(), []byte("\n"), nil)...)
	return append(line, "}\n"...), nil
}

// at is when an event was: when it came, unless it says otherwise.
func (s *signal) at(now time.Time) (time.Time, error) {
	if s.Time == nil {
		return now, nil
	}
	at, err := time.Parse(time.RFC3339Nano, *s.Time)
	switch {
	case err != nil:
		return at, errors.New("time must be RFC 3339 with a zone, like 2026-11-22T10:04:33.343Z")
	case at.Before(now.Add(-maxBefore)) || at.After(now.Add(maxAfter)):
		return at, fmt.Errorf("time must be at most %d days ago, and not in the future", int(maxBefore.Hours()/24))
	}
	return at, nil
}

// typeName is a type's own name; one that the app has made up is not repeated.
func typeName(typ string) string {
	if spec, ok := event.Find(typ); ok {
		return string(spec.Type)
	}
	return "this type"
}

// signalTypes are the types that a back end may signal.
var signalTypes = func() (types []string) {
	for _, s := range event.Specs {
		if s.By&event.ByApp != 0 {
			types = append(types, string(s.Type))
		}
	}
	return types
}()
