package pressure

import (
	"testing"
	"time"
)

// The store is busy while many batches come, whether in few groups or in many, and not for one large group alone.
func TestPressure(t *testing.T) {
	start := time.Unix(1_800_000_000, 0)
	run := func(p *Pressure, from time.Duration, every time.Duration, batches int, for_ time.Duration) time.Duration {
		for at := from; at < from+for_; at += every {
			p.Add(batches, start.Add(at))
		}
		return from + for_
	}
	for _, tt := range []struct {
		name    string
		every   time.Duration
		batches int
		want    bool
	}{
		{"a visitor", time.Second, 1, false},
		{"many, below the rate", 3 * time.Millisecond, 8, false},
		{"above it", 3 * time.Millisecond, 10, true},
		{"above it in large groups", 30 * time.Millisecond, 100, true},
	} {
		var p Pressure
		end := run(&p, 0, tt.every, tt.batches, 3*time.Second)
		if got := p.High(start.Add(end)); got != tt.want {
			t.Errorf("%s: busy is %v", tt.name, got)
		}
		if p.High(start.Add(end + busyWindow)) {
			t.Errorf("%s: still busy when nothing comes any more", tt.name)
		}
	}

	var p Pressure
	end := run(&p, 0, time.Second, 1, 3*time.Second)
	p.Add(100, start.Add(end+3*time.Millisecond))
	if p.High(start.Add(end + 4*time.Millisecond)) {
		t.Error("busy for one group")
	}
	end = run(&p, end, 3*time.Millisecond, 20, time.Second)
	end = run(&p, end, 3*time.Millisecond, 0, 3*busyWindow) // numbers are written, and no events
	if p.High(start.Add(end)) {
		t.Error("busy with numbering")
	}
}
