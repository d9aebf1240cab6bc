package postgres

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/cotrail/cotrail/relay/store"
)

// noteEvery is the pause between two notes of who is connected, so that many who come and go at once share one.
const noteEvery = 100 * time.Millisecond

// keepClosed is how long the relay itself remembers a stream without a connection: the database has it by then, and
// the session may have been ended by another relay.
const keepClosed = time.Minute

// presence is who is connected to this relay. The database is told when a stream comes or goes, by notes: while it
// stays, the relay's sign of life speaks for it.
type presence struct {
	mu       sync.Mutex
	sessions map[string]map[string]sign // by session and stream
	unnoted  map[place]bool             // what the database does not know yet
	wake     chan struct{}
}

// sign is the last sign of life of a stream.
type sign struct {
	seen int64
	live bool
	at   time.Time // when it came
}

// place is a stream; or, without one, a session that has ended.
type place struct{ session, stream string }

func newPresence() *presence {
	return &presence{sessions: map[string]map[string]sign{}, unnoted: map[place]bool{}, wake: make(chan struct{}, 1)}
}

// opened notes a stream. It leaves live as it is: a stream can be opened without a connection.
func (p *presence) opened(session, stream string, at int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.sessions[session] == nil {
		p.sessions[session] = map[string]sign{}
	}
	last := p.sessions[session][stream]
	p.sessions[session][stream] = sign{max(at, last.seen), last.live, time.Now()}
	p.tell(place{session, stream})
}

// change notes a sign of a stream that was opened, and tells whether it was.
func (p *presence) change(session, stream string, at int64, live bool) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	last, known := p.sessions[session][stream]
	if !known {
		return false
	}
	p.sessions[session][stream] = sign{max(at, last.seen), live, time.Now()}
	if live != last.live {
		p.tell(place{session, stream})
	}
	return true
}

// ended forgets a session.
func (p *presence) ended(session string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.sessions, session)
	p.tell(place{session: session})
}

func (p *presence) tell(what place) {
	p.unnoted[what] = true
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

// forget forgets the streams without a connection that gave no sign since then and of which the database knows.
func (p *presence) forget(since time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for session, streams := range p.sessions {
		maps.DeleteFunc(streams, func(stream string, s sign) bool {
			return !s.live && s.at.Before(since) && !p.unnoted[place{session, stream}]
		})
		if len(streams) == 0 {
			delete(p.sessions, session)
		}
	}
}

// of gives the last sign of a stream, and whether this relay had any.
func (p *presence) of(session, stream string) (sign, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	s, known := p.sessions[session][stream]
	return s, known
}

// take gives what the database does not know yet, in an order that is the same for all relays.
func (p *presence) take() []place {
	p.mu.Lock()
	defer p.mu.Unlock()
	places := slices.SortedFunc(maps.Keys(p.unnoted), func(a, b place) int {
		return cmp.Or(cmp.Compare(a.session, b.session), cmp.Compare(a.stream, b.stream))
	})
	clear(p.unnoted)
	return places
}

// back takes what could not be noted.
func (p *presence) back(places []place) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, at := range places {
		p.unnoted[at] = true
	}
}

// Seen implements store.Ingest.
func (s *Store) Seen(_ context.Context, session, stream string, at int64, live bool) error {
	if !s.presence.change(session, stream, at, live) {
		return store.ErrNotFound
	}
	return nil
}

// notes tells the database who comes and goes, until ctx ends. What it could not tell it tries again with the next
// beat, whether somebody comes then or not.
func (s *Store) notes(ctx context.Context) {
	again := time.NewTicker(beatEvery)
	defer again.Stop()
	pause := time.NewTicker(noteEvery)
	defer pause.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.presence.wake:
		case <-again.C:
			s.presence.forget(time.Now().Add(-keepClosed))
		}
		_ = s.flush(ctx)
		select {
		case <-ctx.Done():
			return
		case <-pause.C:
		}
	}
}

// flush tells the database what it does not know yet. A stream that is connected elsewhere by now stays so.
func (s *Store) flush(ctx context.Context) error {
	places := s.presence.take()
	if len(places) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, beatWithin)
	defer cancel()
	batch := &pgx.Batch{}
	for _, at := range places {
		now, known := s.presence.of(at.session, at.stream)
		switch {
		case at.stream == "":
			batch.Queue("DELETE FROM presence WHERE session_id = $1", at.session)
		case known:
			batch.Queue(`INSERT INTO presence AS p (session_id, stream, relay, live, seen)
				SELECT session_id, $2, $3, $4, $5 FROM sessions WHERE session_id = $1 AND NOT ended
				ON CONFLICT (session_id, stream) DO UPDATE SET seen = greatest(p.seen, excluded.seen),
					relay = CASE WHEN excluded.live OR NOT p.live THEN excluded.relay ELSE p.relay END,
					live = excluded.live OR p.live AND p.relay <> excluded.relay`, at.session, at.stream, s.relay, now.live, now.seen)
		}
	}
	err := s.noting.SendBatch(ctx, batch).Close()
	if err != nil {
		s.presence.back(places)
	}
	return err
}
