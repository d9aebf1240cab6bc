package sqlite

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/subtle"
	"database/sql"
	"errors"
	"fmt"

	"github.com/cotrail/cotrail/relay/store"
)

// Signal implements store.Signals.
func (s *Store) Signal(ctx context.Context, sig store.Signal) (done store.Signalled, err error) {
	if n := bytes.Count(sig.Lines, []byte{'\n'}); n != sig.Count || n == 0 {
		return done, fmt.Errorf("signal %d events: %d lines", sig.Count, n)
	}
	err = s.writer.submit(ctx, len(sig.Lines), func() (err error) {
		done, err = s.writer.signal(sig)
		return err
	})
	return done, err
}

func (w *writer) signal(sig store.Signal) (store.Signalled, error) {
	if done, found, err := w.done(sig.Once); found || err != nil {
		return done, err
	}
	s, err := w.signalled(sig)
	if err != nil {
		return store.Signalled{}, err
	}
	host := s.Streams[store.HostStream]
	if host == nil {
		host = s.NewHost()
		o := store.Opening{Stream: store.HostStream, Received: sig.Received, URL: sig.URL}
		if err := w.joinAs(s, host, o); err != nil {
			return store.Signalled{}, err
		}
	}
	done := store.Signalled{Session: s.ID, First: host.Last + 1, At: sig.Received}
	_, err = w.append(store.Batch{
		Session: s.ID, Stream: store.HostStream, First: done.First, Count: sig.Count, Received: sig.Received, Lines: sig.Lines,
	})
	if err == nil && sig.End {
		s.Closing = true
		err = w.exec(w.stmt.closing, s.num)
	}
	if err == nil {
		err = w.remember(sig.Once, done)
	}
	return done, err
}

// signalled gives the session that takes a signal: a new one, the one that it names, or the one that goes on for that.
func (w *writer) signalled(sig store.Signal) (*session, error) {
	o := store.Opening{Site: sig.Site, Received: sig.Received, URL: sig.URL}
	s, err := w.session(sig.Session)
	switch {
	case sig.Create && err == nil:
		return nil, store.ErrNotAllowed
	case sig.Create && errors.Is(err, store.ErrNotFound):
		_, _ = rand.Read(o.SecretHash[:]) // of nobody: only tokens open it. Read never fails
		return w.create(o, sig.Session, nil)
	case err == nil && sig.End && (s.Ended || s.Closing):
		return nil, store.ErrEnded
	}
	for err == nil && s.Ended {
		s, err = w.continuation(s, o)
	}
	return s, err
}

// Invite implements store.Signals.
func (s *Store) Invite(ctx context.Context, session, who string, at int64, once store.Once) (in store.Invited, err error) {
	err = s.writer.submit(ctx, len(who), func() (err error) {
		in, err = s.writer.invite(session, who, at, once)
		return err
	})
	return in, err
}

func (w *writer) invite(session, who string, at int64, once store.Once) (store.Invited, error) {
	if done, found, err := w.done(once); found || err != nil {
		return store.Invited{ClientIndex: int64(done.First), At: done.At}, err
	}
	s, err := w.session(session)
	switch {
	case err != nil:
		return store.Invited{}, err
	case s.Ended || s.Closing:
		return store.Invited{}, store.ErrEnded
	}
	index, known, err := w.participant(s, who)
	if err == nil && !known {
		err = w.exec(w.stmt.invite, s.num, index, who)
	}
	if err == nil {
		err = w.remember(once, store.Signalled{Session: session, First: uint64(index), At: at})
	}
	return store.Invited{ClientIndex: index, At: at}, err
}

// participant gives the index of who it is, or the next free one.
func (w *writer) participant(s *session, who string) (index int64, known bool, err error) {
	err = w.stmt.invited.QueryRow(s.num, who).Scan(&index)
	if err == nil {
		return index, true, nil
	}
	if errors.Is(err, sql.ErrNoRows) {
		err = w.stmt.highest.QueryRow(s.num).Scan(&index)
	}
	if err != nil {
		w.trouble = err
		return 0, false, err
	}
	for _, st := range s.ByOrdinal {
		index = max(index, st.Index)
	}
	return index + 1, false, nil
}

// done tells what was done for a request that may be repeated.
func (w *writer) done(once store.Once) (done store.Signalled, found bool, err error) {
	if once.Key == "" {
		return done, false, nil
	}
	var digest []byte
	var number int64
	err = w.stmt.request.QueryRow(once.Scope, once.Key).Scan(&digest, &done.At, &done.Session, &number)
	done.First = uint64(number)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return done, false, nil
	case err != nil:
		w.trouble = err
		return done, false, err
	case subtle.ConstantTimeCompare(digest, once.Digest[:]) != 1:
		return done, true, store.ErrReused
	}
	return done, true, nil
}

// remember keeps what was done for a request, and forgets those that are too old.
func (w *writer) remember(once store.Once, done store.Signalled) error {
	if once.Key == "" {
		return nil
	}
	if err := w.exec(w.stmt.forget, done.At-store.KeepRequests); err != nil {
		return err
	}
	return w.exec(w.stmt.remember, once.Scope, once.Key, once.Digest[:], done.At, done.Session, int64(done.First))
}
