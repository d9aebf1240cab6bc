package storetest

import (
	"crypto/sha256"
	"testing"

	"github.com/cotrail/cotrail/relay/store"
)

const other = "00000000000000000000000000000002"

// signal is events of the app's back end, from number first on.
func signal(session string, first uint64, count int) store.Signal {
	b := batch(session, store.HostStream, first, count)
	return store.Signal{Site: "shop", Session: session, Received: b.Received, URL: "https://shop.example/", Count: count, Lines: b.Lines}
}

func (f *fixture) mustSignal(s store.Signal, want store.Signalled) store.Signalled {
	f.t.Helper()
	got, err := f.Signal(ctx(), s)
	if want.Session == "" {
		want.Session = got.Session
	}
	if err != nil || got != want {
		f.t.Fatalf("signal: %+v, %v; want %+v", got, err, want)
	}
	return got
}

// testSignals: events of the back end stand beside those of pages, each numbered by itself.
func testSignals(t *testing.T, f *fixture) {
	_, err := f.Signal(ctx(), signal(session, 1, 1))
	wantError(t, "a session that nobody made", err, store.ErrNotFound)
	made := signal(session, 1, 1)
	made.Create = true
	f.mustSignal(made, store.Signalled{Session: session, First: 1, At: made.Received})
	_, err = f.Signal(ctx(), made)
	wantError(t, "made again", err, store.ErrNotAllowed)
	f.mustSignal(signal(session, 2, 2), store.Signalled{Session: session, First: 2, At: noon + 2})
	wantStored(f, session, store.HostStream, 1, 3)
	if n, err := f.Signal(ctx(), store.Signal{Session: session}); err == nil {
		t.Errorf("no event was taken as %+v", n)
	}
	w := f.work(session)
	if st := w.Streams[0]; len(w.Streams) != 1 || st.ClientIndex != store.NoParticipant || st.Opening.Stream != store.HostStream || st.Live {
		t.Errorf("streams %+v", w.Streams)
	}
	if w.Site != "shop" || w.Created != noon+1 {
		t.Errorf("made as %+v", w)
	}
	_, err = f.Open(ctx(), opening(session, streamA))
	wantError(t, "a page without a token in a session of the back end", err, store.ErrNotAllowed)
	f.reopen()
	f.mustSignal(signal(session, 4, 1), store.Signalled{Session: session, First: 4, At: noon + 4})
	wantStored(f, session, store.HostStream, 1, 4)
}

// testSignalledEnd: what the back end says after the end goes into the session that goes on, and there is one end.
func testSignalledEnd(t *testing.T, f *fixture) {
	f.mustOpen(session, streamA)
	end := signal(session, 1, 1)
	end.End = true
	f.mustSignal(end, store.Signalled{Session: session, First: 1, At: noon + 1})
	f.reopen()
	_, err := f.Signal(ctx(), end)
	wantError(t, "a second end before the first is numbered", err, store.ErrEnded)
	_, err = f.Invite(ctx(), session, "", noon, store.Once{})
	wantError(t, "a participant for it", err, store.ErrEnded)
	f.mustAppend(batch(session, streamA, 1, 1), 1) // pages go on until it is numbered
	f.end(session)
	_, err = f.Signal(ctx(), end)
	wantError(t, "a second end", err, store.ErrEnded)
	next := f.mustSignal(signal(session, 1, 2), store.Signalled{First: 1, At: noon + 1})
	if w := f.work(next.Session); next.Session == session || w.Continues != session || w.Site != "shop" {
		t.Errorf("what came later is in %+v", w)
	}
	if o := f.mustOpen(session, streamA); o.Session != next.Session || o.Last != 1 {
		t.Errorf("the page goes on as %+v", o)
	}
}

// testOnce: a request that comes again does nothing again, also after a new start.
func testOnce(t *testing.T, f *fixture) {
	once := store.Once{Key: "k1", Scope: "shop events", Digest: sha256.Sum256([]byte("body"))}
	made := signal(session, 1, 1)
	made.Create, made.Once = true, once
	first := f.mustSignal(made, store.Signalled{Session: session, First: 1, At: made.Received})
	for range 2 {
		again := signal(other, 5, 1) // the session is made anew by each try
		again.Create, again.Once = true, once
		f.mustSignal(again, first)
		f.reopen()
	}
	again := signal(session, 2, 1)
	again.Once = once
	again.Once.Digest[0] ^= 1
	_, err := f.Signal(ctx(), again)
	wantError(t, "the same key for another request", err, store.ErrReused)
	again.Once.Scope = "side events"
	f.mustSignal(again, store.Signalled{Session: session, First: 2, At: noon + 2})
	again.Once = store.Once{Key: "k2", Scope: "shop events"}
	again.Received += store.KeepRequests + 10
	again.Lines = batch(session, store.HostStream, 3, 1).Lines
	f.mustSignal(again, store.Signalled{Session: session, First: 3, At: again.Received})
	made.Create, made.Received, made.Lines = false, again.Received, batch(session, store.HostStream, 4, 1).Lines
	f.mustSignal(made, store.Signalled{Session: session, First: 4, At: made.Received}) // the old key is forgotten
	wantStored(f, session, store.HostStream, 1, 4)
	_, err = f.Work(ctx(), other, store.AllEvents)
	wantError(t, "the session of a repeated request", err, store.ErrNotFound)
}

// testInvite: each who has one number, and nobody that of another or of a stream.
func testInvite(t *testing.T, f *fixture) {
	_, err := f.Invite(ctx(), session, "ada", noon, store.Once{})
	wantError(t, "for a session that nobody made", err, store.ErrNotFound)
	f.mustOpen(session, streamA) // participant 0
	once := store.Once{Key: "k", Scope: "tokens"}
	for i, step := range []struct {
		who  string
		once store.Once
		want int64
	}{{"ada", store.Once{}, 1}, {"", store.Once{}, 2}, {"ada", store.Once{}, 1}, {"", once, 3}, {"", once, 3}, {"eve", store.Once{}, 4}} {
		in, err := f.Invite(ctx(), session, step.who, noon+int64(i), step.once)
		if err != nil || in.ClientIndex != step.want {
			t.Errorf("step %d: %+v, %v; want number %d", i, in, err, step.want)
		}
		f.reopen()
	}
	once.Digest[0] = 1
	_, err = f.Invite(ctx(), session, "", noon, once)
	wantError(t, "the same key for another request", err, store.ErrReused)
	far := opening(session, streamB)
	far.Person = &store.Person{ClientIndex: 9}
	if _, err := f.Open(ctx(), far); err != nil {
		t.Fatal(err)
	}
	if in, err := f.Invite(ctx(), session, "", noon, store.Once{}); err != nil || in.ClientIndex != 10 {
		t.Errorf("beside a stream of participant 9: %+v, %v", in, err)
	}
}

// testTokens: a stream belongs to the participant whose token has opened it.
func testTokens(t *testing.T, f *fixture) {
	as := func(stream string, index int64) store.Opening {
		o := opening(session, stream)
		o.Person = &store.Person{ClientIndex: index, UserID: "u-7", Name: "Ada Miller", Email: "5be1d24c7c8e6f00", Role: "host"}
		o.SecretHash = sha256.Sum256([]byte(stream))
		return o
	}
	late := as(streamA, 1)
	late.Expired = true
	_, err := f.Open(ctx(), late)
	wantError(t, "an expired token for a session that nobody made", err, store.ErrTooLate)
	if o, err := f.Open(ctx(), as(streamA, 1)); err != nil || o.ClientIndex != 1 || o.Session != session {
		t.Fatalf("opened %+v, %v", o, err)
	}
	f.reopen()
	for what, try := range map[string]struct {
		o    store.Opening
		want error
	}{
		"the same participant":             {as(streamA, 1), nil},
		"with a token that has expired":    {late, nil},
		"another participant":              {as(streamA, 2), store.ErrNotAllowed},
		"the secret of a page":             {opening(session, streamA), store.ErrNotAllowed},
		"another stream by that":           {opening(session, streamB), store.ErrNotAllowed},
		"another stream of the same":       {as(streamB, 1), nil},
		"a third, another participant":     {as(streamC, 2), nil},
		"a stream that was not there then": {expired(as("dddddddddddddddd", 2)), store.ErrTooLate},
	} {
		_, err := f.Open(ctx(), try.o)
		wantError(t, what, err, try.want)
	}
	if st := f.work(session).Streams[0]; st.ClientIndex != 1 || *st.Person != *as(streamA, 1).Person || st.SecretHash != as(streamA, 1).SecretHash {
		t.Errorf("kept as %+v %+v", st, st.Person)
	}
}

func expired(o store.Opening) store.Opening {
	o.Expired = true
	return o
}

// testTokenFrames: a frame is of the participant of the page around it. Its ticket is by the page's own secret.
func testTokenFrames(t *testing.T, f *fixture) {
	page := opening(session, streamA)
	page.Person = &store.Person{ClientIndex: 1, Name: "Ada Miller"}
	if _, err := f.Open(ctx(), page); err != nil {
		t.Fatal(err)
	}
	f.reopen()
	got, err := f.Open(ctx(), framed(session, streamB))
	if err != nil || got.ClientIndex != 1 {
		t.Errorf("opened %+v, %v; want participant 1", got, err)
	}
	other := framed(session, streamC)
	other.Ticket.MAC[0] ^= 1
	_, err = f.Open(ctx(), other)
	wantError(t, "another ticket", err, store.ErrNotAllowed)
	if st := f.work(session).Streams[1]; st.Person == nil || st.Person.Name != "Ada Miller" {
		t.Errorf("the frame's stream: %+v", st)
	}
}
