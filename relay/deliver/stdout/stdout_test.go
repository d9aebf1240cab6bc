package stdout

import (
	"bytes"
	"context"
	"errors"
	"io"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cotrail/cotrail/relay/deliver"
	"github.com/cotrail/cotrail/relay/store"
)

func message(lines string) deliver.Message {
	return deliver.Message{Kind: store.KindCreated, Site: "shop", Session: "s1", Made: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC), Document: deliver.Document{Lines: []byte(lines)}}
}

func TestStdout(t *testing.T) {
	var out bytes.Buffer
	s := New(&out)
	erased := message("")
	erased.Kind = store.KindErased
	for _, m := range []deliver.Message{message("{\"seq\":1}\n{\"seq\":2}\n"), erased} {
		if err := s.Deliver(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	want := "{\"seq\":1}\n{\"seq\":2}\n" + `{"session_id":"s1","site":"shop","time":"2026-11-22T12:00:00.000Z","type":"space.session.audit_logs_erased"}` + "\n"
	if out.String() != want {
		t.Errorf("wrote %q, want %q", &out, want)
	}
}

// A collector that reads nothing is given up; one that reads again gets whole lines.
func TestBlocked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		in, out := io.Pipe()
		s := New(out)
		for range 2 {
			ctx, cancel := context.WithTimeout(t.Context(), Timeout)
			if err := s.Deliver(ctx, message("{}\n")); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("nobody reads: %v", err)
			}
			cancel()
		}
		read := make(chan string)
		go func() { all, _ := io.ReadAll(in); read <- string(all) }()
		if err := s.Deliver(t.Context(), message("{\"again\":1}\n")); err != nil {
			t.Fatal(err)
		}
		out.Close()
		if all := <-read; all != "{}\n{\"again\":1}\n" {
			t.Errorf("read %q", all)
		}
	})
}
