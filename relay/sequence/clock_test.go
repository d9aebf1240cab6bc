package sequence

import (
	"testing"
)

// A relay whose clock is set back numbers what it had received before, and does not wait until its clock is there again.
func TestClockSetBack(t *testing.T) {
	const hour = 3_600_000
	for _, row := range []struct {
		what string
		now  int64 // milliseconds after the event was received
		want string
		end  string
	}{
		{"by an hour", -hour, "first second", "first second third(late)"},
		{"by a day", -24 * hour, "first second", "first second third(late)"},
		{"by no more than clocks differ", -apart, "", ""},
		{"not at all", 0, "", "first second third"},
	} {
		m := newMemory()
		m.open("s", 'a', "t", noon, 0)
		m.add("s", 'a', noon, said(0, "first"), said(5, "second"))
		n := testNumberer(m)
		mustRun(t, n, "s", row.now)
		if got := order(m.log(t, "s")); got != row.want {
			t.Errorf("set back %s: the log has %q, want %q", row.what, got, row.want)
		}
		m.add("s", 'a', noon+row.now+10, said(row.now+10, "third")) // by the clock as it is now
		mustRun(t, n, "s", row.now+10+site.Settle.Milliseconds())
		if got := order(m.log(t, "s")); row.end != "" && got != row.end {
			t.Errorf("set back %s: in the end the log has %q", row.what, got)
		}
	}
}
