package sequence

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cotrail/cotrail/relay/store"
)

// inBubble runs a test beside a running Sequencer, by a clock that only waiting moves.
func inBubble(t *testing.T, m *memory, test func(b *bubble)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		b := &bubble{T: t, memory: m, began: time.Now()}
		stop := b.start()
		test(b)
		stop()
	})
}

type bubble struct {
	*testing.T
	*memory
	seq    *Sequencer
	began  time.Time
	logged lines
}

// lines is a log that a test reads while others write.
type lines struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lines) count(what string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Count(l.b.String(), what)
}

// start starts a Sequencer over the store, as a relay that starts does, and gives what stops it.
func (b *bubble) start() (stop func()) {
	b.seq = New(Config{Store: b.memory, Settings: settings, Release: "2.0.0", Log: slog.New(slog.NewTextHandler(&b.logged, nil))})
	ctx, cancel := context.WithCancel(b.Context())
	ended := make(chan error, 1)
	go func() { ended <- b.seq.Run(ctx) }()
	return func() {
		cancel()
		if err := <-ended; err != nil {
			b.Errorf("Run: %v", err)
		}
	}
}

func (b *bubble) now() int64 { return time.Now().UnixMilli() }

// pass lets time pass until nobody has anything to do any more.
func (b *bubble) pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// visit opens a stream whose connection is open, and sends an event that it was opened.
func (b *bubble) visit(id string, name rune) {
	b.open(id, name, "t1", b.now(), 0)
	b.send(id, name, "hello")
}

func (b *bubble) send(id string, name rune, what string) {
	b.add(id, name, b.now(), fmt.Sprintf(`{"type":"client_log","time":%d,"source":"page","details":{"message":%q}}`, b.now(), what))
	b.seq.Wake(id)
}

func (b *bubble) wantTypes(id, want string) {
	b.Helper()
	if got := strings.Join(told(b.log(b.T, id), "type"), " "); got != want {
		b.Fatalf("after %v: entries %q, want %q", time.Since(b.began), got, want)
	}
}

const begun = "session_created participant_joined client_log"

func TestSettle(t *testing.T) {
	inBubble(t, newMemory(), func(b *bubble) {
		b.visit("s1", 'a')
		b.pass(site.Settle - time.Millisecond)
		b.wantTypes("s1", "")
		b.pass(time.Millisecond)
		b.wantTypes("s1", begun)
		b.pass(5 * time.Second)
		b.send("s1", 'a', "more")
		b.pass(site.Settle)
		b.wantTypes("s1", begun+" client_log")
	})
}

func TestLeaving(t *testing.T) {
	const end = begun + " tab_closed participant_left session_end"
	for _, tt := range []struct {
		name  string
		close func(b *bubble)
	}{
		{"with a wake", func(b *bubble) { b.seen("s1", 'a', b.now(), false); b.seq.Wake("s1") }},
		{"without one", func(b *bubble) { b.seen("s1", 'a', b.now(), false) }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			inBubble(t, newMemory(), func(b *bubble) {
				b.visit("s1", 'a')
				b.pass(10 * time.Minute)
				b.wantTypes("s1", begun) // the connection is open
				closed := b.now()
				tt.close(b)
				b.pass(site.LeaveAfter - time.Millisecond)
				b.wantTypes("s1", begun)
				b.pass(time.Millisecond)
				if tt.name == "without one" {
					b.pass(site.LeaveAfter)
				}
				b.wantTypes("s1", end)
				log := b.log(t, "s1")
				want := time.UnixMilli(closed).UTC().Format("2006-01-02T15:04:05.000Z")
				if got := told(log, "time"); got[3] != want || got[4] != want {
					t.Errorf("left at %s, ended at %s; both want %s", got[3], got[4], want)
				}
				b.pass(time.Hour)
				b.wantTypes("s1", end) // once
				if len(b.seq.plan.jobs) != 0 {
					t.Errorf("%d sessions still planned", len(b.seq.plan.jobs))
				}
			})
		})
	}
}

func TestComingBackInTime(t *testing.T) {
	inBubble(t, newMemory(), func(b *bubble) {
		b.visit("s1", 'a')
		for range 5 {
			b.seen("s1", 'a', b.now(), false)
			b.seq.Wake("s1")
			b.pass(site.LeaveAfter - time.Second)
			b.seen("s1", 'a', b.now(), true)
			b.seq.Wake("s1")
			b.pass(time.Minute)
		}
		b.wantTypes("s1", begun)
	})
}

func TestIdle(t *testing.T) {
	inBubble(t, newMemory(), func(b *bubble) {
		b.visit("s1", 'a')
		b.pass(site.IdleTimeout - time.Minute)
		b.send("s1", 'a', "still here")
		b.pass(site.IdleTimeout - time.Millisecond)
		b.wantTypes("s1", begun+" client_log")
		b.pass(time.Millisecond)
		b.wantTypes("s1", begun+" client_log session_end")
		if got := told(b.log(t, "s1"), "reason"); got[4] != "timeout" {
			t.Errorf("ended by %s", got[4])
		}
		b.pass(time.Hour)
		b.wantTypes("s1", begun+" client_log session_end")
	})
}

// TestSilence: a session in which nothing ever happened is told of once its page has gone.
func TestSilence(t *testing.T) {
	inBubble(t, newMemory(), func(b *bubble) {
		b.open("s1", 'a', "t1", b.now(), 0)
		b.seen("s1", 'a', b.now(), false)
		b.seq.Wake("s1")
		b.pass(site.LeaveAfter)
		b.wantTypes("s1", "session_created participant_joined participant_left session_end")
	})
}

// TestRestart: what an earlier run has left is found, and its timers go on; the time in which the relay was away
// does not count.
func TestRestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &bubble{T: t, memory: newMemory(), began: time.Now()}
		stop := b.start()
		b.visit("s1", 'a')
		b.visit("s2", 'a')
		b.pass(2 * time.Second)
		stop()
		b.send("s1", 'a', "before the relay died")
		b.seen("s1", 'a', b.now()+time.Hour.Milliseconds(), false) // the store counts from its start
		b.pass(time.Hour)

		stop = b.start()
		defer stop()
		b.pass(0)
		b.wantTypes("s1", begun+" client_log")
		b.wantTypes("s2", begun) // no event for an hour, but for that the relay was away
		b.pass(site.LeaveAfter)
		b.wantTypes("s1", begun+" client_log tab_closed participant_left session_end")
		b.pass(site.IdleTimeout)
		b.wantTypes("s2", begun+" session_end")
	})
}

func TestFailingSession(t *testing.T) {
	m := newMemory()
	var broken bool
	m.fail = func(what, id string) error {
		if broken && id == "bad" {
			return errors.New("disk on fire")
		}
		return nil
	}
	inBubble(t, m, func(b *bubble) {
		broken = true
		b.visit("bad", 'a')
		b.visit("good", 'a')
		b.pass(10 * time.Minute)
		b.wantTypes("good", begun)
		b.wantTypes("bad", "")
		if tries := m.called("work"); tries > 100 {
			t.Errorf("read the work %d times in ten minutes", tries)
		}
		if n := b.logged.count("disk on fire"); n != 1 {
			t.Errorf("the trouble was logged %d times", n)
		}
		tries := m.called("work")
		for range 20 {
			b.seq.Wake("bad") // that does not shorten the pause
			b.pass(site.Settle)
		}
		if tries = m.called("work") - tries; tries > 2 {
			t.Errorf("tried %d times in %v", tries, 20*site.Settle)
		}
		b.send("good", 'a', "more")
		b.pass(site.Settle)
		b.wantTypes("good", begun+" client_log")
		m.mu.Lock()
		broken = false
		m.mu.Unlock()
		b.pass(lastRetry)
		b.wantTypes("bad", begun)
		if n := b.logged.count("numbered again"); n != 1 {
			t.Errorf("the end of the trouble was logged %d times", n)
		}
	})
}

// TestStorageTrouble: a run whose transaction failed is made again from what the store has.
func TestStorageTrouble(t *testing.T) {
	for name, trouble := range map[string]error{"an error": errors.New("disk on fire"), "a conflict": store.ErrConflict} {
		t.Run(name, func(t *testing.T) {
			m := newMemory()
			fails := 2
			m.fail = func(what, id string) error {
				if what == "number" && fails > 0 {
					fails--
					return trouble
				}
				return nil
			}
			inBubble(t, m, func(b *bubble) {
				b.visit("s1", 'a')
				b.pass(site.Settle + 3*time.Second)
				b.wantTypes("s1", begun)
				if trouble == store.ErrConflict && b.logged.count("could not") > 0 {
					t.Error("a conflict was logged as a trouble")
				}
			})
		})
	}
}

// TestLeased: a session of another relay is left alone, whatever is sent to it here, until the other has left it or its
// lease could have run out.
func TestLeased(t *testing.T) {
	for name, found := range map[string]bool{"left to this relay": true, "looked at again": false} {
		t.Run(name, func(t *testing.T) {
			m := newMemory()
			leased := true
			m.fail = func(what, id string) error {
				if what == "work" && leased {
					return store.ErrLeased
				}
				return nil
			}
			inBubble(t, m, func(b *bubble) {
				b.visit("s1", 'a')
				for range 4 {
					b.pass(time.Second)
					b.send("s1", 'a', "more")
				}
				if b.wantTypes("s1", ""); b.called("work") != 1 {
					t.Errorf("looked %d times at a session of another relay", b.called("work"))
				}
				if b.logged.count("could not") > 0 {
					t.Error("a lease was logged as a trouble")
				}
				m.mu.Lock()
				leased = false
				if found {
					m.elsewhere = []string{"s1"}
				}
				m.mu.Unlock()
				b.pass(lookEvery)
				want := begun + strings.Repeat(" client_log", 4)
				if !found {
					b.wantTypes("s1", "")
					b.pass(store.LeaseLife - 4*time.Second)
				}
				b.pass(site.Settle)
				b.wantTypes("s1", want)
			})
		})
	}
}

// TestElsewhere: what another relay received for a session of this one is numbered, and a store that cannot tell is
// told of once.
func TestElsewhere(t *testing.T) {
	m := newMemory()
	failing := true
	m.fail = func(what, id string) error {
		if what == "elsewhere" && failing {
			return errors.New("disk on fire")
		}
		return nil
	}
	inBubble(t, m, func(b *bubble) {
		b.visit("s1", 'a')
		b.pass(site.Settle)
		b.add("s1", 'a', b.now(), said(0, "elsewhere"))
		b.pass(2 * time.Second)
		b.wantTypes("s1", begun)
		if n := b.logged.count("cannot see"); n != 1 {
			t.Errorf("the trouble was logged %d times", n)
		}
		m.mu.Lock()
		failing, m.elsewhere = false, []string{"s1"}
		m.mu.Unlock()
		b.pass(lookEvery + site.Settle)
		b.wantTypes("s1", begun+" client_log")
	})
}

func TestUnknownSession(t *testing.T) {
	inBubble(t, newMemory(), func(b *bubble) {
		b.seq.Wake("nobody")
		b.pass(time.Minute)
		if len(b.seq.plan.jobs) != 0 || b.called("work") != 1 {
			t.Errorf("%d planned, %d reads", len(b.seq.plan.jobs), b.called("work"))
		}
	})
}

func TestNoLiveList(t *testing.T) {
	m := newMemory()
	m.fail = func(string, string) error { return errors.New("disk on fire") }
	s := New(Config{Store: m, Settings: settings, Log: slog.New(slog.DiscardHandler)})
	if err := s.Run(t.Context()); err == nil {
		t.Error("ran without knowing what there is to do")
	}
}

// TestBusy: a session with events all the time is numbered all the time, in few runs, and others beside it.
func TestBusy(t *testing.T) {
	inBubble(t, newMemory(), func(b *bubble) {
		b.open("busy", 'a', "t1", b.now(), 0)
		b.visit("calm", 'a')
		const events = 600
		for i := range events {
			b.send("busy", 'a', fmt.Sprint(i))
			b.pass(20 * time.Millisecond)
			if i == events/2 && b.sessions["busy"].LastSeq < events/4 {
				t.Errorf("half of the time has passed, and %d entries are there", b.sessions["busy"].LastSeq)
			}
		}
		b.pass(2 * site.Settle)
		b.wantTypes("calm", begun)
		if got := len(told(b.log(t, "busy"), "seq")); got != events+2 {
			t.Errorf("%d entries, want %d", got, events+2)
		}
		if runs := b.called("number"); runs > 20 { // 12 seconds, a run a second
			t.Errorf("%d transactions", runs)
		}
	})
}

func TestPlan(t *testing.T) {
	at := func(s int) time.Time { return time.Unix(int64(s), 0) }
	p := newPlan()
	take := func(now int, want string) *job {
		t.Helper()
		j, _ := p.next(at(now))
		got := ""
		if j != nil {
			got = j.session
		}
		if got != want {
			t.Fatalf("at %d: next is %q, want %q", now, got, want)
		}
		return j
	}
	if !p.wake("a", at(5)) || p.wake("b", at(6)) || p.wake("c", at(7)) {
		t.Error("only the first wake is the first to do")
	}
	take(4, "")
	a, b := take(10, "a"), take(10, "b")
	if p.wake("a", at(11)) {
		t.Error("who is being worked on is not to do")
	}
	p.done(a, visit{at: at(100), settle: 2 * time.Second})
	c := take(10, "c")
	take(12, "") // woken during its run, a has 2 s to settle
	a = take(13, "a")
	p.done(a, visit{at: at(100), settle: 2 * time.Second})
	if p.wake("a", at(99)) {
		t.Error("a wake put off what was due sooner")
	}
	if !p.wake("a", at(20)) {
		t.Error("a wake did not put forward what was due later")
	}
	a = take(22, "a")
	p.done(a, visit{})
	p.done(b, visit{})
	if p.done(c, visit{}); len(p.jobs) != 0 {
		t.Errorf("%d jobs after all are done for ever", len(p.jobs))
	}
	if _, wait := p.next(at(0)); wait != farAhead {
		t.Errorf("waits %v with nothing to do", wait)
	}
	p.wake("d", at(30))
	d := take(30, "d")
	p.wake("d", at(31))
	if p.done(d, visit{}); len(p.jobs) != 1 {
		t.Error("what was woken during its last run is forgotten")
	}
}
