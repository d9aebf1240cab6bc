package sqlite

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"database/sql"
	"encoding/hex"
	"errors"
	"slices"

	"github.com/cotrail/cotrail/relay/store"
)

// session is what the writer remembers of a session.
type session struct {
	num         int64
	id          string
	site        string
	secretHash  []byte
	lastSeq     uint64
	ended       bool
	sealed      bool
	continuedBy string
	streams     map[string]*stream
	byOrdinal   []*stream // 1, 2, 3 … without a hole
	pending     map[int64]bool
}

// stream is what the writer remembers of a stream.
type stream struct {
	ordinal int64
	frame   string // origin of the frame whose tickets opened it, empty when the secret did
	tab     string
	offset  int64
	last    uint64 // the last durable event
	saved   uint64 // of those, the last that the stream's row knows; the others are in the inbox
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

func (w *writer) open(o store.Opening) (store.Opened, error) {
	found, err := w.session(o.Session)
	switch {
	case errors.Is(err, store.ErrNotFound) && o.Frame == "":
		found, err = w.create(o, o.Session, nil)
	case err == nil:
		err = found.admits(&o)
	}
	var last uint64
	for err == nil && found.ended {
		if st := found.streams[o.Stream]; st != nil {
			last = st.last
		}
		found, err = w.continuation(found, o)
	}
	if err != nil {
		return store.Opened{}, err
	}
	st, err := w.join(found, o, last)
	if err != nil {
		return store.Opened{}, err
	}
	return store.Opened{Session: found.id, Last: st.last, Offset: st.offset}, nil
}

// admits checks the credential of an opening. To what a frame opens it gives the session's own secret.
func (s *session) admits(o *store.Opening) error {
	switch {
	case s.site != o.Site:
		return store.ErrNotAllowed
	case o.Frame != "":
		o.SecretHash = [32]byte(s.secretHash)
		for _, st := range slices.Backward(s.byOrdinal) {
			if st.frame == "" && st.tab == o.Tab {
				return store.CheckTicket(o.Ticket, s.id, o.Frame, o.SecretHash, o.Received, st.offset)
			}
		}
		return store.ErrNotFound
	case subtle.ConstantTimeCompare(s.secretHash, o.SecretHash[:]) != 1:
		return store.ErrNotAllowed
	}
	return nil
}

// join gives the session's stream and makes it when it is new; it then goes on from last.
func (w *writer) join(in *session, o store.Opening, last uint64) (*stream, error) {
	st := in.streams[o.Stream]
	var earlier []int64
	if st != nil {
		earlier = append(earlier, st.offset)
	}
	for i := len(in.byOrdinal) - 1; i >= 0; i-- {
		earlier = append(earlier, in.byOrdinal[i].offset)
	}
	offset := store.ClockOffset(o.Offset, earlier...)
	if st != nil {
		if st.frame != o.Frame {
			return nil, store.ErrNotAllowed
		}
		if offset != st.offset {
			if err := w.exec(w.stmt.offset, offset, in.num, st.ordinal); err != nil {
				return nil, err
			}
			st.offset = offset
		}
		return st, nil
	}
	if len(in.byOrdinal) >= store.MaxStreams {
		return nil, store.ErrTooMany
	}
	st = &stream{ordinal: int64(len(in.byOrdinal)) + 1, frame: o.Frame, tab: o.Tab, offset: offset, last: last, saved: last}
	err := w.exec(w.stmt.join, in.num, st.ordinal, o.Stream, 0, o.Tab, o.Received, offset, o.URL, o.IP, o.Agent,
		o.Width, o.Height, o.Device, o.Policy, o.Release, int64(last), o.Frame)
	if err != nil {
		return nil, err
	}
	in.add(o.Stream, st)
	return st, nil
}

func (s *session) add(name string, st *stream) {
	s.streams[name] = st
	s.byOrdinal = append(s.byOrdinal, st)
}

// continuation gives the session that goes on where an ended one stopped, and makes it once.
func (w *writer) continuation(ended *session, o store.Opening) (*session, error) {
	if ended.continuedBy != "" {
		return w.session(ended.continuedBy)
	}
	var random [16]byte
	_, _ = rand.Read(random[:]) // never fails
	next, err := w.create(o, hex.EncodeToString(random[:]), ended)
	if err != nil {
		return nil, err
	}
	if err := w.exec(w.stmt.continued, next.id, ended.num); err != nil {
		return nil, err
	}
	ended.continuedBy = next.id
	return next, nil
}

// create makes a session, after the one that it continues, if any.
func (w *writer) create(o store.Opening, id string, ended *session) (*session, error) {
	s := &session{id: id, site: o.Site, secretHash: o.SecretHash[:], streams: map[string]*stream{}, pending: map[int64]bool{}}
	continues := ""
	if ended != nil {
		continues = ended.id
	}
	var salt [32]byte
	_, _ = rand.Read(salt[:]) // never fails
	err := w.stmt.create.QueryRow(s.id, s.site, s.secretHash, salt[:], o.Received, continues, o.URL).Scan(&s.num)
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
	s := &session{id: id, streams: map[string]*stream{}, pending: map[int64]bool{}}
	err := w.stmt.session.QueryRow(id).Scan(&s.num, &s.site, &s.secretHash, &s.lastSeq, &s.ended, &s.continuedBy, &s.sealed)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, store.ErrNotFound
	}
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
		st := &stream{}
		if err := rows.Scan(&st.ordinal, &name, &st.frame, &st.tab, &st.offset, &st.saved); err != nil {
			return err
		}
		st.last = st.saved
		s.add(name, st)
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
		s.pending[id] = true
		st := s.byOrdinal[ordinal-1]
		st.last = max(st.last, last)
	}
	return rows.Err()
}
