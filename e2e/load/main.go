// Command load records on a relay as many pages do, with a recorded session, at a rate that does not wait for the relay,
// and tells what came of it: acknowledgements, bytes, the relay's processor time and memory, and whether the log has
// what was acknowledged.
//
//	go run ./e2e/load -rate 20000 -for 30s                       a relay of its own, with an empty store
//	go run ./e2e/load -url https://relay.example -site shop -key KEY   one that runs
//
// The time of an acknowledgement counts from when its frame was to be sent, so a relay or a generator that falls behind
// is not spared what it keeps waiting. Exit 0 if the log has all that was acknowledged, 1 if not, 2 if it could not run.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"time"

	"github.com/cotrail/cotrail/e2e/process"
	"github.com/cotrail/cotrail/e2e/traffic"
	"github.com/cotrail/cotrail/masking/event"
)

// options are the flags.
type options struct {
	binary, session string
	target          traffic.Target
	shape           traffic.Shape
	idle            int
	rate            float64
	within          time.Duration
	readBack        int
}

func main() {
	var o options
	flag.StringVar(&o.binary, "cotrail", "bin/cotrail", "the program to start when there is no -url")
	flag.StringVar(&o.session, "session", "testdata/sessions/demo.lines.ndjson", "the recorded session, a line an event as it is sent")
	flag.StringVar(&o.target.URL, "url", "", "address of a relay that runs")
	flag.StringVar(&o.target.Site, "site", "demo", "a site of it that is anonymous, and that the relay's own origin may record for")
	flag.StringVar(&o.target.Key, "key", "dev", "an API key that may read the site's logs")
	flag.IntVar(&o.shape.Pages, "pages", 128, "pages that record, each a session of its own")
	flag.IntVar(&o.shape.Batch, "batch", 20, "events of a batch")
	flag.IntVar(&o.idle, "idle", 0, "pages that are connected beside them and say nothing")
	flag.Float64Var(&o.rate, "rate", 10_000, "events a second, of all pages")
	flag.DurationVar(&o.within, "for", 10*time.Second, "how long")
	flag.IntVar(&o.readBack, "read", 1<<30, "how many logs are read back as a whole")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	report, err := run(ctx, o)
	fmt.Print(report)
	var wrong *wrongLog
	switch {
	case errors.As(err, &wrong):
		fmt.Fprintln(os.Stderr, "load:", err)
		os.Exit(1)
	case err != nil:
		fmt.Fprintln(os.Stderr, "load:", err)
		os.Exit(2)
	}
}

// wrongLog says that the log is not what was acknowledged.
type wrongLog struct{ error }

func (w *wrongLog) Unwrap() error { return w.error }

// run loads a relay and gives the report, also when the log is wrong in the end.
func run(ctx context.Context, o options) (text string, err error) {
	lines, err := traffic.ReadRecording(o.session)
	if err != nil {
		return "", err
	}
	lines = lines.Without(event.TabCreated).Moved(time.Now()) // a tab is opened only once
	if o.target.URL == "" {
		r, err := process.Start(ctx, o.binary)
		if err != nil {
			return "", err
		}
		defer func() { err = errors.Join(err, r.Stop()) }()
		o.target = r.Target
	}
	resting, stopResting := context.WithCancel(ctx)
	defer stopResting()
	idle, err := traffic.Connect(ctx, o.target, lines, traffic.Shape{Pages: o.idle, Batch: o.shape.Batch})
	if err != nil {
		return "", fmt.Errorf("connecting idle pages: %w", err)
	}
	defer idle.Close()
	if err := idle.Once(ctx); err != nil {
		return "", fmt.Errorf("connecting idle pages: %w", err)
	}
	idle.Rest(resting)
	busy, err := traffic.Connect(ctx, o.target, lines, o.shape)
	if err != nil {
		return "", err
	}
	defer busy.Close()

	before, err := readUsage(ctx, o.target)
	if err != nil {
		return "", err
	}
	start := time.Now()
	waits, err := busy.Pace(ctx, o.rate, o.within)
	if err != nil {
		return "", err
	}
	took := time.Since(start)
	after, err := readUsage(ctx, o.target)
	if err != nil {
		return "", err
	}
	text = report(o, busy, waits, took, before, after)
	numbered, err := busy.Check(ctx, o.target, o.readBack)
	if err != nil {
		return text, &wrongLog{err}
	}
	return text + fmt.Sprintf("log                   has all %d events, once, in their order, %.1f s after the last; %d of %d sessions read back as a whole\n",
		busy.Sent(), numbered.Seconds(), min(o.readBack, len(busy.Pages)), len(busy.Pages)), nil
}
