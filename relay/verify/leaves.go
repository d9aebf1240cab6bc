package verify

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/cotrail/cotrail/relay/chain"
	"github.com/cotrail/cotrail/relay/client"
	"github.com/cotrail/cotrail/relay/journal"
	"github.com/cotrail/cotrail/relay/trail"
)

// leavesOfErased is how many leaves an erased session has: its own, and that of its tombstone. No log has more.
const leavesOfErased = 2

// leaves are the places in the log of all of which it is proven what they are.
type leaves struct {
	proven []int64
	open   int // how many may be of what could not be checked, or was found wrong
}

// add takes what the check of one log has proven.
func (l *leaves) add(r *Report) {
	l.proven = append(l.proven, r.leaves...)
	if len(r.leaves) == 0 {
		l.open += leavesOfErased
	}
}

// missing tells how many of the first leaves nothing is of, and which is the first.
func (l *leaves) missing(size int64) (count, first int64) {
	slices.Sort(l.proven)
	there := slices.Compact(l.proven)
	end, _ := slices.BinarySearch(there, size)
	for int(first) < end && there[first] == first {
		first++
	}
	return size - int64(end), first
}

// day is a day of an access log as GET /v1/access-log/days answers it.
type day struct {
	Statement journal.Day `json:"statement"`
	trail.Inclusion
	Consistency *trail.Consistency `json:"consistency"`
}

// days checks that days of access logs are in the log of all, and gives those that are. The relay says whether the key
// reaches all sites: when it denies that, the less is claimed.
func (c *Checker) days(ctx context.Context, relay *client.Client, from int64, l *leaves, report func(*Report) error) (proven []journal.Day, all bool, err error) {
	err = relay.AccessDays(ctx, from, func(content []byte) error {
		var page struct {
			Days     []day `json:"days"`
			AllSites bool  `json:"all_sites"`
		}
		if err := json.Unmarshal(content, &page); err != nil {
			return fmt.Errorf("the days of access logs cannot be read: %w", err)
		}
		all = page.AllSites
		for _, d := range page.Days {
			r, err := c.day(relay.Base+"/v1/access-log/days", d)
			if err != nil {
				return err
			}
			l.add(r)
			if len(r.Findings) == 0 {
				proven = append(proven, d.Statement) // it is reported with the lines of its site
				continue
			}
			if err := report(r); err != nil {
				return err
			}
		}
		return nil
	})
	return proven, all, err
}

// days checks that the lines of a site's access log are those that were put into the log of all: a line's hash covers
// all before it.
func (r *Report) days(lines []AccessLine, days []journal.Day) {
	hashes := map[string]bool{}
	for _, line := range lines {
		hashes[line.Hash] = true
	}
	for _, d := range days {
		if d.Site == r.AccessLog && !hashes[d.Hash] {
			r.find(Rewritten, 0, "The access log of %s is not the one that is in the log of all.", d.Day)
			return
		}
	}
}

// day checks that a day is in the log of all.
func (c *Checker) day(name string, d day) (*Report, error) {
	r := &Report{Log: name, AccessLog: d.Statement.Site, Findings: []Finding{}}
	what := fmt.Sprintf("The access log of site %s on %s", d.Statement.Site, d.Statement.Day)
	return r, c.included(r, what, d.Inclusion, chain.Leaf(nil, d.Statement), d.Consistency)
}

// account checks that each leaf of the log of all is of something that the relay shows. A key that does not reach all
// sites sees only some of them, and proves nothing of the others.
func (l *leaves) account(name string, size int64, all bool) *Report {
	r := &Report{Log: name, Leaves: size, Findings: []Finding{}}
	count, first := l.missing(size)
	switch {
	case !all || count > 0 && count <= int64(l.open):
		r.Unseen, r.AllSites = count, all
	case count > 0:
		r.find(Removed, 0, "Leaf %d of the log of all is of no session, tombstone or access log that the relay shows: it was removed; %d leaves of %d are missing.", first, count, size)
		r.Findings[0].Leaf = &first
	}
	return r
}
