package store_test

import (
	"reflect"
	"testing"

	"github.com/cotrail/cotrail/relay/store"
)

func TestJoin(t *testing.T) {
	first := store.Batch{Session: "s", Stream: "x", First: 4, Count: 2, Received: 10, Lines: []byte("4\n5\n")}
	for what, row := range map[string]struct {
		next store.Batch
		want bool
	}{
		"the next":          {store.Batch{Session: "s", Stream: "x", First: 6, Count: 1, Received: 11, Lines: []byte("6\n")}, true},
		"one after a gap":   {store.Batch{Session: "s", Stream: "x", First: 7, Count: 1, Received: 11, Lines: []byte("7\n")}, false},
		"a repeated one":    {store.Batch{Session: "s", Stream: "x", First: 4, Count: 2, Received: 11, Lines: []byte("4\n5\n")}, false},
		"another stream's":  {store.Batch{Session: "s", Stream: "y", First: 6, Count: 1, Received: 11, Lines: []byte("6\n")}, false},
		"another session's": {store.Batch{Session: "t", Stream: "x", First: 6, Count: 1, Received: 11, Lines: []byte("6\n")}, false},
	} {
		want := first
		if row.want {
			want = store.Batch{Session: "s", Stream: "x", First: 4, Count: 3, Received: 11, Lines: []byte("4\n5\n6\n")}
		}
		if got, ok := first.Join(row.next); ok != row.want || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v, %+v; want %v, %+v", what, ok, got, row.want, want)
		}
		if string(first.Lines) != "4\n5\n" {
			t.Errorf("%s: the first batch has become %q", what, first.Lines)
		}
	}
}
