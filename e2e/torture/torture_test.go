package torture

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/cotrail/cotrail/e2e/process"
	"github.com/cotrail/cotrail/e2e/traffic"
	"github.com/cotrail/cotrail/relay/store"
)

const (
	site   = "torture"
	origin = "http://127.0.0.1:7777"
	// config lets sessions end soon after all their tabs are gone, so that some do between two kills.
	config = "sites:\n  - {key: " + site + ", dev: true, anonymous: true, origins: [\"http://127.0.0.1:*\"], session: {leave_after: 1s, settle: 50ms}}\n"

	sessions = 4
	tabs     = 3 // of each session

	// patience bounds every wait: what takes so long will not come.
	patience = 2 * time.Minute
)

// A stand is a relay under torture, or several over one store, with the pages that record to them.
type stand struct {
	t      *testing.T
	store  engine
	open   func(dir string) (store.Store, error) // when the relays have ended
	relays []*process.Relay
	since  time.Time
	proxy  *proxy
	groups [][]*tab // by session
	counts counts
	stop   chan struct{}
	live   sync.WaitGroup
}

// counts is what was done to the relays, and to the servers of their database.
type counts struct{ kills, early, stops, full, primaries, standbys int }

// TestTorture kills the relay at random moments under load, on each store.
func TestTorture(t *testing.T) {
	for _, e := range engines {
		t.Run(e.name, func(t *testing.T) {
			e.asked(t)
			s := newStand(t, e, t.TempDir(), 1)
			for range *cycles {
				s.cycle(func() { s.weather() })
			}
			s.settle()
		})
	}
}

// newStand starts relays with their store in dir, and pages that record from now on.
func newStand(t *testing.T, e engine, dir string, relays int, more ...string) *stand {
	t.Helper()
	s := &stand{t: t, store: e, stop: make(chan struct{}), since: time.Now()}
	file := filepath.Join(t.TempDir(), "cotrail.yaml")
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	var flags []string
	flags, s.open = e.fresh(t)
	flags = append(flags, "--config", file, "--signing-key", filepath.Join(dir, "signing.key"))
	t.Cleanup(func() {
		for _, r := range s.relays {
			r.Kill()
		}
	})
	var addresses []string
	for i := range relays {
		r, err := process.StartIn(context.Background(), binary, filepath.Join(dir, fmt.Sprintf("data%d", i)), append(flags, more...)...)
		if err != nil {
			t.Fatal(err)
		}
		s.relays = append(s.relays, r)
		addresses = append(addresses, strings.TrimPrefix(r.URL, "http://"))
	}
	s.proxy = startProxy(t, addresses)
	for range sessions {
		var group []*tab
		session, secret := traffic.SomeHex(32), traffic.SomeHex(32)
		for range tabs {
			tab := newTab("http://"+s.proxy.address(), session, secret)
			group = append(group, tab)
			s.live.Go(func() { tab.live(s.stop) })
		}
		s.groups = append(s.groups, group)
	}
	t.Cleanup(func() {
		s.halt()
		http.DefaultClient.CloseIdleConnections()
	})
	return s
}

// halt lets the tabs end.
func (s *stand) halt() {
	select {
	case <-s.stop:
	default:
		close(s.stop)
	}
	s.live.Wait()
}

func (s *stand) tabs() (all []*tab) {
	for _, group := range s.groups {
		all = append(all, group...)
	}
	return all
}

// cycle lets the pages record for a moment, does something to a relay, kills it, or all but one of several, and starts
// them again; now and then one is killed once more while it starts.
func (s *stand) cycle(trouble func()) {
	s.t.Helper()
	time.Sleep(moment(400)) // the moment of the kill is random: this is no wait for anything
	trouble()
	rand.Shuffle(len(s.relays), func(i, j int) { s.relays[i], s.relays[j] = s.relays[j], s.relays[i] })
	victims := s.relays[:max(len(s.relays)-1, 1)]
	for _, r := range victims {
		s.kill(r)
		if len(victims) > 1 {
			time.Sleep(moment(100))
		}
	}
	for _, r := range victims {
		s.revive(r)
	}
	s.faultless()
}

// faultless ends the test when a page was told what must not be.
func (s *stand) faultless() {
	s.t.Helper()
	for _, tab := range s.tabs() {
		if fault := tab.fault.Load(); fault != nil {
			s.t.Fatalf("after %d kills: %s", s.counts.kills, *fault)
		}
	}
}

// revive starts a relay that was killed.
func (s *stand) revive(r *process.Relay) {
	s.t.Helper()
	for rand.IntN(4) == 0 {
		if err := r.Launch(context.Background()); err != nil {
			s.t.Fatal(err)
		}
		time.Sleep(moment(60))
		s.kill(r)
		s.counts.early++
	}
	if err := r.Restart(context.Background()); err != nil {
		s.t.Fatal(err)
	}
}

func (s *stand) kill(r *process.Relay) {
	s.t.Helper()
	if err := r.Kill(); err != nil {
		s.t.Fatal(err)
	}
	s.counts.kills++
}

// weather holds a relay still for a while, sometimes.
func (s *stand) weather() {
	s.t.Helper()
	if rand.IntN(3) > 0 {
		return
	}
	s.counts.stops++
	s.signal(syscall.SIGSTOP)
	time.Sleep(moment(300))
	s.signal(syscall.SIGCONT)
	time.Sleep(moment(100))
}

func (s *stand) signal(what syscall.Signal) {
	s.t.Helper()
	if err := s.relays[0].Signal(what); err != nil {
		s.t.Fatal(err)
	}
}

func moment(milliseconds int) time.Duration {
	return time.Duration(rand.IntN(milliseconds)+1) * time.Millisecond
}

// settle lets the pages rest and everything come to the log, and counts.
func (s *stand) settle() {
	s.t.Helper()
	for _, tab := range s.tabs() {
		tab.acting.Store(false)
	}
	for _, tab := range s.tabs() {
		s.eventually("all events are acknowledged", func() bool { return tab.quiet.Load() })
	}
	s.halt()
	r := s.readBack()
	s.t.Logf("%s: %s; connections cut %d, page loads %d, clocks moved by hours in every tab, in %s\n%s",
		s.store.name, s.counts, s.proxy.cuts.Load(), r.streams, time.Since(s.since).Round(time.Second), r)
	for _, relay := range s.relays {
		if err := relay.Stop(); err != nil {
			s.t.Error(err)
		}
	}
	s.verify(s.relays[0].Dir)
	s.relays = nil
}

func (c counts) String() string {
	text := fmt.Sprintf("killed %d times, %d of them while it started; held still %d times", c.kills, c.early, c.stops)
	for _, other := range []struct {
		what  string
		times int
	}{{"disk full", c.full}, {"primary lost", c.primaries}, {"standby lost", c.standbys}} {
		if other.times > 0 {
			text += fmt.Sprintf("; %s %d times", other.what, other.times)
		}
	}
	return text
}

// eventually waits for a condition, and ends the test when something is wrong meanwhile.
func (s *stand) eventually(what string, is func() bool) {
	s.t.Helper()
	for end := time.Now().Add(patience); !is(); time.Sleep(5 * time.Millisecond) {
		s.faultless()
		if time.Now().After(end) {
			s.t.Fatalf("never: %s\n%s", what, s.waiting())
		}
	}
}

// waiting tells what each tab waits for.
func (s *stand) waiting() (text string) {
	for _, tab := range s.tabs() {
		if waiting := tab.waiting.Load(); waiting != nil {
			text += *waiting
		}
		if refusal := tab.refusal.Load(); refusal != nil {
			text += "; last refused: " + *refusal
		}
		text += "\n"
	}
	return text
}
