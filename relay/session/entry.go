package session

import (
	"strconv"
	"time"

	"github.com/cotrail/cotrail/masking"
)

// Entry is one entry of the log. What does not apply is zero and left out.
type Entry struct {
	Type     string
	Time     int64
	Session  string
	Details  []byte // canonical
	Seq      uint64
	Source   string
	Origin   Origin // whose number in which stream
	Actor    Actor
	Tab      string
	URL      string // of the page
	Title    string
	Message  string
	Received int64
	Rule     string // that masked something
	Policy   string // digest of the policy with that rule
	Late     bool   // numbered in a later run than an entry of a later time
	// Completes is the entry of the same act that was numbered before this one.
	Completes uint64
	// Merged is the other report of the same act that is in this entry, so that its number is not missed.
	Merged       Origin
	MergedSource string
}

// Origin is a recorder's own number for an event. The zero Origin is none.
type Origin struct {
	Stream string
	Seq    uint64
}

// timeLayout is RFC 3339 in UTC with milliseconds.
const timeLayout = "2006-01-02T15:04:05.000Z"

// FormatTime writes a time as the log shows it.
func FormatTime(ms int64) string { return time.UnixMilli(ms).UTC().Format(timeLayout) }

// Append writes the entry as canonical JSON (RFC 8785): the keys are in their order.
func (e *Entry) Append(b []byte) []byte {
	b = append(b, '{')
	if e.Actor.Basis != "" {
		b = e.Actor.append(append(b, `"actor":`...))
		b = append(b, ',')
	}
	if e.Completes != 0 {
		b = append(number(b, `"completes":`, e.Completes), ',')
	}
	b = append(append(b, `"details":`...), e.Details...)
	if e.Late {
		b = append(b, `,"late":true`...)
	}
	if e.Rule != "" {
		b = append(b, `,"masked_by":{`...)
		if e.Policy != "" {
			b = append(text(b, `"policy":`, e.Policy), ',')
		}
		b = append(text(b, `"rule":`, e.Rule), '}')
	}
	if e.MergedSource != "" {
		b = text(b, `,"merged":{"source":`, e.MergedSource)
		b = text(b, `,"stream":`, e.Merged.Stream)
		b = append(number(b, `,"stream_seq":`, e.Merged.Seq), '}')
	}
	b = text(b, `,"message":`, e.Message)
	if e.URL != "" {
		b = append(b, `,"page":{`...)
		if e.Title != "" {
			b = append(text(b, `"title":`, e.Title), ',')
		}
		b = append(text(b, `"url":`, e.URL), '}')
	}
	b = instant(b, `,"received":"`, e.Received)
	b = number(b, `,"seq":`, e.Seq)
	b = text(b, `,"session_id":`, e.Session)
	b = text(b, `,"source":`, e.Source)
	if e.Origin.Stream != "" {
		b = text(b, `,"stream":`, e.Origin.Stream)
		b = number(b, `,"stream_seq":`, e.Origin.Seq)
	}
	if e.Tab != "" {
		b = text(b, `,"tab_id":`, e.Tab)
	}
	b = instant(b, `,"time":"`, e.Time)
	return append(text(b, `,"type":`, e.Type), '}')
}

func text(b []byte, before, s string) []byte {
	return masking.AppendQuote(append(b, before...), s)
}

func number(b []byte, before string, n uint64) []byte {
	return strconv.AppendUint(append(b, before...), n, 10)
}

func instant(b []byte, before string, ms int64) []byte {
	return append(time.UnixMilli(ms).UTC().AppendFormat(append(b, before...), timeLayout), '"')
}
