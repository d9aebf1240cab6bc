package sqlite

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"database/sql"
	"encoding/hex"
	"encoding/json"
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
	closing     bool // the app's back end has said that it is over
	continuedBy string
	streams     map[string]*stream
	byOrdinal   []*stream // 1, 2, 3 … without a hole
	pending     map[int64]bool
}

// stream is what the writer remembers of a stream.
type stream struct {
	ordinal int64
	index   int64  // of its participant
	frame   string // origin of the frame whose tickets opened it, empty when a page did
	person  string // whom the token names that opened it, as JSON; empty when the secret did
	secret  []byte // hash of the secret of a page with a token, which makes the tickets of its frames
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
	case errors.Is(err, store.ErrNotFound) && o.Expired:
		err = store.ErrTooLate
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
	return store.Opened{Session: found.id, Last: st.last, ClientIndex: st.index, Offset: st.offset}, nil
}

// admits checks the credential of an opening. What a frame opens is of the participant of the page around it.
func (s *session) admits(o *store.Opening) error {
	switch {
	case s.site != o.Site:
		return store.ErrNotAllowed
	case o.Frame != "":
		around := s.pageIn(o.Tab)
		if around == nil {
			return store.ErrNotFound
		}
		o.SecretHash = [32]byte(s.secretHash)
		if around.person != "" {
			o.SecretHash, o.Person = [32]byte(around.secret), readPerson(around.person)
		}
		return store.CheckTicket(o.Ticket, s.id, o.Frame, o.SecretHash, o.Received, around.offset)
	case o.Person != nil:
		if o.Expired && s.streams[o.Stream] == nil {
			return store.ErrTooLate
		}
		return nil
	case subtle.ConstantTimeCompare(s.secretHash, o.SecretHash[:]) != 1:
		return store.ErrNotAllowed
	}
	return nil
}

// pageIn gives the newest stream of a page in a tab.
func (s *session) pageIn(tab string) *stream {
	for _, st := range slices.Backward(s.byOrdinal) {
		if st.frame == "" && st.tab == tab {
			return st
		}
	}
	return nil
}

// opens tells whether the credential of an opening is the one that opened the stream: that of the same participant.
func (st *stream) opens(o store.Opening) bool {
	return st.frame == o.Frame && (st.person != "") == (o.Person != nil) && (o.Person == nil || st.index == o.Person.ClientIndex)
}

func readPerson(text string) *store.Person {
	var p store.Person
	if json.Unmarshal([]byte(text), &p) != nil {
		return nil // none was written that cannot be read
	}
	return &p
}

func writePerson(p *store.Person) string {
	if p == nil {
		return ""
	}
	text, _ := json.Marshal(p) // of strings and a number
	return string(text)
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
		if !st.opens(o) {
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
	st = &stream{frame: o.Frame, person: writePerson(o.Person), tab: o.Tab, offset: offset, last: last}
	if o.Person != nil {
		st.index, st.secret = o.Person.ClientIndex, o.SecretHash[:]
	}
	return st, w.joinAs(in, st, o)
}

// joinAs adds a new stream to a session.
func (w *writer) joinAs(in *session, st *stream, o store.Opening) error {
	st.ordinal, st.saved = int64(len(in.byOrdinal))+1, st.last
	secret := st.secret
	if secret == nil {
		secret = []byte{}
	}
	err := w.exec(w.stmt.join, in.num, st.ordinal, o.Stream, st.index, o.Tab, o.Received, st.offset, o.URL, o.IP, o.Agent,
		o.Width, o.Height, o.Device, o.Policy, o.Release, int64(st.last), o.Frame, st.person, secret)
	if err != nil {
		return err
	}
	in.add(o.Stream, st)
	return nil
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
	secret := o.SecretHash
	if o.Person != nil && ended == nil {
		_, _ = rand.Read(secret[:]) // of nobody: only tokens open it. Read never fails
	}
	if ended != nil {
		secret = [32]byte(ended.secretHash)
	}
	s := &session{id: id, site: o.Site, secretHash: secret[:], streams: map[string]*stream{}, pending: map[int64]bool{}}
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
	err := w.stmt.session.QueryRow(id).Scan(&s.num, &s.site, &s.secretHash, &s.lastSeq, &s.ended, &s.closing, &s.continuedBy)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, store.ErrNotFound
	}
	if err == nil {
		err = w.readStreams(s)
	}
	if err == nil {
		err = w.readInbox(s)
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
		if err := rows.Scan(&st.ordinal, &name, &st.index, &st.frame, &st.person, &st.secret, &st.tab, &st.offset, &st.saved); err != nil {
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
