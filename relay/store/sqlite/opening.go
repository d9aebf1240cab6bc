package sqlite

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"errors"

	"github.com/cotrail/cotrail/relay/store"
)

// session is what the writer remembers of a session.
type session struct {
	store.Known
	num    int64
	sealed bool
}

// Open implements store.Ingest.
func (s *Store) Open(ctx context.Context, o store.Opening) (store.Opened, error) {
	var opened store.Opened
	err := s.writer.submit(ctx, len(o.URL)+len(o.Agent), func() (err error) {
		opened, err = s.writer.open(o)
		return err
	})
	if err != nil {
		return store.Opened{}, err
	}
	s.presence.opened(opened.Session, o.Stream, o.Received)
	return opened, nil
}

// Seen implements store.Ingest.
func (s *Store) Seen(_ context.Context, session, stream string, at int64, live bool) error {
	if !s.presence.note(session, stream, at, live) {
		return store.ErrNotFound
	}
	return nil
}

// Left implements store.Ingest.
func (s *Store) Left(ctx context.Context, session, stream string) error {
	return s.writer.submit(ctx, 0, func() error {
		in, err := s.writer.session(session)
		if err != nil {
			return err
		}
		st, err := in.Leaves(stream)
		if err != nil {
			return err
		}
		return s.writer.rejoin(in, st, st.Offset, false)
	})
}

func (w *writer) open(o store.Opening) (store.Opened, error) {
	found, err := w.session(o.Session)
	switch {
	case errors.Is(err, store.ErrNotFound) && o.Expired:
		err = store.ErrTooLate
	case errors.Is(err, store.ErrNotFound) && o.Frame == "":
		found, err = w.create(o, o.Session, nil)
	case err == nil:
		err = found.Admits(&o)
	}
	var last uint64
	for err == nil && found.Ended {
		last = max(last, found.Last(o.Stream))
		found, err = w.continuation(found, o)
	}
	if err != nil {
		return store.Opened{}, err
	}
	st, err := w.join(found, o, last)
	if err != nil {
		return store.Opened{}, err
	}
	return store.Opened{Session: found.ID, Last: st.Last, ClientIndex: st.Index, Offset: st.Offset}, nil
}

// join gives the session's stream and makes it when it is new; it then goes on from last.
func (w *writer) join(in *session, o store.Opening, last uint64) (*store.KnownStream, error) {
	st, offset, err := in.Join(o, last)
	if err != nil {
		return nil, err
	}
	if in.Streams[o.Stream] != nil {
		return st, w.rejoin(in, st, offset, st.Connected || o.Connected)
	}
	return st, w.joinAs(in, st, o)
}

// rejoin writes what has changed of a stream.
func (w *writer) rejoin(in *session, st *store.KnownStream, offset int64, connected bool) error {
	if offset == st.Offset && connected == st.Connected {
		return nil
	}
	if err := w.exec(w.stmt.rejoin, offset, connected, in.num, st.Ordinal); err != nil {
		return err
	}
	st.Offset, st.Connected = offset, connected
	return nil
}

// joinAs adds a new stream to a session.
func (w *writer) joinAs(in *session, st *store.KnownStream, o store.Opening) error {
	secret := st.Secret
	if secret == nil {
		secret = []byte{}
	}
	err := w.exec(w.stmt.join, in.num, st.Ordinal, o.Stream, st.Index, o.Tab, o.Received, st.Offset, o.URL, o.IP, o.Agent,
		o.Width, o.Height, o.Device, o.Policy, o.Release, int64(st.Last), o.Frame, st.Person, secret, st.Connected)
	if err != nil {
		return err
	}
	in.Add(o.Stream, st)
	return nil
}

// continuation gives the session that goes on where an ended one stopped, and makes it once.
func (w *writer) continuation(ended *session, o store.Opening) (*session, error) {
	if ended.ContinuedBy != "" {
		return w.session(ended.ContinuedBy)
	}
	var random [16]byte
	_, _ = rand.Read(random[:]) // never fails
	next, err := w.create(o, hex.EncodeToString(random[:]), ended)
	if err != nil {
		return nil, err
	}
	if err := w.exec(w.stmt.continued, next.ID, ended.num); err != nil {
		return nil, err
	}
	ended.ContinuedBy = next.ID
	return next, nil
}

// create makes a session, after the one that it continues, if any.
func (w *writer) create(o store.Opening, id string, ended *session) (*session, error) {
	secret := o.SecretHash
	if o.Person != nil && ended == nil {
		_, _ = rand.Read(secret[:]) // of nobody: only tokens open it. Read never fails
	}
	if ended != nil {
		secret = ended.SecretHash
	}
	s := &session{Known: store.NewKnown(id)}
	s.Site, s.SecretHash = o.Site, secret
	continues := ""
	if ended != nil {
		continues = ended.ID
	}
	var salt [32]byte
	_, _ = rand.Read(salt[:]) // never fails
	err := w.stmt.create.QueryRow(s.ID, s.Site, s.SecretHash[:], salt[:], o.Received, continues, o.URL).Scan(&s.num)
	if err != nil {
		w.trouble = err
		return nil, err
	}
	w.sessions[id] = s
	return s, nil
}

// session gives what is remembered of a session, reading it first where it is not here.
func (w *writer) session(id string) (*session, error) {
	if s := w.sessions[id]; s != nil {
		return s, nil
	}
	s := &session{Known: store.NewKnown(id)}
	var secret []byte
	err := w.stmt.session.QueryRow(id).Scan(&s.num, &s.Site, &secret, &s.LastSeq, &s.Ended, &s.Closing, &s.ContinuedBy, &s.sealed)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, store.ErrNotFound
	}
	copy(s.SecretHash[:], secret)
	switch {
	case err != nil:
	case s.sealed:
		err = w.readStopped(s)
	default:
		if err = w.readStreams(s); err == nil {
			err = w.readInbox(s)
		}
	}
	if err != nil {
		w.trouble = err
		return nil, err
	}
	w.sessions[id] = s
	return s, nil
}

func (w *writer) readStreams(s *session) error {
	rows, err := w.stmt.streams.Query(s.num)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		st := &store.KnownStream{}
		if err := rows.Scan(&st.Ordinal, &name, &st.Index, &st.Frame, &st.Person, &st.Secret, &st.Tab, &st.Offset, &st.Saved, &st.Connected); err != nil {
			return err
		}
		st.Last = st.Saved
		s.Add(name, st)
	}
	return rows.Err()
}

func (w *writer) readInbox(s *session) error {
	rows, err := w.stmt.inbox.Query(s.num)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id, ordinal int64
		var last uint64
		if err := rows.Scan(&id, &ordinal, &last); err != nil {
			return err
		}
		s.Pending[id] = true
		st := s.ByOrdinal[ordinal-1]
		st.Last = max(st.Last, last)
	}
	return rows.Err()
}
