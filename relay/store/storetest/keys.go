package storetest

import (
	"slices"
	"testing"

	"github.com/cotrail/cotrail/relay/store"
)

func testKeys(t *testing.T, f *fixture) {
	first := []store.Key{{Site: "bank", Name: "audit", Digest: "d1"}, {Site: "shop", Name: "audit", Digest: "d1"}, {Site: "shop", Name: "host", Digest: "d2"}}
	second := []store.Key{{Site: "shop", Name: "audit", Digest: "d3"}, {Site: "side", Name: "host", Digest: "d2"}}
	for _, keys := range [][]store.Key{nil, first, second, nil} {
		if err := f.KeepKeys(ctx(), keys); err != nil {
			t.Fatal(err)
		}
		f.reopen()
		if got, err := f.Keys(ctx()); err != nil || !slices.Equal(got, keys) {
			t.Errorf("the keys are %+v, %v; want %+v", got, err, keys)
		}
	}
}
