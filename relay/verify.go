package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/cotrail/cotrail/relay/client"
	"github.com/cotrail/cotrail/relay/trail"
	"github.com/cotrail/cotrail/relay/verify"
)

// verifyCmd are the flags of cotrail verify.
type verifyCmd struct {
	VerifyKey string   `placeholder:"FILE" env:"COTRAIL_VERIFY_KEY" help:"The verifier keys, as /v1/verify-key gives them. Without it a relay is asked for its own, which proves only that it agrees with itself."`
	Since     string   `placeholder:"CHECKPOINT" help:"File with an earlier checkpoint, kept elsewhere: the log must go on from it."`
	Key       string   `env:"COTRAIL_KEY" placeholder:"KEY" help:"API key, for a relay."`
	Relay     string   `placeholder:"ADDRESS" help:"A relay that proves how the log went on between a file and --since. Its word is not taken for it."`
	Accesses  string   `name:"kept-access-log" placeholder:"FILE" help:"Lines of a site's access log, kept elsewhere: the site's access log must begin with them."`
	JSON      bool     `name:"json" help:"Write JSON: one report a line."`
	Logs      []string `arg:"" name:"log" help:"Logs that were exported with their proof, directories of them (*.json), buckets of them (s3://BUCKET/PREFIX), or a relay's address."`
	bucketFlags
}

// logExt is how the names of logs end.
const logExt = ".json"

// run checks all logs. It exits 1 when something is not as it was sealed, else 2 when something could not be checked.
func (c *verifyCmd) run(ctx context.Context, stdout, stderr io.Writer) int {
	found, unchecked := 0, 0
	for _, log := range c.Logs {
		err := c.check(ctx, log, stderr, func(r *verify.Report) error {
			found += len(r.Findings)
			return c.tell(stdout, r)
		}, func(err error) {
			unchecked++
			fmt.Fprintln(stderr, "cotrail:", err)
		})
		if err != nil {
			unchecked++
			fmt.Fprintln(stderr, "cotrail:", err)
		}
	}
	switch {
	case found > 0:
		return exitFound
	case unchecked > 0:
		return exitUsage
	}
	return exitGood
}

// check checks a file, a directory, a bucket or a relay. What cannot be checked of several goes to failed.
func (c *verifyCmd) check(ctx context.Context, log string, stderr io.Writer, report func(*verify.Report) error, failed func(error)) error {
	if client.IsAddress(log) {
		relay := &client.Client{Base: log, Key: c.Key}
		checker, err := c.checker(func() (string, error) {
			fmt.Fprintf(stderr, "cotrail: without --verify-key the relay's own key is believed; keep %s/v1/verify-key elsewhere\n", strings.TrimSuffix(log, "/"))
			return relay.VerifyKey(ctx)
		})
		if err != nil {
			return err
		}
		return checker.Relay(ctx, relay, report, failed)
	}
	checker, err := c.checker(func() (string, error) {
		return "", errors.New("--verify-key is missing: without the log's verifier key nothing is proven")
	})
	if err != nil {
		return err
	}
	if c.Relay != "" {
		relay := &client.Client{Base: c.Relay}
		checker.Prove = func(from int64) ([]byte, error) { return relay.Checkpoint(ctx, from) }
	}
	walk, none := files, true
	if strings.HasPrefix(log, bucketScheme) {
		walk = c.each
	}
	err = walk(ctx, log, func(name string, content []byte, err error) error {
		none = false
		var r *verify.Report
		if err == nil {
			r, err = checker.Log(name, content)
		}
		if err != nil {
			failed(err)
			return nil
		}
		return report(r)
	})
	if err == nil && none {
		err = fmt.Errorf("%s: there is no log (*%s), so nothing is proven", log, logExt)
	}
	return err
}

// files calls fn with a file, or with every log in a directory.
func files(_ context.Context, log string, fn func(name string, content []byte, err error) error) error {
	return filepath.WalkDir(log, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || path != log && filepath.Ext(path) != logExt {
			return err
		}
		content, err := os.ReadFile(path)
		return fn(path, content, err)
	})
}

// checker reads keys and the earlier checkpoint. Where there is no file with keys, other is asked for them.
func (c *verifyCmd) checker(other func() (string, error)) (*verify.Checker, error) {
	var keys string
	var err error
	if c.VerifyKey == "" {
		keys, err = other()
	} else {
		var content []byte
		content, err = os.ReadFile(c.VerifyKey)
		keys = string(content)
	}
	if err != nil {
		return nil, err
	}
	checker := &verify.Checker{}
	if checker.Verifiers, err = trail.ReadVerifiers(keys); err != nil {
		return nil, err
	}
	if c.Accesses != "" {
		content, err := os.ReadFile(c.Accesses)
		if err != nil {
			return nil, err
		}
		if checker.Kept, err = verify.AccessLines(content); err != nil || checker.Kept == nil {
			return nil, errors.Join(fmt.Errorf("--kept-access-log: %s has no lines of an access log", c.Accesses), err)
		}
	}
	if c.Since == "" {
		return checker, nil
	}
	signed, err := os.ReadFile(c.Since)
	if err != nil {
		return nil, err
	}
	since, err := trail.OpenCheckpoint(signed, checker.Verifiers)
	if err != nil {
		return nil, fmt.Errorf("the checkpoint %s: %w", c.Since, err)
	}
	checker.Since = &since
	return checker, nil
}

// tell writes a report.
func (c *verifyCmd) tell(w io.Writer, r *verify.Report) error {
	if c.JSON {
		return json.NewEncoder(w).Encode(r)
	}
	var b bytes.Buffer
	switch {
	case len(r.Findings) > 0:
		fmt.Fprintf(&b, "BAD   %s\n", r.Log)
	case r.Unseen > 0 && r.AllSites:
		fmt.Fprintf(&b, "note  %s: %d of the %d leaves of the log of all are of what could not be checked, or is bad\n", r.Log, r.Unseen, r.Leaves)
	case r.Unseen > 0:
		fmt.Fprintf(&b, "note  %s: %d of the %d leaves of the log of all are of nothing that this key reaches; whether they are still there only a key of all sites can tell\n", r.Log, r.Unseen, r.Leaves)
	case r.Leaves > 0:
		fmt.Fprintf(&b, "good  %s: each of the %d leaves of the log of all is there\n", r.Log, r.Leaves)
	case r.AccessLog != "":
		fmt.Fprintf(&b, "good  %s: %d lines of the access log of site %s\n", r.Log, r.Entries, r.AccessLog)
	case r.Unsigned:
		fmt.Fprintf(&b, "note  %s: session %s was erased at %s, says a notice that nobody has signed; the relay has its tombstone\n", r.Log, r.Session, r.Erased)
	case r.Erased != "":
		fmt.Fprintf(&b, "good  %s: session %s was erased at %s, as its tombstone says\n", r.Log, r.Session, r.Erased)
	case r.Session == "":
		fmt.Fprintf(&b, "good  %s: the log of all, at %s\n", r.Log, r.Checkpoint)
	default:
		fmt.Fprintf(&b, "good  %s: %d entries of session %s, under the checkpoint of %s\n", r.Log, r.Entries, r.Session, r.Checkpoint)
	}
	for _, f := range r.Findings {
		fmt.Fprintf(&b, "      %s\n", f.Text)
	}
	_, err := w.Write(b.Bytes())
	return err
}
