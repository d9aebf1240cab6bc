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

// A stand is a relay under torture, with the pages that record to it.
type stand struct {
	t      *testing.T
	store  engine
	open   func(dir string) (store.Store, error) // when the relay has ended
	relay  *process.Relay
	proxy  *proxy
	groups [][]*tab // by session
	counts counts
	stop   chan struct{}
	live   sync.WaitGroup
}

// counts is what was done to the relay.
type counts struct{ kills, early, stops, full int }

// TestTorture kills the relay at random moments under load, on each store.
func TestTorture(t *testing.T) {
	for _, e := range engines {
		t.Run(e.name, func(t *testing.T) {
			if *only != "" && *only != e.name {
				t.Skipf("not asked for: -store is %s", *only)
			}
			s := newStand(t, e, t.TempDir())
			for range *cycles {
				s.cycle(func() { s.weather() })
			}
			s.settle()
		})
	}
}

// newStand starts a relay with its store in dir, and pages that record from now on.
func newStand(t *testing.T, e engine, dir string) *stand {
	t.Helper()
	s := &stand{t: t, store: e, stop: make(chan struct{})}
	file := filepath.Join(t.TempDir(), "cotrail.yaml")
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	var flags []string
	var err error
	flags, s.open = e.fresh(t)
	if s.relay, err = process.StartIn(context.Background(), binary, filepath.Join(dir, "data"), append(flags, "--config", file)...); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if s.relay != nil {
			s.relay.Kill()
		}
	})
	s.proxy = startProxy(t, strings.TrimPrefix(s.relay.URL, "http://"))
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

// cycle lets the pages record for a moment, does something to the relay, kills it, and starts it again; now and then it
// is killed once more while it starts.
func (s *stand) cycle(trouble func()) {
	s.t.Helper()
	time.Sleep(moment(400)) // the moment of the kill is random: this is no wait for anything
	trouble()
	s.kill()
	for rand.IntN(4) == 0 {
		if err := s.relay.Launch(context.Background()); err != nil {
			s.t.Fatal(err)
		}
		time.Sleep(moment(60))
		s.kill()
		s.counts.early++
	}
	if err := s.relay.Restart(context.Background()); err != nil {
		s.t.Fatal(err)
	}
	for _, tab := range s.tabs() {
		if fault := tab.fault.Load(); fault != nil {
			s.t.Fatalf("after %d kills: %s", s.counts.kills, *fault)
		}
	}
}

func (s *stand) kill() {
	s.t.Helper()
	if err := s.relay.Kill(); err != nil {
		s.t.Fatal(err)
	}
	s.counts.kills++
}

// weather holds the relay still for a while, sometimes.
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
	if err := s.relay.Signal(what); err != nil {
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
	s.t.Logf("%s: %s; connections cut %d, page loads %d, clocks moved by hours in every tab\n%s", s.store.name, s.counts, s.proxy.cuts.Load(), r.streams, r)
	if err := s.relay.Stop(); err != nil {
		s.t.Error(err)
	}
	s.verify(s.relay.Dir)
	s.relay = nil
}

func (c counts) String() string {
	text := fmt.Sprintf("killed %d times, %d of them while it started; held still %d times", c.kills, c.early, c.stops)
	if c.full > 0 {
		text += fmt.Sprintf("; disk full %d times", c.full)
	}
	return text
}

// eventually waits for a condition, and ends the test when something is wrong meanwhile.
func (s *stand) eventually(what string, is func() bool) {
	s.t.Helper()
	for end := time.Now().Add(patience); !is(); time.Sleep(5 * time.Millisecond) {
		for _, tab := range s.tabs() {
			if fault := tab.fault.Load(); fault != nil {
				s.t.Fatal(*fault)
			}
		}
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
