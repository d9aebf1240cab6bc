package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"text/tabwriter"
)

// kilobyte is the KB of the limits.
const kilobyte = 1024

// limit is what a file may weigh with brotli, in bytes: more than must fails
// the build, aim is where it should be.
type limit struct{ must, aim int64 }

// The loader is all JavaScript that a page runs before WebAssembly starts; the
// sensor takes over from it once the module runs; the module is the rest of
// what a page downloads.
var (
	loaderLimit = limit{must: 8 * kilobyte, aim: 5 * kilobyte}
	sensorLimit = limit{must: 24 * kilobyte, aim: 16 * kilobyte}
	moduleLimit = limit{must: 640 * kilobyte, aim: 540 * kilobyte}
)

// encodings are the forms that each file is kept in, by extension.
var encodings = []string{"", ".gz", ".br"}

// sized is one row of the table: a file, its limit, and its size in the order
// of encodings.
type sized struct {
	label string
	limit limit
	bytes []int64
}

// brotli is the size that the limits are about.
func (s sized) brotli() int64 { return s.bytes[len(s.bytes)-1] }

// reportSizes prints what the last build weighs and fails if a limit is broken.
func reportSizes(out io.Writer, dist string) error {
	m, err := readManifest(dist)
	if err != nil {
		return fmt.Errorf("read what was built: %w", err)
	}
	rows := []sized{
		{label: "loader", limit: loaderLimit},
		{label: "sensor", limit: sensorLimit},
		{label: "module", limit: moduleLimit},
	}
	for i, name := range []string{m.Script, m.Sensor, m.Module} {
		for _, ext := range encodings {
			info, err := os.Stat(filepath.Join(dist, name+ext))
			if err != nil {
				return err
			}
			rows[i].bytes = append(rows[i].bytes, info.Size())
		}
	}
	if err := printSizes(out, rows); err != nil {
		return err
	}
	return overLimits(rows)
}

func printSizes(out io.Writer, rows []sized) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "KB of 1024 bytes\traw\tgzip\tbrotli\tmust\taim\t\t")
	for _, r := range rows {
		fmt.Fprintf(w, "%s\t", r.label)
		for _, size := range append(r.bytes, r.limit.must, r.limit.aim) {
			fmt.Fprintf(w, "%.1f\t", float64(size)/kilobyte)
		}
		fmt.Fprintf(w, "%s\t\n", verdict(r))
	}
	return w.Flush()
}

// verdict says in words where a size stands.
func verdict(r sized) string {
	switch {
	case r.brotli() > r.limit.must:
		return "over the must"
	case r.brotli() > r.limit.aim:
		return "within the must"
	default:
		return "within the aim"
	}
}

// overLimits names every file that is over its must.
func overLimits(rows []sized) error {
	var errs []error
	for _, r := range rows {
		if r.brotli() > r.limit.must {
			errs = append(errs, fmt.Errorf("the %s has %d bytes with brotli, %d more than it must",
				r.label, r.brotli(), r.brotli()-r.limit.must))
		}
	}
	return errors.Join(errs...)
}
