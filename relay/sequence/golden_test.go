package sequence

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/cotrail/cotrail/e2e/schematest"
	"github.com/cotrail/cotrail/relay/store"
	"github.com/cotrail/cotrail/relay/store/postgres"
	"github.com/cotrail/cotrail/relay/store/postgres/pgtest"
	"github.com/cotrail/cotrail/relay/store/sqlite"
)

func TestMain(m *testing.M) {
	pgtest.InMemory()
	code := m.Run()
	pgtest.End()
	os.Exit(code)
}

var update = flag.Bool("update", false, "write the golden files anew")

// A step of testdata/sessions/*.steps.ndjson: what a browser does, at milliseconds after noon.
type step struct {
	At     int64
	Open   string // a stream
	Tab    string
	URL    string
	Offset int64
	Person *store.Person // whom its token names
	Send   string        // a batch of a stream
	Events []json.RawMessage
	Close  string // a stream's connection
}

// journal is what a session is played to.
type journal interface {
	store.Ingest
	store.Sequence
	Entries(ctx context.Context, id string, after uint64, fn func(uint64, []byte) error) error
}

const quote = "3f0c9a5be1d24c7c8e6f00aa54d1b2c3"

// TestGolden plays a session as the relay would and compares the whole log, over each store.
func TestGolden(t *testing.T) {
	dir := filepath.Join("..", "..", "testdata", "sessions")
	golden := filepath.Join(dir, "quote.log.ndjson")
	for name, open := range map[string]func(t *testing.T, now func() time.Time) journal{
		"memory": func(*testing.T, func() time.Time) journal { return newMemory() },
		"sqlite": func(t *testing.T, now func() time.Time) journal {
			s, err := sqlite.Open(t.Context(), t.TempDir(), now)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() {
				if err := s.Close(); err != nil {
					t.Error(err)
				}
			})
			return s
		},
		"postgres": func(t *testing.T, _ func() time.Time) journal {
			s, err := postgres.Open(t.Context(), postgres.Options{
				URL: pgtest.Database(t), Now: func() time.Time { return time.UnixMilli(noon) }, Log: slog.New(slog.DiscardHandler),
			})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { s.Close() })
			return s
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := player{T: t, now: noon}
			p.journal = open(t, func() time.Time { return time.UnixMilli(p.now) })
			got := p.play(readSteps(t, filepath.Join(dir, "quote.steps.ndjson")))
			schematest.Lines(t, got)
			if *update && name == "memory" {
				if err := os.WriteFile(golden, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, want) {
				t.Errorf("the log is not that of %s (-update writes it anew):\n%s", golden, difference(got, want))
			}
		})
	}
}

// player plays a session by a clock of its own.
type player struct {
	*testing.T
	journal
	now  int64
	next int64 // when to run, 0 when nobody has asked for it
}

func (p *player) play(steps []step) []byte {
	n := testNumberer(p.journal)
	last := map[string]uint64{}
	for _, s := range steps {
		p.runUntil(n, noon+s.At)
		var err error
		switch {
		case s.Open != "":
			_, err = p.Open(p.Context(), store.Opening{
				Site: "quote", Session: quote, Stream: s.Open, Tab: s.Tab, Received: p.now, Offset: s.Offset, URL: s.URL,
				IP: "90a4e1c7d52b6f38", Agent: "Mozilla/5.0 (X11; Linux x86_64)", Width: 1280, Height: 800, Device: "desktop",
				Policy: "3e6d1c0b", Release: "1.0.0",
			})
			if err == nil {
				err = p.Seen(p.Context(), quote, s.Open, p.now, true)
			}
		case s.Send != "":
			b := store.Batch{Session: quote, Stream: s.Send, First: last[s.Send] + 1, Count: len(s.Events), Received: p.now}
			for _, e := range s.Events {
				b.Lines = append(append(b.Lines, e...), '\n')
			}
			last[s.Send], err = p.Append(p.Context(), b)
		case s.Close != "":
			err = p.Seen(p.Context(), quote, s.Close, p.now, false)
		}
		if err != nil {
			p.Fatalf("step at %d: %v", s.At, err)
		}
		if wake := p.now + site.Settle.Milliseconds(); p.next == 0 || wake < p.next {
			p.next = wake
		}
	}
	p.runUntil(n, noon+time.Hour.Milliseconds())
	var log []byte
	err := p.Entries(p.Context(), quote, 0, func(_ uint64, line []byte) error {
		log = append(append(log, line...), '\n')
		return nil
	})
	if err != nil {
		p.Fatal(err)
	}
	return log
}

// runUntil makes the runs that are due by then.
func (p *player) runUntil(n *numberer, then int64) {
	for p.next != 0 && p.next <= then {
		p.now = p.next
		v, err := n.run(p.Context(), quote, time.UnixMilli(p.now))
		if err != nil {
			p.Fatal(err)
		}
		p.next = 0
		if !v.at.IsZero() {
			p.next = v.at.UnixMilli()
		}
	}
	p.now = then
}

func readSteps(t *testing.T, file string) (steps []step) {
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for line := range bytes.Lines(raw) {
		d := json.NewDecoder(bytes.NewReader(line))
		d.DisallowUnknownFields()
		var s step
		if err := d.Decode(&s); err != nil {
			t.Fatalf("%s: %v: %s", file, err, line)
		}
		steps = append(steps, s)
	}
	return steps
}

// difference gives the first line that differs.
func difference(got, want []byte) string {
	g, w := bytes.SplitAfter(got, []byte{'\n'}), bytes.SplitAfter(want, []byte{'\n'})
	for i := range g {
		if i >= len(w) || !bytes.Equal(g[i], w[i]) {
			other := []byte("nothing\n")
			if i < len(w) {
				other = w[i]
			}
			return "got  " + string(g[i]) + "want " + string(other)
		}
	}
	return "lines are missing at the end"
}
