package sequence

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cotrail/cotrail/e2e/schematest"
	"github.com/cotrail/cotrail/relay/store"
)

const noon = 1795348800000 // 2026-11-22T12:00:00Z

// memory is a store for tests: what the sequencer needs of one, and what fills it.
type memory struct {
	mu        sync.Mutex
	sessions  map[string]*kept
	elsewhere []string                    // what other relays have left
	fail      func(what, id string) error // when it gives an error, nothing else is done
	calls     map[string]int
}

// kept is a session in memory.
type kept struct {
	store.Work
	log    []byte
	last   map[string]uint64 // by stream: its last durable event
	batch  int64
	latest store.Numbered
}

func newMemory() *memory { return &memory{sessions: map[string]*kept{}, calls: map[string]int{}} }

// called tells how often something was asked of the store.
func (m *memory) called(what string) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.calls[what]
}

func (m *memory) call(what, id string) error {
	m.calls[what]++
	if m.fail != nil {
		return m.fail(what, id)
	}
	return nil
}

func (m *memory) Live(context.Context) ([]string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var ids []string
	for id, k := range m.sessions {
		if !k.Ended || len(k.Pending) > 0 {
			ids = append(ids, id)
		}
	}
	return ids, m.call("live", "")
}

func (m *memory) Elsewhere(context.Context) ([]string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.elsewhere, m.call("elsewhere", "")
}

func (m *memory) Work(_ context.Context, id string, events int) (store.Work, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.call("work", id); err != nil {
		return store.Work{}, err
	}
	k := m.sessions[id]
	if k == nil {
		return store.Work{}, store.ErrNotFound
	}
	w := k.Work
	w.Pending = nil
	w.Streams = slices.Clone(k.Streams)
	for _, p := range k.Pending {
		if events <= 0 {
			w.Rest = p.Received
			break
		}
		w.Pending = append(w.Pending, p)
		events -= p.Count
	}
	return w, nil
}

func (m *memory) Number(_ context.Context, n store.Numbered) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.call("number", n.ID); err != nil {
		return err
	}
	k := m.sessions[n.ID]
	if k.LastSeq != n.After || k.Ended {
		return store.ErrConflict
	}
	if lines := bytes.Count(n.Entries, []byte{'\n'}); uint64(lines) != n.LastSeq-n.After {
		return fmt.Errorf("%d lines for entries %d to %d", lines, n.After+1, n.LastSeq)
	}
	left := slices.Clone(k.Pending)
	left = slices.DeleteFunc(left, func(p store.Pending) bool { return slices.Contains(n.Done, p.ID) })
	if n.Ended && len(left) > 0 {
		return store.ErrConflict
	}
	k.Pending, k.LastSeq, k.Hash, k.Ended, k.latest = left, n.LastSeq, n.Hash, n.Ended, n
	k.State = bytes.Clone(n.State)
	k.log = append(k.log, n.Entries...)
	return nil
}

func (m *memory) Open(_ context.Context, o store.Opening) (store.Opened, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	k := m.sessions[o.Session]
	if k == nil {
		k = &kept{Work: store.Work{ID: o.Session, Site: o.Site, Created: o.Received, Salt: [32]byte{7}}, last: map[string]uint64{}}
		m.sessions[o.Session] = k
	}
	st := store.Stream{Opening: o, Ordinal: int64(len(k.Streams) + 1), Live: true, Seen: o.Received}
	if o.Stream == store.HostStream {
		st.ClientIndex, st.Live = store.NoParticipant, false
	}
	k.Streams = append(k.Streams, st)
	return store.Opened{Session: o.Session, Offset: o.Offset}, nil
}

func (m *memory) Append(_ context.Context, b store.Batch) (uint64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	k := m.sessions[b.Session]
	k.batch++
	k.last[b.Stream] += uint64(b.Count)
	k.Pending = append(k.Pending, store.Pending{ID: k.batch, Batch: b})
	return k.last[b.Stream], nil
}

func (m *memory) Seen(_ context.Context, session, stream string, at int64, live bool) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i := range m.sessions[session].Streams {
		if st := &m.sessions[session].Streams[i]; st.Stream == stream {
			st.Seen, st.Live = at, live
		}
	}
	return nil
}

func (m *memory) Left(_ context.Context, session, stream string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i := range m.sessions[session].Streams {
		if st := &m.sessions[session].Streams[i]; st.Stream == stream {
			st.Connected = false
		}
	}
	return nil
}

func (m *memory) Entries(_ context.Context, id string, after uint64, fn func(uint64, []byte) error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	seq := uint64(0)
	for line := range bytes.Lines(m.sessions[id].log) {
		if seq++; seq > after {
			if err := fn(seq, bytes.TrimSuffix(line, []byte{'\n'})); err != nil {
				return err
			}
		}
	}
	return nil
}

// open opens a stream of participant 0. Streams are named by a letter; their ids are sixteen of it.
func (m *memory) open(id string, name rune, tab string, received, offset int64) {
	_, _ = m.Open(context.Background(), opening(id, name, tab, received, offset)) // a memory opens everything
}

// openFrame opens the stream of a frame of another origin in a page of the tab.
func (m *memory) openFrame(id string, name rune, tab string, received int64) {
	o := opening(id, name, tab, received, 0)
	o.Frame = "https://pay.quote.example"
	_, _ = m.Open(context.Background(), o) // a memory opens everything
}

func opening(id string, name rune, tab string, received, offset int64) store.Opening {
	return store.Opening{
		Site: "quote", Session: id, Stream: streamID(name), Tab: tab, Received: received, Offset: offset,
		URL: "https://quote.example/", IP: "90a4e1c7d52b6f38", Agent: "Mozilla/5.0 (X11; Linux x86_64)", Width: 1280, Height: 800,
		Device: "desktop", Policy: "5f1d", Release: "1.0.0",
	}
}

func streamID(name rune) string { return strings.Repeat(string(name), 16) }

// add makes a batch of lines durable. Its numbers follow on those of the stream's batches before.
func (m *memory) add(id string, name rune, received int64, lines ...string) {
	m.mu.Lock()
	first := m.sessions[id].last[streamID(name)] + 1
	m.mu.Unlock()
	_, _ = m.Append(context.Background(), store.Batch{ // a memory takes everything
		Session: id, Stream: streamID(name), First: first, Count: len(lines), Received: received,
		Lines: []byte(strings.Join(lines, "\n") + "\n"),
	})
}

// seen notes a sign of life of a stream, or its close.
func (m *memory) seen(id string, name rune, at int64, live bool) {
	_ = m.Seen(context.Background(), id, streamID(name), at, live) // a memory notes everything
}

// log gives the entries of a session so far, after holding them against their schema.
func (m *memory) log(t testing.TB, id string) []byte {
	t.Helper()
	m.mu.Lock()
	defer m.mu.Unlock()
	log := bytes.Clone(m.sessions[id].log)
	schematest.Lines(t, log)
	return log
}

// told gives what the entries of a log say under a key, one after the other.
func told(log []byte, key string) []string {
	var all []string
	for line := range bytes.Lines(log) {
		_, after, ok := strings.Cut(string(line), `"`+key+`":`)
		if !ok {
			all = append(all, "-")
			continue
		}
		if quoted, ok := strings.CutPrefix(after, `"`); ok {
			after, _, _ = strings.Cut(quoted, `"`)
		} else {
			after = after[:strings.IndexAny(after, ",}")]
		}
		all = append(all, after)
	}
	return all
}

var site = Settings{Settle: time.Second, LeaveAfter: 30 * time.Second, IdleTimeout: 30 * time.Minute}

func settings(string) Settings { return site }

// said is a client_log: the one type whose message tells the events apart.
func said(at int64, what string) string {
	return fmt.Sprintf(`{"type":"client_log","time":%d,"source":"page","details":{"message":%q}}`, noon+at, what)
}
