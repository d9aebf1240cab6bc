package store_test

import (
	"crypto/sha256"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/cotrail/cotrail/masking/event"
	"github.com/cotrail/cotrail/relay/store"
)

// vector is a line of testdata/tickets/vectors.txt.
type vector struct {
	secretHash      [32]byte
	session, origin string
	ticket          event.Ticket
}

func vectors(t *testing.T) (all []vector) {
	t.Helper()
	text, err := os.ReadFile("../../testdata/tickets/vectors.txt")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		f := strings.Fields(line)
		if strings.HasPrefix(line, "#") {
			continue
		}
		ticket, err := event.ReadTicket(f[4])
		if err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		all = append(all, vector{sha256.Sum256([]byte(f[0])), f[1], f[2], ticket})
	}
	if len(all) < 5 {
		t.Fatalf("%d vectors", len(all))
	}
	return all
}

// Each ticket is good where it was made for, and nowhere else.
func TestTicketVectors(t *testing.T) {
	all := vectors(t)
	for i, made := range all {
		for j, at := range all {
			err := store.CheckTicket(made.ticket, at.session, at.origin, at.secretHash, made.ticket.Expires-1, 0)
			if i == j && err != nil || i != j && !errors.Is(err, store.ErrNotAllowed) {
				t.Errorf("ticket %d at the place of %d: %v", i+1, j+1, err)
			}
		}
		altered := made.ticket
		altered.Expires++
		if err := store.CheckTicket(altered, made.session, made.origin, made.secretHash, made.ticket.Expires-1, 0); !errors.Is(err, store.ErrNotAllowed) {
			t.Errorf("ticket %d with another time: %v", i+1, err)
		}
		altered = made.ticket
		altered.MAC[31] ^= 1
		if err := store.CheckTicket(altered, made.session, made.origin, made.secretHash, made.ticket.Expires-1, 0); !errors.Is(err, store.ErrNotAllowed) {
			t.Errorf("ticket %d with another MAC: %v", i+1, err)
		}
	}
}

// A ticket is dated by the clock of the page around, which may be hours away from the relay's.
func TestTicketTime(t *testing.T) {
	v := vectors(t)[0]
	expires := v.ticket.Expires
	for _, offset := range []int64{0, 7_200_000, -7_200_000} {
		for _, row := range []struct {
			what    string
			pageNow int64
			want    error
		}{
			{"just made", expires - event.TicketLife, nil},
			{"its last millisecond", expires - 1, nil},
			{"over", expires, store.ErrExpired},
			{"long over", expires + 1<<40, store.ErrExpired},
			{"made as far ahead as a measurement may err", expires - event.TicketLife - store.ClockTolerance, nil},
			{"made to last longer", expires - event.TicketLife - store.ClockTolerance - 1, store.ErrNotAllowed},
		} {
			if err := store.CheckTicket(v.ticket, v.session, v.origin, v.secretHash, row.pageNow+offset, offset); !errors.Is(err, row.want) {
				t.Errorf("%s, offset %d: %v, want %v", row.what, offset, err, row.want)
			}
		}
	}
}
