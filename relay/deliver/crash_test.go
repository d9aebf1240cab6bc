package deliver_test

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/goleak"

	"github.com/cotrail/cotrail/relay/deliver"
	"github.com/cotrail/cotrail/relay/deliver/webhook"
	"github.com/cotrail/cotrail/relay/store"
	"github.com/cotrail/cotrail/relay/store/sqlite"
)

// kills is how many relays are killed; 100 find what is rarer.
var kills = flag.Int("kills", 10, "cycles of TestKill")

// The test program runs itself again as a relay that delivers until it is killed.
const (
	childDir   = "COTRAIL_DELIVER_DIR"
	childURL   = "COTRAIL_DELIVER_URL"
	childClock = "COTRAIL_DELIVER_CLOCK" // hours that the child's clock is ahead: leases and pauses of the child before are over
)

const killSecret = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3"

func TestMain(m *testing.M) {
	if dir := os.Getenv(childDir); dir != "" {
		if err := child(dir); err != nil {
			fmt.Println("error", err)
		}
		return
	}
	goleak.VerifyTestMain(m)
}

// child delivers, and says when nothing is left.
func child(dir string) error {
	ahead, err := strconv.Atoi(os.Getenv(childClock))
	if err != nil {
		return err
	}
	now := func() time.Time { return time.Now().Add(time.Duration(ahead) * time.Hour) }
	s, err := sqlite.Open(context.Background(), dir, now)
	if err != nil {
		return err
	}
	secrets, err := webhook.ReadSecrets(killSecret)
	if err != nil {
		return err
	}
	hook := webhook.New(webhook.Config{Name: "hook", URL: os.Getenv(childURL), Secrets: secrets, Networks: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, Now: time.Now, Checkpoint: archive{}.Checkpoint})
	d := deliver.New(deliver.Config{
		Outbox: s, Source: archive{}, Poll: 50 * time.Millisecond, Now: now, Metrics: prometheus.NewRegistry(), Log: slog.New(slog.DiscardHandler),
		Lanes: []deliver.Lane{{Site: "shop", Name: "hook", Destination: hook, Concurrency: 4, Timeout: webhook.Timeout}},
	})
	go func() {
		for {
			counts, err := s.CountDeliveries(context.Background())
			if err == nil && len(counts) == 0 {
				fmt.Println("done")
			}
			time.Sleep(20 * time.Millisecond) // between two looks
		}
	}()
	return d.Run(context.Background())
}

// inbox is a receiver that knows what it has by the webhook-id.
type inbox struct {
	mu    sync.Mutex
	times map[string]int // by id
	all   int
	until int // how many requests until enough is called
	then  func()
}

func (i *inbox) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	io.Copy(io.Discard, r.Body)
	i.mu.Lock()
	i.times[r.Header.Get("webhook-id")]++
	i.all++
	if i.until--; i.until == 0 {
		i.then()
	}
	i.mu.Unlock()
	w.WriteHeader(http.StatusNoContent)
}

// TestKill kills relays while they deliver. In the end the receiver has every delivery, each by one id, and the outbox
// says so.
func TestKill(t *testing.T) {
	const each = 12 // deliveries that come with each relay
	receiver := &inbox{times: map[string]int{}}
	to := httptest.NewServer(receiver)
	defer to.Close()
	dir := t.TempDir()
	want := map[string]bool{}
	for cycle := range *kills + 1 {
		last := cycle == *kills
		for _, id := range fill(t, dir, cycle, each) {
			want[id] = true
		}
		c := exec.Command(os.Args[0])
		c.Env = append(os.Environ(), childDir+"="+dir, childURL+"="+to.URL, childClock+"="+strconv.Itoa(cycle+1))
		c.Stderr = os.Stderr
		out, err := c.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		receiver.mu.Lock()
		receiver.until, receiver.then = 1+rand.IntN(each), func() {
			if !last {
				_ = c.Process.Kill()
			}
		}
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		receiver.mu.Unlock()
		for lines := bufio.NewScanner(out); lines.Scan(); {
			if lines.Text() != "done" {
				t.Fatalf("the child says %q", lines.Text())
			}
			if last {
				_ = c.Process.Kill()
			}
		}
		_ = c.Wait() // killed
	}
	checkDelivered(t, dir, want, receiver)
}

// fill puts deliveries into the outbox, while no relay has it open.
func fill(t *testing.T, dir string, cycle, n int) (ids []string) {
	t.Helper()
	s, err := sqlite.Open(t.Context(), dir, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	var all []store.Delivery
	for i := range n {
		d, err := store.NewDelivery("shop", "hook", fmt.Sprintf("s%d-%d", cycle, i), 0, store.KindCreated, time.Now().UnixMilli())
		if err != nil {
			t.Fatal(err)
		}
		all, ids = append(all, d), append(ids, d.ID)
	}
	if err := errors.Join(s.AddDeliveries(t.Context(), all), s.Close()); err != nil {
		t.Fatal(err)
	}
	return ids
}

func checkDelivered(t *testing.T, dir string, want map[string]bool, receiver *inbox) {
	t.Helper()
	s, err := sqlite.Open(t.Context(), dir, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for id := range want {
		if receiver.times[id] == 0 {
			t.Errorf("%s has not arrived", id)
		}
		if got, _, err := s.Deliveries(t.Context(), store.DeliveryQuery{ID: id}, 1, ""); err != nil || len(got) != 1 || got[0].State != store.StateDelivered {
			t.Errorf("%s is not delivered: %+v, %v", id, got, err)
		}
	}
	if len(receiver.times) != len(want) {
		t.Errorf("%d ids arrived, want %d", len(receiver.times), len(want))
	}
	t.Logf("%d deliveries in %d requests", len(want), receiver.all)
}
