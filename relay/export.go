package main

import (
	"bufio"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/cotrail/cotrail/relay/client"
	"github.com/cotrail/cotrail/relay/verify"
)

// remote is the relay that a command asks.
type remote struct {
	Relay string `default:"http://127.0.0.1:8080" env:"COTRAIL_RELAY" placeholder:"ADDRESS" help:"The relay's address (${default})."`
	Key   string `required:"" env:"COTRAIL_KEY" placeholder:"KEY" help:"API key with the scope read."`
}

func (r *remote) client() *client.Client { return &client.Client{Base: r.Relay, Key: r.Key} }

// exportCmd are the flags of cotrail export.
type exportCmd struct {
	remote
	Format   string   `default:"json" enum:"json,ndjson,csv,surfly,statistics" help:"json, ndjson (an entry a line), csv, surfly (the reference's dialect) or statistics (${default})."`
	Proof    bool     `help:"With the proof that cotrail verify checks; json only."`
	Accesses bool     `name:"access-log" help:"Write the access log of a site instead, a line each with its hash, as cotrail verify checks it; give the site in place of a session."`
	Output   string   `short:"o" placeholder:"FILE" help:"Write to a file instead; it must not exist."`
	Sessions []string `arg:"" name:"session" help:"Ids of sessions. Several are written one behind the other."`
}

// run exports. A file that could not be written to its end is taken away: half a log is none.
func (c *exportCmd) run(ctx context.Context, stdout, stderr io.Writer) int {
	err := c.to(stdout, func(w io.Writer) error {
		if c.Accesses {
			return c.accesses(ctx, w)
		}
		for i, id := range c.Sessions {
			if err := c.export(ctx, w, id, i == 0); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		fmt.Fprintln(stderr, "cotrail:", err)
		return exitUsage
	}
	return exitGood
}

// to lets write write to the output.
func (c *exportCmd) to(stdout io.Writer, write func(io.Writer) error) error {
	if c.Proof && c.Format != "json" {
		return errors.New("--proof is for json only: what is proven is the log as it is")
	}
	if c.Accesses && (c.Proof || c.Format != "json" || len(c.Sessions) != 1) {
		return errors.New("--access-log is for one site, and leaves no choice of --format and --proof")
	}
	if c.Output == "" {
		return write(stdout)
	}
	f, err := os.OpenFile(c.Output, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	if err = write(f); err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		err = errors.Join(err, os.Remove(c.Output))
	}
	return err
}

const (
	anyJSON = "application/json"
	lines   = "application/x-ndjson"
)

func (c *exportCmd) export(ctx context.Context, w io.Writer, id string, first bool) error {
	path, accept, query := "/v1/sessions/"+url.PathEscape(id)+"/log", anyJSON, []string{}
	switch c.Format {
	case "ndjson", "csv":
		accept = lines
	case "surfly":
		query = []string{"dialect", "surfly"}
	case "statistics":
		path = "/v1/sessions/" + url.PathEscape(id) + "/statistics"
	}
	if c.Proof {
		query = append(query, "proof", "1")
	}
	body, err := c.client().Open(ctx, path, accept, query...)
	if err != nil {
		return err
	}
	defer body.Close()
	if c.Format == "csv" {
		err = writeCSV(w, body, first)
	} else {
		_, err = io.Copy(w, body)
	}
	if err != nil {
		return fmt.Errorf("session %s: %w", id, err)
	}
	return nil
}

// accesses writes the access log of a site.
func (c *exportCmd) accesses(ctx context.Context, w io.Writer) error {
	out := json.NewEncoder(w)
	return c.client().Accesses(ctx, c.Sessions[0], func(page []byte) error {
		lines, err := verify.AccessLines(page)
		for _, line := range lines {
			err = errors.Join(err, out.Encode(line))
		}
		return err
	})
}

// fields are the columns of a CSV export: paths in an entry.
var fields = strings.Fields(`session_id seq time received type message actor.client_index actor.username actor.role actor.basis
	tab_id page.url page.title source stream stream_seq masked_by.rule late completes details`)

// maxEntry bounds a line that is read: far above what ingest lets in.
const maxEntry = 16 << 20

func writeCSV(w io.Writer, entries io.Reader, header bool) error {
	out := csv.NewWriter(w)
	if header {
		if err := out.Write(fields); err != nil {
			return err
		}
	}
	in := bufio.NewScanner(entries)
	in.Buffer(nil, maxEntry)
	row := make([]string, len(fields))
	for in.Scan() {
		for i, value := range gjson.GetManyBytes(in.Bytes(), fields...) {
			row[i] = harmless(value.String())
		}
		if err := out.Write(row); err != nil {
			return err
		}
	}
	out.Flush()
	return errors.Join(in.Err(), out.Error())
}

// formulas are what formulas begin with, also in full width.
const formulas = "=+-@\t\r\n|%\uff1d\uff0b\uff0d\uff20"

// separators are what some spreadsheets part cells at besides the comma, whatever stands around it.
const separators = ";\t\r\n"

// harmless puts an apostrophe before what a spreadsheet would take for a formula, at the beginning and wherever it could
// take a cell to begin: what stands in a log was written by whoever was in the page.
func harmless(value string) string {
	var b strings.Builder
	begins := true
	for _, r := range value {
		if begins && strings.ContainsRune(formulas, r) {
			b.WriteByte('\'')
		}
		begins = strings.ContainsRune(separators, r) || begins && r == ' '
		b.WriteRune(r)
	}
	return b.String()
}
