package deliver_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/cotrail/cotrail/relay/deliver"
	"github.com/cotrail/cotrail/relay/store"
	"github.com/cotrail/cotrail/relay/store/sqlite"
)

// archive is a Source of which every session has two entries, but for those that were erased.
type archive struct{ erased map[string]bool }

func (a archive) Document(_ context.Context, session string) (deliver.Document, error) {
	if a.erased[session] {
		return deliver.Document{}, store.ErrNotFound
	}
	return deliver.Document{Lines: []byte("{\"seq\":1}\n{\"seq\":2}\n"), Count: 2, FirstSeq: 1, LastSeq: 2}, nil
}

func (archive) Checkpoint(context.Context) (string, error) { return "a checkpoint\n", nil }

// destination answers as the test says, and notes what it was asked.
type destination struct {
	mu     sync.Mutex
	answer func(ctx context.Context, session string, attempt int) error
	calls  []call
	now    int // attempts under way
	most   int
}

type call struct {
	session, id string
	at          time.Time
}

func (d *destination) Deliver(ctx context.Context, m deliver.Message) error {
	d.mu.Lock()
	d.calls = append(d.calls, call{m.Session, m.ID, time.Now()})
	attempt := 0
	for _, c := range d.calls {
		if c.session == m.Session {
			attempt++
		}
	}
	d.now++
	d.most = max(d.most, d.now)
	answer := d.answer
	d.mu.Unlock()
	defer func() { d.mu.Lock(); d.now--; d.mu.Unlock() }()
	return answer(ctx, m.Session, attempt)
}

func always(err error) func(context.Context, string, int) error {
	return func(context.Context, string, int) error { return err }
}

func (d *destination) turn(answer func(context.Context, string, int) error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.answer = answer
}

// all gives what it was asked.
func (d *destination) all() []call {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.calls)
}

// rig is a relay's deliverer in a bubble of time, over a true store.
type rig struct {
	*testing.T
	store    *sqlite.Store
	d        *deliver.Deliverer
	registry *prometheus.Registry
	stop     func()
}

// bubble runs a test in a bubble of time, with two lanes: hook and bucket, three attempts at once each.
func bubble(t *testing.T, erased map[string]bool, hook, bucket *destination, test func(*rig)) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		s, err := sqlite.Open(t.Context(), dir, time.Now)
		if err != nil {
			t.Fatal(err)
		}
		r := &rig{T: t, store: s}
		r.start(archive{erased}, hook, bucket)
		test(r)
		r.stop()
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
}

func (r *rig) start(source deliver.Source, hook, bucket *destination) {
	r.registry = prometheus.NewRegistry()
	r.d = deliver.New(deliver.Config{
		Outbox: r.store, Source: source, Poll: time.Minute, Now: time.Now, Metrics: r.registry, Log: slog.New(slog.DiscardHandler),
		Lanes: []deliver.Lane{
			{Site: "shop", Name: "hook", Destination: hook, Concurrency: 3, Timeout: 20 * time.Second},
			{Site: "shop", Name: "bucket", Destination: bucket, Concurrency: 3, Timeout: 20 * time.Second},
		},
	})
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- r.d.Run(ctx) }()
	r.stop = func() {
		cancel()
		if err := <-ended; err != nil {
			r.Errorf("it ended with %v", err)
		}
	}
}

// seal puts deliveries of sessions into the outbox, as sealing does.
func (r *rig) seal(destination string, sessions ...string) {
	r.Helper()
	for _, session := range sessions {
		d, err := store.NewDelivery("shop", destination, session, time.Now().UnixMilli(), store.KindCreated, time.Now().UnixMilli())
		if err == nil {
			err = r.store.AddDeliveries(r.Context(), []store.Delivery{d})
		}
		if err != nil {
			r.Fatal(err)
		}
	}
	r.d.Wake()
}

// after lets time pass.
func (r *rig) after(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func (r *rig) deliveries(session string) []store.Delivery {
	r.Helper()
	page, _, err := r.store.Deliveries(r.Context(), store.DeliveryQuery{Session: session}, 1000, "")
	if err != nil {
		r.Fatal(err)
	}
	return page
}

func (r *rig) wantState(session, state string, attempts int, lastError string) {
	r.Helper()
	d := r.deliveries(session)[0]
	if d.State != state || d.Attempts != attempts || d.LastError != lastError {
		r.Errorf("%s is %s after %d attempts, %q; want %s, %d, %q", session, d.State, d.Attempts, d.LastError, state, attempts, lastError)
	}
}

func (r *rig) wantMetric(name string, want float64, labels prometheus.Labels) {
	r.Helper()
	families, err := r.registry.Gather()
	if err != nil {
		r.Fatal(err)
	}
	got := 0.0
	for _, family := range families {
		for _, m := range family.GetMetric() {
			fits := family.GetName() == name
			for _, pair := range m.GetLabel() {
				fits = fits && (labels[pair.GetName()] == "" || labels[pair.GetName()] == pair.GetValue())
			}
			if fits {
				got += m.GetGauge().GetValue() + m.GetCounter().GetValue()
			}
		}
	}
	if got != want {
		r.Errorf("%s is %v, want %v", name, got, want)
	}
}

var errDown = errors.New("connection refused")

// The pauses are those of Standard Webhooks, a little longer for jitter; then it is a dead letter.
func TestSchedule(t *testing.T) {
	hook := &destination{answer: always(errDown)}
	bubble(t, nil, hook, hook, func(r *rig) {
		r.seal("hook", "s1")
		r.after(100 * time.Hour)
		want := []time.Duration{0, 5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour, 10 * time.Hour, 14 * time.Hour, 20 * time.Hour, 24 * time.Hour}
		if len(hook.all()) != len(want) {
			t.Fatalf("%d attempts, want %d", len(hook.all()), len(want))
		}
		for i := 1; i < len(want); i++ {
			if gap := hook.all()[i].at.Sub(hook.all()[i-1].at); gap < want[i] || gap > want[i]*11/10+time.Millisecond {
				t.Errorf("attempt %d came after %s; want %s and up to a tenth", i+1, gap, want[i])
			}
			if hook.all()[i].id != hook.all()[0].id {
				t.Errorf("attempt %d has another id", i+1)
			}
		}
		r.wantState("s1", store.StateDead, 10, "connection refused")
		r.wantMetric("cotrail_deliveries_dead", 1, nil)
		r.wantMetric("cotrail_delivery_attempts_total", 9, prometheus.Labels{"result": "failed"})

		hook.turn(always(nil))
		if n, err := r.store.RetryDeliveries(t.Context(), store.DeliveryQuery{State: store.StateDead}, time.Now().UnixMilli()); n != 1 || err != nil {
			t.Errorf("retry: %d, %v", n, err)
		}
		r.after(time.Minute)
		r.wantState("s1", store.StateDelivered, 1, "")
		if hook.all()[10].id != hook.all()[0].id {
			t.Error("sent again by another id")
		}
	})
}

// What a destination asks for holds for all that goes to it.
func TestRetryAfter(t *testing.T) {
	hook := &destination{answer: always(&deliver.Refused{Status: 429, After: time.Hour})}
	bubble(t, nil, hook, hook, func(r *rig) {
		r.seal("hook", "s1")
		r.after(time.Minute)
		r.seal("hook", "s2", "s3")
		r.after(58 * time.Minute)
		if len(hook.all()) != 1 {
			t.Fatalf("%d attempts within the hour", len(hook.all()))
		}
		r.wantState("s1", store.StateWaiting, 1, "answered 429 Too Many Requests")
		r.wantState("s2", store.StateWaiting, 0, "")
		hook.turn(always(nil))
		r.after(2 * time.Minute)
		for _, s := range []string{"s1", "s2", "s3"} {
			if d := r.deliveries(s)[0]; d.State != store.StateDelivered {
				t.Errorf("%s is %s", s, d.State)
			}
		}
	})
}

// Of a destination that never took anything there are the series of what it took as well: an alert compares the two.
func TestAttemptsFromZero(t *testing.T) {
	hook := &destination{answer: always(errDown)}
	bubble(t, nil, hook, hook, func(r *rig) {
		r.seal("hook", "s1")
		r.after(time.Second)
		want := `# HELP cotrail_delivery_attempts_total Attempts to deliver, by how they ended: delivered, failed (tried again later) or dead (given up).
# TYPE cotrail_delivery_attempts_total counter
cotrail_delivery_attempts_total{destination="bucket",result="dead",site="shop"} 0
cotrail_delivery_attempts_total{destination="bucket",result="delivered",site="shop"} 0
cotrail_delivery_attempts_total{destination="bucket",result="failed",site="shop"} 0
cotrail_delivery_attempts_total{destination="hook",result="dead",site="shop"} 0
cotrail_delivery_attempts_total{destination="hook",result="delivered",site="shop"} 0
cotrail_delivery_attempts_total{destination="hook",result="failed",site="shop"} 1
`
		if err := testutil.GatherAndCompare(r.registry, strings.NewReader(want), "cotrail_delivery_attempts_total"); err != nil {
			t.Error(err)
		}
	})
}

// What is sent again by hand goes at once, whatever the destination asked for before; that of another does not.
func TestResend(t *testing.T) {
	hook := &destination{answer: always(&deliver.Refused{Status: 429, After: time.Hour})}
	bubble(t, nil, hook, hook, func(r *rig) {
		r.seal("hook", "s1")
		r.after(time.Minute)
		hook.turn(always(nil))
		if n, err := r.store.RetryDeliveries(t.Context(), store.DeliveryQuery{Session: "s1"}, time.Now().UnixMilli()); n != 1 || err != nil {
			t.Fatalf("retry: %d, %v", n, err)
		}
		r.d.Resend([]string{"bank"}, "")
		r.d.Resend([]string{"shop"}, "bucket")
		r.after(time.Second)
		r.wantState("s1", store.StateWaiting, 0, "answered 429 Too Many Requests")
		r.d.Resend([]string{"shop"}, "hook")
		r.after(time.Second)
		r.wantState("s1", store.StateDelivered, 1, "")
		r.wantMetric("cotrail_destination_rests", 0, nil)
	})
}

func TestGone(t *testing.T) {
	hook := &destination{answer: always(&deliver.Gone{})}
	bubble(t, nil, hook, hook, func(r *rig) {
		r.seal("hook", "s1")
		r.after(time.Minute)
		r.seal("hook", "s2")
		r.after(100 * time.Hour)
		if len(hook.all()) != 1 {
			t.Fatalf("%d attempts at a destination that is gone", len(hook.all()))
		}
		r.wantMetric("cotrail_destination_disabled", 1, nil)
		r.wantState("s1", store.StateWaiting, 0, (&deliver.Gone{}).Error())
		hook.turn(always(nil))
		if _, err := r.store.RetryDeliveries(t.Context(), store.DeliveryQuery{Session: "s1"}, time.Now().UnixMilli()); err != nil {
			t.Fatal(err)
		}
		r.after(time.Minute)
		r.wantState("s1", store.StateDelivered, 1, "")
		r.wantState("s2", store.StateDelivered, 1, "")
	})
}

// A destination that hangs has its attempts broken off; another's deliveries go at once.
func TestSlowHoldsUpNobody(t *testing.T) {
	hook := &destination{answer: func(ctx context.Context, _ string, _ int) error { <-ctx.Done(); return ctx.Err() }}
	bucket := &destination{answer: always(nil)}
	bubble(t, nil, hook, bucket, func(r *rig) {
		for i := range 20 {
			r.seal("hook", fmt.Sprintf("s%d", i))
			r.seal("bucket", fmt.Sprintf("s%d", i))
		}
		r.after(5 * time.Second)
		if len(bucket.all()) != 20 || len(hook.all()) != 3 {
			t.Errorf("%d attempts at the good one, %d at the slow one; want 20 and 3", len(bucket.all()), len(hook.all()))
		}
		r.after(100 * time.Hour)
		hook.mu.Lock()
		defer hook.mu.Unlock()
		if hook.most != 3 {
			t.Errorf("%d attempts at once, want 3", hook.most)
		}
	})
}

// A dead destination gets few attempts, and all that waits when it is back.
func TestBreaker(t *testing.T) {
	const sessions = 100
	hook := &destination{answer: always(errDown)}
	bubble(t, nil, hook, hook, func(r *rig) {
		for i := range sessions {
			r.seal("hook", fmt.Sprintf("s%d", i))
		}
		r.after(24 * time.Hour)
		if n := len(hook.all()); n < 24*60/6 || n > 24*60/5+40 {
			t.Errorf("%d attempts in a day, want about one every five minutes", n)
		}
		r.wantMetric("cotrail_destination_rests", 1, nil)
		r.wantMetric("cotrail_deliveries_waiting", sessions, nil)
		hook.turn(always(nil))
		r.after(25 * time.Hour)
		r.wantMetric("cotrail_delivery_attempts_total", sessions, prometheus.Labels{"result": "delivered"})
		r.wantMetric("cotrail_destination_rests", 0, nil)
	})
}

// What was under way when a rest began does not double it; the attempt after it does.
func TestRestDoubles(t *testing.T) {
	hook := &destination{answer: func(context.Context, string, int) error {
		time.Sleep(time.Second)
		return &deliver.Refused{Status: 429}
	}}
	bubble(t, nil, hook, hook, func(r *rig) {
		began := time.Now()
		for i := range 20 {
			r.seal("hook", fmt.Sprintf("s%d", i))
		}
		r.after(time.Minute)
		var got []int
		for _, c := range hook.all() {
			got = append(got, int(c.at.Sub(began).Seconds()))
		}
		// Each takes a second; the first of the three begins the rest.
		if want := []int{0, 0, 0, 6, 17, 38}; !slices.Equal(got, want) {
			t.Errorf("attempts after %v seconds, want %v", got, want)
		}
	})
}

// One that can never be delivered is given up at once, and is no reason to spare the destination.
func TestNever(t *testing.T) {
	hook := &destination{answer: func(_ context.Context, session string, _ int) error {
		if session == "good" {
			return nil
		}
		return &deliver.Never{Err: errors.New("another object has this name")}
	}}
	bubble(t, map[string]bool{"erased": true}, hook, hook, func(r *rig) {
		for i := range 10 {
			r.seal("hook", fmt.Sprintf("s%d", i))
		}
		r.seal("hook", "erased", "good")
		r.after(time.Second)
		r.wantState("s9", store.StateDead, 1, "another object has this name")
		r.wantState("erased", store.StateDead, 1, "the session is no longer there")
		r.wantState("good", store.StateDelivered, 1, "")
	})
}

// What a relay was at when it stopped is given back and counts for nothing.
func TestStopGivesBack(t *testing.T) {
	hook := &destination{answer: func(ctx context.Context, _ string, _ int) error { <-ctx.Done(); return ctx.Err() }}
	bubble(t, nil, hook, hook, func(r *rig) {
		r.seal("hook", "s1")
		r.after(time.Second)
		r.stop()
		r.wantState("s1", store.StateWaiting, 0, "")
		hook.turn(always(nil))
		r.start(archive{}, hook, hook)
		r.after(time.Second)
		r.wantState("s1", store.StateDelivered, 1, "")
	})
}

// What a relay was at when it died is due again when its lease is over.
func TestDeadRelay(t *testing.T) {
	hook := &destination{answer: always(nil)}
	bubble(t, nil, hook, hook, func(r *rig) {
		r.stop()
		r.seal("hook", "s1")
		now := time.Now()
		if claimed, err := r.store.ClaimDeliveries(t.Context(), "shop", "hook", "a dead relay's", 1, now.UnixMilli(), now.Add(time.Minute).UnixMilli()); err != nil || len(claimed) != 1 {
			t.Fatalf("claimed %v, %v", claimed, err)
		}
		r.start(archive{}, hook, hook)
		r.after(59 * time.Second)
		if len(hook.all()) != 0 {
			t.Error("the lease was not respected")
		}
		r.after(2 * time.Second)
		r.wantState("s1", store.StateDelivered, 1, "")
	})
}

// What another relay puts into the outbox is found without a word, and what waits for nobody here is kept.
func TestPoll(t *testing.T) {
	hook := &destination{answer: always(nil)}
	bubble(t, nil, hook, hook, func(r *rig) {
		r.after(time.Minute)
		r.seal("left-the-configuration", "s1")
		d, err := store.NewDelivery("shop", "hook", "s2", 0, store.KindErased, time.Now().UnixMilli())
		if err == nil {
			err = r.store.AddDeliveries(t.Context(), []store.Delivery{d})
		}
		if err != nil {
			t.Fatal(err)
		}
		r.after(time.Minute)
		r.wantState("s2", store.StateDelivered, 1, "")
		r.wantState("s1", store.StateWaiting, 0, "")
		if n := testutil.CollectAndCount(r.registry, "cotrail_deliveries_waiting"); n != 1 {
			t.Errorf("%d destinations have something waiting", n)
		}
	})
}
