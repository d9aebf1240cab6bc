package storetest

import (
	"fmt"
	"reflect"
	"slices"
	"testing"

	"github.com/cotrail/cotrail/relay/store"
)

func testSessions(t *testing.T, f *fixture) {
	var all, shop []string // newest first
	for i := range 7 {
		o := opening(fmt.Sprintf("%032x", i), streamA)
		if i%3 == 0 {
			o.Site = "bank"
		} else {
			shop = slices.Insert(shop, 0, o.Session)
		}
		all = slices.Insert(all, 0, o.Session)
		if _, err := f.Open(ctx(), o); err != nil {
			t.Fatal(err)
		}
	}
	for _, row := range []struct {
		what  string
		sites []string
		want  []string
	}{
		{"all sites", nil, all},
		{"one site", []string{"shop"}, shop},
		{"both sites", []string{"shop", "bank"}, all},
		{"an unknown site", []string{"other"}, nil},
		{"no site", []string{}, nil},
	} {
		for limit := 1; limit <= 8; limit++ {
			if got := f.listed(row.sites, limit); !slices.Equal(got, row.want) {
				t.Errorf("%s, %d a page: %v, want %v", row.what, limit, got, row.want)
			}
		}
	}
	for _, cursor := range []string{"x", "-1", "0", "1;", "99999999999999999999"} {
		_, _, err := f.Sessions(ctx(), store.Query{Limit: 1, After: cursor})
		wantError(t, "cursor "+cursor, err, store.ErrCursor)
	}
}

// listed pages through the sessions of sites.
func (f *fixture) listed(sites []string, limit int) (ids []string) {
	f.t.Helper()
	for cursor := ""; ; {
		page, next, err := f.Sessions(ctx(), store.Query{Sites: sites, Limit: limit, After: cursor})
		if err != nil || len(page) > limit || len(page) == 0 && next != "" {
			f.t.Fatalf("page of %d, next %q: %v", len(page), next, err)
		}
		for _, s := range page {
			ids = append(ids, s.ID)
		}
		if next == "" {
			return ids
		}
		cursor = next
	}
}

func testReopen(t *testing.T, f *fixture) {
	f.mustOpen(session, streamA)
	f.mustAppend(batch(session, streamA, 1, 3), 3)
	f.mustNumber(session, nil)
	f.mustAppend(batch(session, streamA, 4, 2), 5)
	f.mustOpen(session, streamB)
	before, entries := f.work(session), f.entries(session, 0)
	summary, err := f.Session(ctx(), session)
	if err != nil {
		t.Fatal(err)
	}
	want := store.Summary{ID: session, Site: "shop", Created: noon, LastTime: noon + 5, Entries: 3, StartURL: "https://shop.example/", Participants: []string{"Ada Miller"},
		Policies: []string{"policy"}}
	if !reflect.DeepEqual(summary, want) {
		t.Errorf("summary\n%+v, want\n%+v", summary, want)
	}

	f.reopen()
	after := f.work(session)
	for i := range before.Streams { // presence is the process's own
		before.Streams[i].Seen, after.Streams[i].Seen = 0, 0
	}
	if !reflect.DeepEqual(after, before) {
		t.Errorf("work after a new start:\n%+v, want\n%+v", after, before)
	}
	if got := f.entries(session, 0); !slices.Equal(got, entries) {
		t.Errorf("entries after a new start: %v, want %v", got, entries)
	}
	if got, err := f.Session(ctx(), session); err != nil || !reflect.DeepEqual(got, summary) {
		t.Errorf("summary after a new start: %+v, %v", got, err)
	}
	f.mustAppend(batch(session, streamA, 3, 4), 6)
	wantStored(f, session, streamA, 4, 6)
	f.end(session)
	if got, _ := f.Session(ctx(), session); !got.Ended || got.EndReason != "page_closed" || got.Entries != 6 {
		t.Errorf("summary of an ended session: %+v", got)
	}
}

func testUnknown(t *testing.T, f *fixture) {
	_, err := f.Session(ctx(), session)
	wantError(t, "summary", err, store.ErrNotFound)
	_, err = f.Work(ctx(), session, store.AllEvents)
	wantError(t, "work", err, store.ErrNotFound)
	err = f.Entries(ctx(), session, 0, func(uint64, []byte) error { return nil })
	wantError(t, "entries", err, store.ErrNotFound)
	wantError(t, "number", f.Number(ctx(), store.Numbered{ID: session}), store.ErrNotFound)
	wantLive(f)
}
