package postgres

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"strings"

	"github.com/cotrail/cotrail/relay/store"
)

// Open implements store.Ingest.
func (s *Store) Open(ctx context.Context, o store.Opening) (store.Opened, error) {
	for _, text := range []*string{&o.Frame, &o.Tab, &o.URL, &o.IP, &o.Agent, &o.Device, &o.Policy, &o.Release} {
		*text = storable(*text)
	}
	var opened store.Opened
	err := s.submit(ctx, &write{
		key: o.Session, needs: needs{session: o.Session, streams: true}, size: len(o.URL) + len(o.Agent),
		do: func(t *turn) (err error) {
			opened, err = t.open(o)
			return err
		},
	})
	if err != nil {
		return store.Opened{}, err
	}
	s.presence.opened(opened.Session, o.Stream, o.Received)
	return opened, nil
}

// Left implements store.Ingest.
func (s *Store) Left(ctx context.Context, session, stream string) error {
	return s.submit(ctx, &write{
		key: session, needs: needs{session: session, stream: stream},
		do: func(t *turn) error {
			in, err := t.session(session)
			if err != nil {
				return err
			}
			st, err := in.Leaves(stream)
			if err != nil {
				return err
			}
			t.rejoin(in, st, st.Offset, false)
			return nil
		},
	})
}

// storable takes from a text what PostgreSQL has no place for: zero bytes, and what is not UTF-8.
func storable(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, ""), "\x00", "")
}

func (t *turn) open(o store.Opening) (store.Opened, error) {
	found, err := t.session(o.Session)
	switch {
	case errors.Is(err, store.ErrNotFound) && o.Expired:
		err = store.ErrTooLate
	case errors.Is(err, store.ErrNotFound) && o.Frame == "":
		found = t.create(o, o.Session, nil)
		err = nil
	case err == nil:
		err = found.Admits(&o)
	}
	var last uint64
	for err == nil && found.Ended {
		last = max(last, found.Last(o.Stream))
		found, err = t.continuation(found, o)
	}
	if err != nil {
		return store.Opened{}, err
	}
	st, err := t.join(found, o, last)
	if err != nil {
		return store.Opened{}, err
	}
	return store.Opened{Session: found.ID, Last: st.Last, ClientIndex: st.Index, Offset: st.Offset}, nil
}

// join gives the session's stream and makes it when it is new; it then goes on from last.
func (t *turn) join(in *session, o store.Opening, last uint64) (*store.KnownStream, error) {
	st, offset, err := in.Join(o, last)
	if err != nil {
		return nil, err
	}
	if in.Streams[o.Stream] != nil {
		t.rejoin(in, st, offset, st.Connected || o.Connected)
		return st, nil
	}
	t.joinAs(in, st, o)
	return st, nil
}

// rejoin writes what has changed of a stream.
func (t *turn) rejoin(in *session, st *store.KnownStream, offset int64, connected bool) {
	if offset == st.Offset && connected == st.Connected {
		return
	}
	t.queue("UPDATE streams SET clock_offset = $3, connected = $4 WHERE session_id = $1 AND ordinal = $2", in.ID, st.Ordinal, offset, connected)
	st.Offset, st.Connected = offset, connected
}

// joinAs adds a new stream to a session.
func (t *turn) joinAs(in *session, st *store.KnownStream, o store.Opening) {
	secret := st.Secret
	if secret == nil {
		secret = []byte{}
	}
	t.queue(`INSERT INTO streams (session_id, ordinal, stream, frame, client_index, tab, received, clock_offset, url, ip, agent, width, height, device, policy, recorder, last, person, secret_hash, connected)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)`,
		in.ID, st.Ordinal, o.Stream, o.Frame, st.Index, o.Tab, o.Received, st.Offset, o.URL, o.IP, o.Agent,
		o.Width, o.Height, o.Device, o.Policy, o.Release, int64(st.Last), st.Person, secret, st.Connected)
	in.Add(o.Stream, st)
}

// continuation gives the session that goes on where an ended one stopped, and makes it once.
func (t *turn) continuation(ended *session, o store.Opening) (*session, error) {
	if ended.ContinuedBy != "" {
		return t.session(ended.ContinuedBy)
	}
	var random [16]byte
	_, _ = rand.Read(random[:]) // never fails
	next := t.create(o, hex.EncodeToString(random[:]), ended)
	t.queue("UPDATE sessions SET continued_by = $2 WHERE session_id = $1", ended.ID, next.ID)
	ended.ContinuedBy = next.ID
	return next, nil
}

// create makes a session, after the one that it continues, if any. This relay numbers it.
func (t *turn) create(o store.Opening, id string, ended *session) *session {
	secret := o.SecretHash
	if o.Person != nil && ended == nil {
		_, _ = rand.Read(secret[:]) // of nobody: only tokens open it. Read never fails
	}
	continues := ""
	if ended != nil {
		secret, continues = ended.SecretHash, ended.ID
	}
	k := newSession(id)
	k.Site, k.SecretHash = o.Site, secret
	var salt [32]byte
	_, _ = rand.Read(salt[:]) // never fails
	t.queue(`INSERT INTO sessions (session_id, site, secret_hash, salt, created, continues, hash, last_time, start_url)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $5, $8)`, id, o.Site, secret[:], salt[:], o.Received, continues, make([]byte, 32), o.URL)
	t.queue("INSERT INTO leases (session_id, relay) VALUES ($1, $2)", id, t.store.relay)
	t.known[id] = k
	return k
}
