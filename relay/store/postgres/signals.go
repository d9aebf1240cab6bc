package postgres

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/cotrail/cotrail/relay/store"
)

// request names a request that may be repeated.
type request struct{ scope, key string }

// answer is what was done for one.
type answer struct {
	digest []byte
	store.Signalled
}

// Signal implements store.Signals.
func (s *Store) Signal(ctx context.Context, sig store.Signal) (store.Signalled, error) {
	if n := bytes.Count(sig.Lines, []byte{'\n'}); n != sig.Count || n == 0 {
		return store.Signalled{}, fmt.Errorf("signal %d events: %d lines", sig.Count, n)
	}
	packed := s.packing.Pack(sig.Lines)
	sig.Lines, sig.URL = nil, storable(sig.URL) // the lines are the caller's
	var done store.Signalled
	err := s.submit(ctx, &write{
		key: sig.Session, needs: needs{session: sig.Session, streams: true, once: sig.Once}, size: len(packed),
		do: func(t *turn) (err error) {
			done, err = t.signal(sig, packed)
			return err
		},
	})
	if err != nil {
		return store.Signalled{}, err
	}
	return done, nil
}

// signal takes a signal whose lines are packed.
func (t *turn) signal(sig store.Signal, packed []byte) (store.Signalled, error) {
	if done, found, err := t.repeated(sig.Once, sig.Received); found {
		return done, err
	}
	in, err := t.signalled(sig)
	if err != nil {
		return store.Signalled{}, err
	}
	host := in.Streams[store.HostStream]
	if host == nil {
		host = in.NewHost()
		t.joinAs(in, host, store.Opening{Stream: store.HostStream, Received: sig.Received, URL: sig.URL})
	}
	done := store.Signalled{Session: in.ID, First: host.Last + 1, At: sig.Received}
	_, err = t.append(store.Batch{
		Session: in.ID, Stream: store.HostStream, First: done.First, Count: sig.Count, Received: sig.Received,
	}, packed)
	if err != nil {
		return store.Signalled{}, err
	}
	if sig.End {
		in.Closing = true
		t.queue("UPDATE sessions SET closing = true WHERE session_id = $1", in.ID)
	}
	t.remember(sig.Once, done)
	return done, nil
}

// signalled gives the session that takes a signal: a new one, the one that it names, or the one that goes on for that.
func (t *turn) signalled(sig store.Signal) (*session, error) {
	o := store.Opening{Site: sig.Site, Received: sig.Received, URL: sig.URL}
	in, err := t.session(sig.Session)
	switch {
	case sig.Create && err == nil:
		return nil, store.ErrNotAllowed
	case sig.Create && errors.Is(err, store.ErrNotFound):
		_, _ = rand.Read(o.SecretHash[:]) // of nobody: only tokens open it. Read never fails
		return t.create(o, sig.Session, nil), nil
	case err == nil && sig.End && (in.Ended || in.Closing):
		return nil, store.ErrEnded
	}
	for err == nil && in.Ended {
		in, err = t.continuation(in, o)
	}
	return in, err
}

// Invite implements store.Signals.
func (s *Store) Invite(ctx context.Context, session, who string, at int64, once store.Once) (store.Invited, error) {
	var in store.Invited
	err := s.submit(ctx, &write{
		key: session, needs: needs{session: session, streams: true, invites: true, who: who, once: once}, size: len(who),
		do: func(t *turn) (err error) {
			in, err = t.invite(session, who, at, once)
			return err
		},
	})
	if err != nil {
		return store.Invited{}, err
	}
	return in, nil
}

func (t *turn) invite(id, who string, at int64, once store.Once) (store.Invited, error) {
	if done, found, err := t.repeated(once, at); found {
		return store.Invited{ClientIndex: int64(done.First), At: done.At}, err
	}
	in, err := t.session(id)
	switch {
	case err != nil:
		return store.Invited{}, err
	case in.Ended || in.Closing:
		return store.Invited{}, store.ErrEnded
	}
	index, known := in.people[who]
	if !known {
		index = in.highest + 1
		for _, st := range in.ByOrdinal {
			index = max(index, st.Index+1)
		}
		t.queue("INSERT INTO participants (session_id, client_index, who) VALUES ($1, $2, $3)", id, index, who)
		in.invited(index, who)
	}
	t.remember(once, store.Signalled{Session: id, First: uint64(index), At: at})
	return store.Invited{ClientIndex: index, At: at}, nil
}

// invited notes a participant's number. One without an id is nobody to whom it could be given again.
func (s *session) invited(index int64, who string) {
	s.highest = max(s.highest, index)
	if who != "" {
		s.people[who] = index
	}
}

// lookPeople reads the numbers of some participants, and the highest.
func (t *turn) lookPeople(in *pgx.Batch, id string, who []string) {
	in.Queue(`SELECT client_index, who FROM participants WHERE session_id = $1
		AND (who = ANY ($2) OR client_index = (SELECT max(client_index) FROM participants WHERE session_id = $1))`, id, who).
		Query(func(rows pgx.Rows) error {
			var index int64
			var who string
			_, err := pgx.ForEachRow(rows, []any{&index, &who}, func() error {
				if k := t.known[id]; k != nil {
					k.invited(index, who)
				}
				return nil
			})
			return err
		})
}

// lockDone reads what was done for a request. The lock makes also a transaction that only finds it wait for the standby.
func (t *turn) lockDone(in *pgx.Batch, once store.Once) {
	if once.Key == "" {
		return
	}
	in.Queue("SELECT digest, at, session_id, number FROM requests WHERE scope = $1 AND key = $2 FOR UPDATE", once.Scope, once.Key).
		Query(func(rows pgx.Rows) error {
			var a answer
			_, err := pgx.ForEachRow(rows, []any{&a.digest, &a.At, &a.Session, &a.First}, func() error {
				t.done[request{once.Scope, once.Key}] = a
				return nil
			})
			return err
		})
}

// repeated tells what was done for a request that comes again, unless that is too long ago.
func (t *turn) repeated(once store.Once, at int64) (done store.Signalled, found bool, err error) {
	a, found := t.done[request{once.Scope, once.Key}]
	switch {
	case once.Key == "", !found, a.At < at-store.KeepRequests:
		return done, false, nil
	case subtle.ConstantTimeCompare(a.digest, once.Digest[:]) != 1:
		return done, true, store.ErrReused
	}
	return a.Signalled, true, nil
}

// remember keeps what was done for a request.
func (t *turn) remember(once store.Once, done store.Signalled) {
	if once.Key == "" {
		return
	}
	t.queue("DELETE FROM requests WHERE scope = $1 AND key = $2 AND at < $3", once.Scope, once.Key, done.At-store.KeepRequests)
	t.queue("INSERT INTO requests (scope, key, digest, at, session_id, number) VALUES ($1, $2, $3, $4, $5, $6)",
		once.Scope, once.Key, once.Digest[:], done.At, done.Session, int64(done.First))
	t.done[request{once.Scope, once.Key}] = answer{once.Digest[:], done}
}
