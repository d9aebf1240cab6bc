package exactlyonce

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/tidwall/gjson"

	"github.com/cotrail/cotrail/e2e/process"
	"github.com/cotrail/cotrail/relay/store/postgres/pgtest"
)

const (
	// killed is the site whose relays are killed.
	killed = "killed"
	// each is how many sessions are made in a cycle.
	each = 12
	// whole is what a cycle takes without a kill, in milliseconds: the sessions are made, sealed and delivered.
	whole = 900
	// backlog bounds the wait for what 100 cycles have left to seal: on a loaded machine that is hundreds of sessions.
	backlog = 5 * time.Minute
)

// config has a receiver beside the relay.
const config = `
sites:
  - key: ` + killed + `
    dev: true
    session: {settle: 50ms}
    deliver:
      - {type: webhook, url: %q, secret_file: hook.secret, allow_networks: [127.0.0.0/8]}
`

// stores are those that are tested, with how many relays work on one.
var stores = []struct {
	name   string
	relays int
	fresh  func(t *testing.T) (url string) // an empty one; "" for the one in the data directory
}{
	{"sqlite", 1, func(*testing.T) string { return "" }},
	{"postgres", 3, func(t *testing.T) string { return pgtest.Database(t) }},
}

// crowd is relays over one store, a back end that makes sessions, and the receiver that gets them.
type crowd struct {
	t        *testing.T
	relays   []*process.Relay
	receiver *receiver

	mu      sync.Mutex
	events  map[string]int // by session that was ended
	kills   int
	halfway int // sessions that had ended and had not come yet when a relay was killed
}

// TestKilled kills relays while they seal and deliver. In the end every session is sealed and has come to the receiver by
// one id, with the log that the relay shows.
func TestKilled(t *testing.T) {
	for _, s := range stores {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			url := s.fresh(t)
			c := newCrowd(t, s.relays, url)
			for range *cycles {
				c.cycle()
			}
			c.pause(url)
			c.settle()
			c.check()
			for _, r := range c.relays {
				if err := r.Stop(); err != nil {
					t.Error(err)
				}
			}
		})
	}
}

func newCrowd(t *testing.T, relays int, url string) *crowd {
	t.Helper()
	c := &crowd{t: t, receiver: newReceiver(), events: map[string]int{}}
	to := httptest.NewServer(c.receiver)
	t.Cleanup(to.Close)
	dir := t.TempDir()
	for name, content := range map[string]string{"cotrail.yaml": fmt.Sprintf(config, to.URL), "hook.secret": "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	flags := []string{"--store", cmp.Or(url, "sqlite:"), "--config", filepath.Join(dir, "cotrail.yaml"), "--signing-key", filepath.Join(dir, "signing.key")}
	for i := range relays {
		r, err := process.StartIn(context.Background(), binary, filepath.Join(dir, fmt.Sprint(i)), flags...)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if t.Failed() {
				_ = r.Kill() // it may have ended
			}
		})
		c.relays = append(c.relays, r)
	}
	return c
}

// cycle makes sessions and kills a relay meanwhile, or while those are sealed and delivered; now and then once more when
// it is at what the kill has left.
func (c *crowd) cycle() {
	c.t.Helper()
	victim := c.relays[c.kills%len(c.relays)]
	struck := make(chan error)
	strike := sync.OnceFunc(func() {
		c.mu.Lock()
		c.halfway += len(c.events) - c.receiver.sessions()
		c.mu.Unlock()
		err := victim.Kill()
		go func() { struck <- err }()
	})
	if rand.IntN(2) == 0 {
		c.receiver.after(1+rand.IntN(each), strike)
	}
	late := time.AfterFunc(moment(whole), strike)
	defer late.Stop()
	var made sync.WaitGroup
	for range each {
		made.Go(c.visit)
	}
	if err := <-struck; err != nil {
		c.t.Fatal(err)
	}
	c.receiver.after(0, nil)
	for c.kills++; rand.IntN(3) == 0; c.kills++ {
		if err := victim.Launch(context.Background()); err != nil {
			c.t.Fatal(err)
		}
		time.Sleep(moment(whole / 3)) // the moment of the kill is random: this is no wait for anything
		if err := victim.Kill(); err != nil {
			c.t.Fatal(err)
		}
	}
	if err := victim.Restart(context.Background()); err != nil {
		c.t.Fatal(err)
	}
	made.Wait()
	if c.t.Failed() {
		c.t.FailNow()
	}
}

func moment(milliseconds int) time.Duration {
	return time.Duration(rand.IntN(milliseconds)+1) * time.Millisecond
}

// pause ends all relays in order and starts them again. Meanwhile nobody is at a delivery, so that the test need not wait
// until the leases are over that the last of those that were killed had.
func (c *crowd) pause(url string) {
	c.t.Helper()
	for _, r := range c.relays {
		if err := r.Stop(); err != nil {
			c.t.Fatal(err)
		}
	}
	if url != "" {
		db, err := pgx.Connect(context.Background(), url)
		if err != nil {
			c.t.Fatal(err)
		}
		if _, err := db.Exec(context.Background(), "UPDATE deliveries SET next_at = 0 WHERE state = 'waiting'"); err != nil {
			c.t.Fatal(err)
		}
		if err := db.Close(context.Background()); err != nil {
			c.t.Fatal(err)
		}
	}
	for _, r := range c.relays {
		if err := r.Restart(context.Background()); err != nil {
			c.t.Fatal(err)
		}
	}
}

// settle waits until nothing is left to seal and to deliver.
func (c *crowd) settle() {
	c.t.Helper()
	began := time.Now()
	for end := began.Add(backlog); ; time.Sleep(50 * time.Millisecond) {
		waiting := len(gjson.GetBytes(c.insist(http.MethodGet, "/v1/deliveries?state=waiting", ""), "deliveries").Array())
		if c.receiver.sessions() == len(c.events) && waiting == 0 {
			break
		}
		if time.Now().After(end) {
			c.t.Fatalf("%d of %d sessions have come, and the outbox has %d", c.receiver.sessions(), len(c.events), waiting)
		}
	}
	c.t.Logf("killed %d times, with %d sessions halfway; %d sessions came in %d requests; the last %s after the last kill",
		c.kills, c.halfway, len(c.events), c.receiver.requests, time.Since(began).Round(100*time.Millisecond))
}

// check holds what has come against what was done, and against what the relay shows.
func (c *crowd) check() {
	c.t.Helper()
	sessions := c.list("/v1/sessions?site="+killed, "sessions")
	if len(sessions) != len(c.events) {
		c.t.Errorf("the store has %d sessions of %d", len(sessions), len(c.events))
	}
	if n := len(c.list("/v1/deliveries?state=delivered", "deliveries")); n != len(c.events) {
		c.t.Errorf("the outbox has %d deliveries of %d sessions", n, len(c.events))
	}
	if c.receiver.other != "" {
		c.t.Errorf("delivery %s told two things", c.receiver.other)
	}
	for _, s := range sessions {
		id := s.Get("session_id").Str
		if !s.Get("sealed").Bool() || len(c.receiver.ids[id]) != 1 {
			c.t.Errorf("it came by %d ids: %s", len(c.receiver.ids[id]), s.Raw)
			continue
		}
		c.checkLog(id, c.receiver.first[c.receiver.ids[id][0]])
	}
	verify := exec.Command(binary, "verify", c.relays[0].URL)
	verify.Env = append(os.Environ(), "COTRAIL_KEY=dev")
	if out, err := verify.CombinedOutput(); err != nil {
		c.t.Errorf("verify: %v\n%s", err, out)
	}
}

// checkLog holds that a session's log has every event once, in its order, then the end, and that it is what has come.
func (c *crowd) checkLog(id string, told gjson.Result) {
	c.t.Helper()
	log := c.insist(http.MethodGet, "/v1/sessions/"+id+"/log", "")
	acts, ends := 0, 0
	for i, e := range gjson.GetBytes(log, "session_logs").Array() {
		switch e.Get("type").Str {
		case "client_log":
			if acts++; e.Get("details.message").Str != fmt.Sprintf("act %d", acts) {
				c.t.Errorf("act %d is %s", acts, e.Raw)
			}
		case "session_end":
			ends++
		}
		if e.Get("seq").Int() != int64(i+1) || ends == 1 && e.Get("type").Str != "session_end" {
			c.t.Errorf("entry %d is %s", i+1, e.Raw)
		}
	}
	if acts != c.events[id] || ends != 1 {
		c.t.Errorf("session %s has %d acts of %d, and %d ends", id, acts, c.events[id], ends)
	}
	sum := sha256.Sum256(log)
	if linked := told.Get("sha256").Str; linked != "" && linked != hex.EncodeToString(sum[:]) {
		c.t.Errorf("the sum that was told of session %s is not that of its log", id)
	} else if linked == "" && !bytes.Equal(compact(told.Get("session_logs")), compact(gjson.GetBytes(log, "session_logs"))) {
		c.t.Errorf("what was told of session %s is not its log", id)
	}
}

// compact is JSON without space between its parts.
func compact(r gjson.Result) []byte { return []byte(r.Get("@ugly").Raw) }
