package verify

import (
	"context"
	"errors"
	"slices"

	"github.com/cotrail/cotrail/relay/client"
	"github.com/cotrail/cotrail/relay/journal"
	"github.com/cotrail/cotrail/relay/trail"
)

// Relay checks what a running relay serves: its log of all, every session that the key reaches, the access logs of their
// sites, and that each leaf of the log of all is of one of these. report is called for each, failed for each that could
// not be checked.
func (c *Checker) Relay(ctx context.Context, relay *client.Client, report func(*Report) error, failed func(error)) error {
	whole, size, err := c.whole(ctx, relay)
	if err != nil {
		return err
	}
	if err := report(whole); err != nil {
		return err
	}
	from := int64(0)
	alone := Checker{Verifiers: c.Verifiers} // of a log that was set back each session would say so again
	if len(whole.Findings) == 0 {
		alone.Since = c.Since
		if c.Since != nil {
			from = c.Since.Size
		}
	}
	var seen leaves
	sites, err := alone.sessions(ctx, relay, from, &seen, report, failed)
	if err != nil {
		return err
	}
	days, all, err := alone.days(ctx, relay, from, &seen, report)
	if err != nil {
		return err
	}
	for _, d := range days {
		sites = append(sites, d.Site)
	}
	slices.Sort(sites)
	for _, site := range slices.Compact(sites) {
		if err := c.accesses(ctx, relay, site, days, report); err != nil {
			failed(err)
		}
	}
	if len(whole.Findings) > 0 || size == 0 {
		return nil // it is known already that the log of all is another one, or nothing is in it
	}
	return report(seen.account(relay.Base, size, all))
}

// sessions checks every session that the key reaches, and gives their sites.
func (c *Checker) sessions(ctx context.Context, relay *client.Client, from int64, seen *leaves, report func(*Report) error, failed func(error)) (sites []string, err error) {
	err = relay.Sessions(ctx, func(s client.Summary) error {
		if !slices.Contains(sites, s.Site) {
			sites = append(sites, s.Site)
		}
		if !s.Sealed && s.Erased == nil {
			return nil // it is live
		}
		content, err := relay.Log(ctx, s.SessionID, from)
		if err == nil {
			var r *Report
			if r, err = c.Log(relay.Base+"/v1/sessions/"+s.SessionID, content); err == nil {
				seen.add(r)
				return report(r)
			}
		}
		seen.open += leavesOfErased
		failed(err)
		return nil
	})
	return sites, err
}

// accesses checks the access log of a site, last of all: what is asked for before is noted in it. The days are those that
// are in the log of all.
func (c *Checker) accesses(ctx context.Context, relay *client.Client, site string, days []journal.Day, report func(*Report) error) error {
	var lines []AccessLine
	err := relay.Accesses(ctx, site, func(page []byte) error {
		more, err := AccessLines(page)
		lines = append(lines, more...)
		return err
	})
	if err != nil {
		return err
	}
	r := c.Access(relay.Base+"/v1/access-log?site="+site, lines)
	r.AccessLog = site
	if len(r.Findings) == 0 {
		r.days(lines, days)
	}
	return report(r)
}

// whole checks the relay's newest checkpoint, and that it goes on from the earlier one. It gives the checkpoint's size too.
func (c *Checker) whole(ctx context.Context, relay *client.Client) (*Report, int64, error) {
	r := &Report{Log: relay.Base, Findings: []Finding{}}
	signed, err := relay.Checkpoint(ctx, 0)
	if err != nil {
		return nil, 0, err
	}
	at, err := trail.OpenCheckpoint(signed, c.Verifiers)
	if err != nil {
		r.find(Signature, 0, "The relay's checkpoint cannot be believed: %v.", err)
		return r, 0, nil
	}
	r.Checkpoint = at.Time.UTC().Format("2006-01-02T15:04:05Z")
	if c.Since == nil || c.Since.Size == 0 || at.Size <= c.Since.Size {
		return r, at.Size, c.since(r, at, nil)
	}
	content, err := relay.Checkpoint(ctx, c.Since.Size)
	if err != nil {
		return r, 0, err
	}
	at, proof, err := readProven(content, c)
	var forged *unbelieved
	switch {
	case errors.As(err, &forged):
		r.find(Signature, 0, "The relay's checkpoint cannot be believed: %v.", forged.err)
		return r, 0, nil
	case err != nil:
		return nil, 0, err
	}
	return r, at.Size, c.since(r, at, proof)
}
