package sqlite

import "sync"

// presence is who is connected. It is in memory: after a new start nobody is connected, and nobody was heard of
// before the start, for the time in which the relay was not there does not count against anyone.
type presence struct {
	started int64

	mu       sync.Mutex
	sessions map[string]map[string]sign // by session and stream
}

// sign is the last sign of life of a stream.
type sign struct {
	seen int64
	live bool
}

func newPresence(started int64) *presence {
	return &presence{started: started, sessions: map[string]map[string]sign{}}
}

// opened notes a stream. It leaves live as it is: a stream can be opened without a connection.
func (p *presence) opened(session, stream string, at int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.sessions[session] == nil {
		p.sessions[session] = map[string]sign{}
	}
	p.sessions[session][stream] = sign{max(at, p.sessions[session][stream].seen), p.sessions[session][stream].live}
}

// note changes a stream that was opened, and tells whether it was.
func (p *presence) note(session, stream string, at int64, live bool) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	last, known := p.sessions[session][stream]
	if known {
		p.sessions[session][stream] = sign{max(at, last.seen), live}
	}
	return known
}

// ended forgets a session.
func (p *presence) ended(session string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.sessions, session)
}

// of gives the last sign of a stream that was opened at received.
func (p *presence) of(session, stream string, received int64) sign {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := p.sessions[session][stream]
	s.seen = max(s.seen, received, p.started)
	return s
}
