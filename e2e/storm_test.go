package e2e

import (
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"github.com/cotrail/cotrail/e2e/chrome"
)

var (
	stormPages = flag.Int("storm", 30, "how many pages the storm goes over")
	stormSeed  = flag.Uint64("storm-seed", 0, "seed of its troubles; drawn when 0")
)

// line is the network between a page and the relay: it can be cut and mended.
type line struct {
	net.Listener
	mu   sync.Mutex
	cut  bool                  // guarded by mu
	open map[net.Conn]struct{} // guarded by mu
}

// newLine lays a line to the address.
func newLine(t testing.TB, to string) *line {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := &line{Listener: listener, open: map[net.Conn]struct{}{}}
	var carrying sync.WaitGroup
	carrying.Go(func() {
		for {
			near, err := l.Accept()
			if err != nil {
				return
			}
			carrying.Go(func() { l.carry(near, to) })
		}
	})
	t.Cleanup(func() {
		listener.Close()
		l.set(true)
		carrying.Wait()
	})
	return l
}

func (l *line) url() string { return "http://" + l.Addr().String() }

// carry copies both ways until one side ends, or the line is cut.
func (l *line) carry(near net.Conn, to string) {
	defer near.Close()
	far, err := net.Dial("tcp", to)
	if err != nil || !l.add(near, far) {
		return
	}
	defer far.Close()
	ended := make(chan struct{}, 2)
	for _, way := range [][2]net.Conn{{near, far}, {far, near}} {
		go func() {
			io.Copy(way[0], way[1])
			ended <- struct{}{}
		}()
	}
	<-ended
	near.Close()
	far.Close()
	<-ended
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.open, near)
	delete(l.open, far)
}

// add notes the two ends of a connection, if there is a line.
func (l *line) add(near, far net.Conn) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.cut {
		far.Close()
		return false
	}
	l.open[near], l.open[far] = struct{}{}, struct{}{}
	return true
}

// set cuts the line, with all that is under way on it, or mends it.
func (l *line) set(cut bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.cut = cut
	for c := range l.open {
		if cut {
			c.Close()
		}
	}
}

// visited is what the log says of a page of the storm: all of it; without its words, where the relay could not be asked for
// the policy; or, where the page was left before the recorder was up, no more than that it was there.
func visited(n int, sent bool) (ways [3][]string) {
	ways[0] = []string{fmt.Sprintf("navigate SITE/%d load", n), fmt.Sprintf("input_change #f = v%d", n), "submit /form"}
	ways[1] = []string{"navigate SITE load", "input_change masked policy input filled", "submit"}
	ways[2] = []string{"input_change masked not_ready input", "submit", "gap"}
	if !sent {
		for i := range ways {
			ways[i] = slices.DeleteFunc(ways[i], func(line string) bool { return strings.HasPrefix(line, "submit") })
		}
	}
	return ways
}

// TestStorm goes from page to page in the middle of typing, while the line to the relay is cut and mended, the relay is
// killed, and the recorder crashes: the log is what was done, each act once, in order.
func TestStorm(t *testing.T) {
	t.Parallel()
	seed := *stormSeed
	if seed == 0 {
		seed = rand.Uint64()
	}
	t.Logf("seed %d", seed)
	chance := rand.New(rand.NewPCG(seed, 0))
	r := startRelayWith(t, `  - {key: patient, dev: true, anonymous: true, origins: ["http://127.0.0.1:*"], policy: {default: allow, titles: true}, session: {settle: 5s, leave_after: 5m}}`)
	wire := newLine(t, r.listen)
	site := newSite(t)
	site.mux.HandleFunc("/", func(w http.ResponseWriter, q *http.Request) {
		fmt.Fprintf(w, `<!doctype html><title>step</title><script async src="/cotrail.js" data-site=patient data-relay="%s"></script><form><input id=f name=f autofocus></form>`, wire.url())
	})
	site.mux.HandleFunc("/cotrail.js", func(w http.ResponseWriter, q *http.Request) {
		http.Redirect(w, q, r.url+"/cotrail.js", http.StatusFound)
	})

	page := chrome.New(t).Open(t, site.url+"/0")
	page.Do(t, recording)
	var want [][3][]string
	crashes, cut := 0, false
	for n := range *stormPages {
		switch trouble := chance.IntN(8); {
		case trouble == 0:
			r.kill()
			r.start()
		case trouble < 3 && !cut:
			wire.set(true)
			cut = true
		case trouble < 5 && cut:
			wire.set(false)
			cut = false
		case trouble == 5 && !cut:
			page.Do(t, recording, chrome.Script(breakOnce))
			crashes++
		}
		page.Do(t, chrome.WaitFor(`window.cotrail && cotrail.sessionId`), chrome.Focus("#f"), chrome.Press(fmt.Sprint("v", n)))
		sent := chance.IntN(2) == 0
		if sent {
			page.Do(t, chrome.Script(fmt.Sprintf(`document.forms[0].action = "/%d"`, n+1)), chrome.Press(kb.Enter))
		} else { // what is typed has no other end than the page's
			page.Do(t, chrome.Leave(fmt.Sprintf(`location.assign("/%d")`, n+1)))
		}
		want = append(want, visited(n, sent))
		page.Do(t, chrome.WaitFor(fmt.Sprintf(`location.pathname === "/%d" && document.readyState === "complete"`, n+1)))
	}
	wire.set(false)
	page.Do(t, recording, flushed)
	entries := r.settledLog(session(t, page), "the last page is in the log", func(all []entry) bool {
		reached := ofType(all, "navigate")
		return len(reached) > 0 && strings.Contains(reached[len(reached)-1].details().text("url"), fmt.Sprintf("/%d", *stormPages))
	})
	var got, from []string
	for _, e := range ofType(entries, "navigate", "input_change", "submit", "click", "gap") {
		got = append(got, strings.TrimSpace(strings.Replace(brief(e, site.url), "?f= ", " ", 1))) // a submit that tells no path
		from = append(from, fmt.Sprintf("%s: %s %s %v late=%v", got[len(got)-1], e.text("time"), e.text("stream"), e["stream_seq"], e["late"]))
	}
	less := 0
	for n, ways := range want {
		way := slices.IndexFunc(ways[:], func(lines []string) bool { return len(got) >= len(lines) && slices.Equal(got[:len(lines)], lines) })
		if way < 0 {
			at := len(from) - len(got)
			t.Fatalf("at page %d the log differs, want %q:\n%s\n-- here --\n%s", n, ways[0], strings.Join(from[max(at-9, 0):at], "\n"), strings.Join(from[at:min(at+9, len(from))], "\n"))
		}
		if got = got[len(ways[way]):]; way > 0 {
			less++
		}
	}
	if want := fmt.Sprintf("navigate SITE/%d load", *stormPages); len(got) != 1 || got[0] != want {
		t.Errorf("at the end the log has %q, want %s", got, want)
	}
	t.Logf("%d of %d pages could not be told of as a whole", less, *stormPages)
	if failed := len(ofType(entries, "recorder_failed")); failed > crashes {
		t.Errorf("%d crashes are told of, and %d were made", failed, crashes)
	}
}

// breakOnce lets the recorder crash when it next hands something back.
const breakOnce = `{
	const slice = Uint8Array.prototype.slice;
	Uint8Array.prototype.slice = function () { Uint8Array.prototype.slice = slice; throw new Error("broken by the page, once") };
	cotrail.log("breaks"); cotrail.flush();
}`
