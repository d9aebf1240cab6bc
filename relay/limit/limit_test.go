package limit

import (
	"fmt"
	"testing"
	"time"
)

func TestTake(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	l := New(10, 3)
	for i, step := range []struct {
		caller string
		n      int
		after  time.Duration
		wait   time.Duration
	}{
		{"a", 1, 0, 0}, {"a", 2, 0, 0}, {"a", 1, 0, 100 * time.Millisecond}, {"b", 3, 0, 0},
		{"a", 1, 99 * time.Millisecond, time.Millisecond}, {"a", 1, 100 * time.Millisecond, 0}, {"a", 1, 100 * time.Millisecond, 100 * time.Millisecond},
		{"a", 9, time.Minute, 0}, {"a", 1, time.Minute, 100 * time.Millisecond},
	} {
		if wait := l.Take(step.caller, step.n, now.Add(step.after)); (wait - step.wait).Abs() > time.Microsecond {
			t.Errorf("step %d: wait %v, want %v", i, wait, step.wait)
		}
	}
	if (*Limiter)(nil).Take("a", 1000, now) != 0 {
		t.Error("without a limit there is one")
	}
}

// TestBounded: any number of callers needs memory for two generations, and who asks again and again stays known.
func TestBounded(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	l := New(0.001, 1)
	l.Take("busy", 1, now)
	for i := range 5 * maxCallers {
		l.Take(fmt.Sprint(i), 1, now)
		if i%1000 == 0 && l.Take("busy", 1, now) == 0 {
			t.Fatalf("after %d others it is not known any more", i)
		}
	}
	if n := len(l.young) + len(l.old); n > 2*maxCallers {
		t.Errorf("%d callers are kept", n)
	}
}
