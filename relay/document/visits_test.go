package document

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/tidwall/gjson"

	"github.com/cotrail/cotrail/masking/event"
	"github.com/cotrail/cotrail/relay/session"
	"github.com/cotrail/cotrail/relay/store"
)

// visits makes the logs of the recorded visits to the demonstration, as a relay would have made them: a stream for
// each page, and batches that come as soon as the one before is acknowledged.
func visits(t testing.TB) (logs []visit) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("..", "..", "testdata", "sessions", "demo.lines.ndjson"))
	if err != nil {
		t.Fatal(err)
	}
	var lines [][]byte
	end := func() {
		if len(lines) > 0 {
			logs = append(logs, played(t, fmt.Sprintf("%032x", 0x7f3c9a5b+len(logs)*7919), lines))
		}
		lines = nil
	}
	for line := range bytes.Lines(raw) {
		if gjson.GetBytes(line, "type").Str == string(event.TabCreated) {
			end()
		}
		lines = append(lines, line)
	}
	end()
	return logs
}

// visit is a session and its entries.
type visit struct {
	id    string
	lines []byte
	count int
}

func played(t testing.TB, id string, lines [][]byte) visit {
	random := rand.New(rand.NewPCG(1, uint64(len(lines))))
	hex := func(n int) string { return fmt.Sprintf("%016x", random.Uint64())[:n] }
	tab, policy := hex(16), hex(16)+hex(16)+hex(16)+hex(16)
	first := gjson.GetBytes(lines[0], "time").Int()
	work := store.Work{ID: id, Site: "demo", Created: first + 90}
	var events []session.Event
	received, batch := first, first
	stream := -1
	for i, line := range lines {
		typ, at := gjson.GetBytes(line, "type").Str, gjson.GetBytes(line, "time").Int()
		if i == 0 || typ == string(event.Navigate) && gjson.GetBytes(line, "details.kind").Str == "load" && i > 1 {
			stream++
			work.Streams = append(work.Streams, store.Stream{Ordinal: int64(stream + 1), Seen: at, Opening: store.Opening{
				Stream: hex(16), Tab: tab, Received: at + 90, URL: gjson.GetBytes(line, "details.url").Str, IP: hex(16), Policy: policy,
				Agent: "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36", Width: 1280, Height: 800, Device: "desktop", Release: "0.1.0",
			}})
		}
		if at > batch { // the next batch
			received = at + 15 + random.Int64N(40)
			batch = received + 20
		}
		source := gjson.GetBytes(line, "source").Str
		if source == "" {
			source = "recorder"
		}
		events = append(events, session.Event{Type: typ, Source: source, Time: at, Received: received, Seq: uint64(i), Details: gjson.GetBytes(line, "details").Raw, Stream: &session.Stream{Numbered: uint64(stream)}})
	}
	var s session.Session
	if err := s.Load(&work, "0.1.0"); err != nil {
		t.Fatal(err)
	}
	seqs := map[uint64]uint64{}
	for i := range events {
		e := &events[i]
		n := e.Stream.Numbered
		seqs[n]++
		e.Seq, e.Stream = seqs[n], s.Streams[n]
		if !s.Apply(e) {
			t.Fatalf("%s: event %d cannot be read", id, i)
		}
	}
	s.Leave(session.Departure{Index: 0, Tab: tab, At: s.Last}, s.Last+30_000)
	s.Leave(session.Departure{Index: 0, At: s.Last}, s.Last+30_000)
	s.End(session.PageClosed, s.Last, s.Last+30_000)
	v := visit{id: id, count: len(s.Entries())}
	for i := range s.Entries() {
		v.lines = append(s.Entries()[i].Append(v.lines), '\n')
	}
	return v
}
