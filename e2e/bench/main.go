// Command bench measures what Cotrail costs and holds it against the figures it promises.
//
//	go run ./e2e/bench [-only page] [-rounds 5] [-variants none,cotrail,rrweb] [-json FILE]
//	go run ./e2e/bench -record    makes testdata/sessions/demo.lines.ndjson anew
//
// Times are compared within one run, against a named peer on the same machine, because an absolute
// time says more about the machine than about the recorder. Exit 0 if every must holds, 1 if one
// does not, 2 if something could not be measured.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
)

// measures are run in this order; a new one is a line here and a file of its own.
var measures = []measure{
	{"page", "main-thread time in the page", pageCost},
	{"wire", "what a recorded session costs on the wire", wireBytes},
	{"mask", "what it costs the page to mask one event", maskCost},
	{"durable", "how many events a second get durable and acknowledged, and how soon", durable},
	{"peers", "what others make durable of the same batches, each as fast as it can", peers},
	{"search", "how soon finished sessions are listed and found", searchSQLite},
	{"search-postgres", "the same in PostgreSQL", searchPostgres},
	{"idle", "what a connection costs that says nothing", idleMemory},
}

// A measure returns what it found. It starts whatever it needs and ends it before it returns.
type measure struct {
	name, about string
	run         func(context.Context, config) ([]Row, error)
}

// config is fixed once the flags are read.
type config struct {
	binary   string   // the cotrail program
	dir      string   // where package.json is
	rounds   int      // how often each variant is measured; the median is held against the limits
	variants []string // of the page's cost
	clock    string   // of the page's cost: cpuClock or wallClock
	archive  int      // how many finished sessions are searched
	session  string   // file with the lines of a recorded session
}

// The page's cost is told in processor time of its main thread, which other programs on the machine
// do not swell; on an idle machine the wall clock says nearly the same.
const (
	cpuClock  = "cpu"
	wallClock = "wall"
)

func main() {
	var c config
	flag.StringVar(&c.binary, "cotrail", "bin/cotrail", "the program to measure")
	flag.StringVar(&c.dir, "dir", "e2e/bench", "the directory with the bench's package.json")
	flag.IntVar(&c.rounds, "rounds", 5, "how often each variant is measured")
	variants := flag.String("variants", strings.Join(variantNames(), ","), "the page's variants to measure")
	only := flag.String("only", "", "comma-separated measures, all if empty: "+measureNames())
	jsonFile := flag.String("json", "", "also write the rows to this file")
	flag.StringVar(&c.clock, "clock", cpuClock, "the page's time is "+cpuClock+" or "+wallClock)
	flag.StringVar(&c.session, "session", "testdata/sessions/demo.lines.ndjson", "the recorded session, a line an event as it is sent")
	flag.IntVar(&c.archive, "sessions", 1_000_000, "how many finished sessions are searched")
	again := flag.Bool("record", false, "do not measure, but record the session anew in Chromium")
	flag.Parse()
	c.variants = strings.Split(*variants, ",")

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if *again {
		if err := record(ctx, c); err != nil {
			fmt.Fprintln(os.Stderr, "bench: recording a session:", err)
			os.Exit(2)
		}
		return
	}
	rows, err := run(ctx, c, *only)
	if err == nil && *jsonFile != "" {
		err = writeJSON(*jsonFile, rows)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(2)
	}
	if broken := slices.IndexFunc(rows, Row.Broken); broken >= 0 {
		fmt.Printf("\nA must does not hold: %s.\n", rows[broken].What)
		os.Exit(1)
	}
}

func run(ctx context.Context, c config, only string) ([]Row, error) {
	var all []Row
	for _, m := range measures {
		if only != "" && !slices.Contains(strings.Split(only, ","), m.name) {
			continue
		}
		rows, err := m.run(ctx, c)
		if err != nil {
			return nil, fmt.Errorf("measuring %s: %w", m.name, err)
		}
		fmt.Printf("%s: %s\n\n%s\n", m.name, m.about, table(rows))
		all = append(all, rows...)
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("no measure is called %q; there are: %s", only, measureNames())
	}
	return all, nil
}

func measureNames() string {
	var names []string
	for _, m := range measures {
		names = append(names, m.name)
	}
	return strings.Join(names, ", ")
}

func writeJSON(file string, rows []Row) error {
	b, err := json.MarshalIndent(rows, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(file, append(b, '\n'), 0o644)
}
