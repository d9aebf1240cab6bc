package server

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"github.com/cotrail/cotrail/relay/config"
	"github.com/cotrail/cotrail/relay/journal"
	"github.com/cotrail/cotrail/relay/store"
)

// noteKeys notes in the access logs which API keys of a site are others than those that were noted last, before they are
// in force; also what was changed while the relay was not running. If it is killed before the keys are kept, the changes
// are noted once more.
func (s *Server) noteKeys(ctx context.Context, conf *config.Config) error {
	before, err := s.store.Keys(ctx)
	if err != nil {
		return err
	}
	now := siteKeys(conf)
	deeds := keyChanges(before, now)
	for _, d := range deeds {
		if err := s.journal.Note(ctx, d); err != nil {
			return err
		}
	}
	if len(deeds) == 0 {
		return nil
	}
	if err := s.store.KeepKeys(ctx, now); err != nil {
		return fmt.Errorf("keep the sites' API keys: %w", err)
	}
	return nil
}

// stillReads tells whether an API key that was let through may read a site's logs by the configuration in force.
func (s *Server) stillReads(key config.Key, site string) bool {
	return slices.ContainsFunc(s.conf.Load().Keys, func(k config.Key) bool {
		return k.SHA256 == key.SHA256 && k.May(config.ScopeRead) && k.Reaches(site)
	})
}

// siteKeys lists the API keys of each site, by site and name.
func siteKeys(conf *config.Config) (keys []store.Key) {
	for _, site := range conf.Sites {
		for _, k := range conf.Keys {
			if k.Reaches(site.Key) {
				keys = append(keys, store.Key{Site: site.Key, Name: k.Name, Digest: keyDigest(k)})
			}
		}
	}
	slices.SortFunc(keys, compareKeys)
	return keys
}

// keyDigest changes with the key's secret and its scopes. Which sites it reaches is told by each site's access log.
func keyDigest(k config.Key) string {
	h := sha256.New()
	h.Write(k.SHA256[:])
	for _, scope := range slices.Sorted(slices.Values(k.Scopes)) {
		fmt.Fprintf(h, " %s", scope)
	}
	return hex.EncodeToString(h.Sum(nil))
}

func compareKeys(a, b store.Key) int {
	return cmp.Or(cmp.Compare(a.Site, b.Site), cmp.Compare(a.Name, b.Name))
}

// keyChanges tells what was changed from one list to another, both by site and name.
func keyChanges(before, now []store.Key) (deeds []journal.Deed) {
	change := func(kind string, k store.Key) {
		deeds = append(deeds, journal.Deed{Type: kind, Site: k.Site, Key: "configuration", What: k.Name})
	}
	for _, k := range before {
		if _, stays := slices.BinarySearchFunc(now, k, compareKeys); !stays {
			change(journal.KeyRemoved, k)
		}
	}
	for _, k := range now {
		at, was := slices.BinarySearchFunc(before, k, compareKeys)
		switch {
		case !was:
			change(journal.KeyAdded, k)
		case before[at].Digest != k.Digest:
			change(journal.KeyChanged, k)
		}
	}
	return deeds
}
