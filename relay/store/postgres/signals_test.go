package postgres_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/cotrail/cotrail/relay/store"
	"github.com/cotrail/cotrail/relay/store/postgres"
	"github.com/cotrail/cotrail/relay/store/postgres/pgtest"
)

func signal(session string, received int64) store.Signal {
	return store.Signal{Site: "shop", Session: session, Received: received, URL: "https://shop.example/", Count: 1, Lines: []byte("{}\n")}
}

// TestOnceAtTwoRelays: a back end that tries again at another relay, before the first has answered, makes one session.
func TestOnceAtTwoRelays(t *testing.T) {
	const requests = 30
	ctx := context.Background()
	url := pgtest.Database(t)
	relays := []*postgres.Store{mustOpen(t, options(url)), mustOpen(t, options(url))}
	var tries sync.WaitGroup
	var done [requests][2]store.Signalled
	for i := range requests {
		for r, s := range relays {
			tries.Go(func() {
				sig := signal(fmt.Sprintf("made%d%d", i, r), time.Now().UnixMilli()) // each try makes another id
				sig.Create, sig.Once = true, store.Once{Key: fmt.Sprint(i), Scope: "shop", Digest: sha256.Sum256(nil)}
				var err error
				if done[i][r], err = s.Signal(ctx, sig); err != nil {
					t.Error(err)
				}
			})
		}
	}
	tries.Wait()
	for i, answers := range done {
		if answers[0] != answers[1] {
			t.Errorf("request %d was done twice: %+v", i, answers)
		}
	}
	if all, _, err := relays[0].Sessions(ctx, store.Query{Limit: 2 * requests}); err != nil || len(all) != requests {
		t.Errorf("%d sessions, %v; want %d", len(all), err, requests)
	}
	for _, s := range relays {
		s.Close()
	}
}

// TestInvitedAtTwoRelays: nobody gets the number of another.
func TestInvitedAtTwoRelays(t *testing.T) {
	const guests = 20
	ctx := context.Background()
	url := pgtest.Database(t)
	relays := []*postgres.Store{mustOpen(t, options(url)), mustOpen(t, options(url))}
	if _, err := relays[0].Open(ctx, opening("s", "x")); err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	var got [guests][2]int64
	for i := range guests {
		for r, s := range relays {
			all.Go(func() {
				in, err := s.Invite(ctx, "s", fmt.Sprint(i), 1, store.Once{})
				if err != nil {
					t.Error(err)
				}
				got[i][r] = in.ClientIndex
			})
		}
	}
	all.Wait()
	var numbers []int64
	for _, in := range got {
		if in[0] != in[1] {
			t.Errorf("one guest has two numbers: %v", in)
		}
		numbers = append(numbers, in[0])
	}
	slices.Sort(numbers)
	if len(slices.Compact(numbers)) != guests || numbers[0] != 1 {
		t.Errorf("the numbers %v", numbers)
	}
	for _, s := range relays {
		s.Close()
	}
}

// TestClosingElsewhere: a relay looks to its session which was ended at another, until it has.
func TestClosingElsewhere(t *testing.T) {
	ctx := context.Background()
	url := pgtest.Database(t)
	home, away := mustOpen(t, options(url)), mustOpen(t, options(url))
	defer home.Close()
	defer away.Close()
	if _, err := home.Open(ctx, opening("s", "x")); err != nil {
		t.Fatal(err)
	}
	sig := signal("s", 1)
	sig.End = true
	if _, err := away.Signal(ctx, sig); err != nil {
		t.Fatal(err)
	}
	for _, ended := range []bool{false, true} { // first it is numbered as if nobody had known of the end
		w, err := home.Work(ctx, "s", store.AllEvents)
		if err != nil {
			t.Fatal(err)
		}
		n := store.Numbered{ID: "s", After: w.LastSeq, LastSeq: w.LastSeq, Ended: ended}
		for _, p := range w.Pending {
			n.Done = append(n.Done, p.ID)
		}
		if got, err := home.Elsewhere(ctx); err != nil || !slices.Equal(got, []string{"s"}) {
			t.Errorf("to look to: %v, %v", got, err)
		}
		if got, err := away.Elsewhere(ctx); err != nil || len(got) != 0 {
			t.Errorf("for the other relay to look to: %v, %v", got, err)
		}
		if err := home.Number(ctx, n); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := home.Elsewhere(ctx); err != nil || len(got) != 0 {
		t.Errorf("to look to after the end: %v, %v", got, err)
	}
}

// TestRequestsForgotten: what was done for a request is not kept beyond the time in which it may come again.
func TestRequestsForgotten(t *testing.T) {
	ctx := context.Background()
	s := mustOpen(t, options(pgtest.Database(t)))
	defer s.Close()
	now := time.Now().UnixMilli()
	for key, at := range map[string]int64{"old": now - store.KeepRequests - 1, "new": now} {
		sig := signal(key, at)
		sig.Create, sig.Once = true, store.Once{Key: key, Scope: "shop"}
		if _, err := s.Signal(ctx, sig); err != nil {
			t.Fatal(err)
		}
	}
	await(t, "the old request to be forgotten, and not the new one", func() bool { return slices.Equal(s.Requests(t), []string{"new"}) })
}
