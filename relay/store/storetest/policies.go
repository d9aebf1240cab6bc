package storetest

import (
	"reflect"
	"slices"
	"testing"

	"github.com/cotrail/cotrail/relay/store"
)

func testPolicies(t *testing.T, f *fixture) {
	keep := func(policies ...store.Policy) {
		t.Helper()
		if err := f.KeepPolicies(ctx(), policies); err != nil {
			t.Fatal(err)
		}
	}
	want := func(digest string, want ...store.Policy) {
		t.Helper()
		if got, err := f.Policy(ctx(), digest); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("policy %s: %+v, %v; want %+v", digest, got, err, want)
		}
	}
	shop := store.Policy{Digest: "d1", Site: "shop", Since: noon, Compiled: []byte("one\n")}
	bank := store.Policy{Digest: "d1", Site: "bank", Since: noon + 1, Compiled: []byte("one\n")}
	other := store.Policy{Digest: "d2", Site: "shop", Since: noon + 2, Compiled: []byte("two\n")}
	_, err := f.Policy(ctx(), "d1")
	wantError(t, "a policy that nobody had", err, store.ErrNotFound)

	keep()
	keep(shop, other)
	again := shop
	again.Since++
	keep(again, bank)
	want("d1", bank, shop) // as it was first kept
	want("d2", other)
	f.reopen()
	want("d1", bank, shop)
	_, err = f.Policy(ctx(), "d3")
	wantError(t, "a policy that nobody had", err, store.ErrNotFound)

	for i, digest := range []string{"d2", "d1", "d2", ""} {
		o := opening(session, streamA[i:]+streamB[:i])
		o.Policy = digest
		if _, err := f.Open(ctx(), o); err != nil {
			t.Fatal(err)
		}
	}
	if s, err := f.Session(ctx(), session); err != nil || !slices.Equal(s.Policies, []string{"d2", "d1"}) {
		t.Errorf("the session ran under %v, %v", s.Policies, err)
	}
}
