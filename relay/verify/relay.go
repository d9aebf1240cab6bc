package verify

import (
	"context"
	"errors"
	"slices"

	"github.com/cotrail/cotrail/relay/client"
	"github.com/cotrail/cotrail/relay/trail"
)

// Relay checks what a running relay serves: its log of all, every session that the key reaches, and the access logs of
// their sites. report is called for each, failed for each that could not be checked.
func (c *Checker) Relay(ctx context.Context, relay *client.Client, report func(*Report) error, failed func(error)) error {
	whole, err := c.whole(ctx, relay)
	if err != nil {
		return err
	}
	if err := report(whole); err != nil {
		return err
	}
	from := int64(0)
	if c.Since != nil && len(whole.Findings) == 0 {
		from = c.Since.Size
	}
	alone := Checker{Verifiers: c.Verifiers} // of a log that was set back each session would say so again
	if len(whole.Findings) == 0 {
		alone.Since = c.Since
	}
	var sites []string
	err = relay.Sessions(ctx, func(s client.Summary) error {
		if !slices.Contains(sites, s.Site) {
			sites = append(sites, s.Site)
		}
		if !s.Sealed && s.Erased == nil {
			return nil // it is live
		}
		name := relay.Base + "/v1/sessions/" + s.SessionID
		content, err := relay.Log(ctx, s.SessionID, from)
		if err == nil {
			var r *Report
			if r, err = alone.Log(name, content); err == nil {
				return report(r)
			}
		}
		failed(err)
		return nil
	})
	if err != nil {
		return err
	}
	slices.Sort(sites)
	for _, site := range sites {
		if err := c.accesses(ctx, relay, site, report); err != nil {
			failed(err)
		}
	}
	return nil
}

// accesses checks the access log of a site, last of all: what is asked for before is noted in it.
func (c *Checker) accesses(ctx context.Context, relay *client.Client, site string, report func(*Report) error) error {
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
	return report(r)
}

// whole checks the relay's newest checkpoint, and that it goes on from the earlier one.
func (c *Checker) whole(ctx context.Context, relay *client.Client) (*Report, error) {
	r := &Report{Log: relay.Base, Findings: []Finding{}}
	signed, err := relay.Checkpoint(ctx, 0)
	if err != nil {
		return nil, err
	}
	at, err := trail.OpenCheckpoint(signed, c.Verifiers)
	if err != nil {
		r.find(Signature, 0, "The relay's checkpoint cannot be believed: %v.", err)
		return r, nil
	}
	r.Checkpoint = at.Time.UTC().Format("2006-01-02T15:04:05Z")
	if c.Since == nil || c.Since.Size == 0 || at.Size <= c.Since.Size {
		return r, c.since(r, at, nil)
	}
	content, err := relay.Checkpoint(ctx, c.Since.Size)
	if err != nil {
		return r, err
	}
	at, proof, err := readProven(content, c)
	var forged *unbelieved
	switch {
	case errors.As(err, &forged):
		r.find(Signature, 0, "The relay's checkpoint cannot be believed: %v.", forged.err)
		return r, nil
	case err != nil:
		return nil, err
	}
	return r, c.since(r, at, proof)
}
