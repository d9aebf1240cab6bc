// Package erase takes sessions away for good: when somebody asks for it, and when a site has kept them long enough.
//
// The promise: of an erased session no content, no index, no line of the session log and no salt is left in the
// relay's files. An erasure is in the access log before it is done. What is left is a signed tombstone, and the session's leaf, which tells nothing without the salt; so
// all that was proven stays proven.
package erase

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/cotrail/cotrail/relay/journal"
	"github.com/cotrail/cotrail/relay/store"
	"github.com/cotrail/cotrail/relay/trail"
	"github.com/cotrail/cotrail/relay/words"
)

const (
	// lookEvery is how often it is looked for sessions that were kept long enough. Retention is told in days.
	lookEvery = 10 * time.Minute
	// cleanEvery is how often files are cleaned that a reader kept from being cleaned.
	cleanEvery = 5 * time.Second
	// atOnce is how many sessions are erased in one transaction, for the files are cleaned after each.
	atOnce = 200
)

// ByRetention stands for the key of who erased what was kept long enough.
const ByRetention = "retention"

// Store is what erasing needs.
type Store interface {
	store.Erasing
	Document(ctx context.Context, id string) (store.Document, error)
	Entries(ctx context.Context, id string, after uint64, fn func(seq uint64, line []byte) error) error
	TreeHashes(ctx context.Context, indexes []int64) ([][32]byte, error)
}

// Eraser erases.
type Eraser struct {
	Store Store
	Bury  func(trail.Erasure) ([]byte, error)
	Lines func(...store.Place) error // takes lines out of the session log; nil when there is none
	Note  func(context.Context, journal.Deed) error
	Grown func()
	// Tells gives what is to tell the site's destinations, Told is called when that is in the outbox.
	Tells     func(site, id string, began int64) ([]store.Delivery, error)
	Told      func()
	Retention func() map[string]time.Duration // by site; sites without are kept for ever
	Now       func() time.Time
	Log       *slog.Logger

	unclean atomic.Bool // files are known to have traces
}

// Erase erases sessions in the name of by, who asked from an address, and gives the signed tombstones. store.ErrNotSealed,
// ErrHeld or ErrErased when that is so of one of them, and then nothing is noted. Asked again after a failure, it goes on
// where it stopped, and notes it once more.
func (e *Eraser) Erase(ctx context.Context, by, from string, ids ...string) (notes [][]byte, err error) {
	at := e.Now()
	var list []store.Erasure
	var places []store.Place
	for _, id := range ids {
		d, err := e.Store.Document(ctx, id)
		if err != nil {
			return nil, err
		}
		if d.Held != 0 {
			return nil, store.ErrHeld
		}
		leaf, err := e.Store.TreeHashes(ctx, []int64{tlog.StoredHashIndex(0, d.Leaf)})
		if err != nil {
			return nil, err
		}
		erasure := trail.Erasure{
			Session: d.ID, Site: d.Site, Entries: d.Entries, Leaf: d.Leaf, Hash: hex.EncodeToString(leaf[0][:]),
			Erased: at.UTC().Format(time.RFC3339), By: by,
		}
		note, err := e.Bury(erasure)
		if err != nil {
			return nil, err
		}
		notes = append(notes, note)
		gathered := words.NewSession(d.Site)
		if err := e.Store.Entries(ctx, id, 0, func(_ uint64, line []byte) error { gathered.Add(line); return nil }); err != nil {
			return nil, err
		}
		tells, err := e.Tells(d.Site, id, d.Created)
		if err != nil {
			return nil, err
		}
		list = append(list, store.Erasure{
			ID: id, At: at.UnixMilli(), Note: note, Words: gathered.Hashes(), Leaf: trail.TombstoneLeaf(erasure), Deliveries: tells,
		})
		places = append(places, store.Place{Leaf: d.Leaf, ID: d.ID, Site: d.Site, LastTime: d.LastTime})
	}
	for _, p := range places {
		deed := journal.Deed{Type: journal.Erased, Site: p.Site, Session: p.ID, Key: by, What: "log", From: from}
		if err := e.Note(ctx, deed); err != nil {
			return nil, err
		}
	}
	// The line goes first, so that none is left when the relay is killed in between; and again, if it was being written.
	if err := e.lines(places); err != nil {
		return nil, err
	}
	err = e.Store.Erase(ctx, list...)
	if err != nil && !errors.Is(err, store.ErrTraces) {
		return nil, err
	}
	e.traces(err)
	e.Grown()
	e.Told()
	return notes, e.lines(places)
}

func (e *Eraser) lines(places []store.Place) error {
	if e.Lines == nil {
		return nil
	}
	return e.Lines(places...)
}

// traces notes why the files are not clean yet, if they are not.
func (e *Eraser) traces(err error) {
	if err != nil {
		e.Log.Warn("erased sessions may still have traces in the store's files; cleaning goes on", "error", err)
		e.unclean.Store(true)
	}
}

// clean takes what is left of erased sessions out of the files.
func (e *Eraser) clean(ctx context.Context) {
	if e.Store.Clean(ctx) == nil && e.unclean.Swap(false) {
		e.Log.Info("the traces of erased sessions are gone")
	}
}

// Run erases what was kept long enough, and cleans what could not be cleaned, until the context ends.
func (e *Eraser) Run(ctx context.Context) error {
	e.traces(e.Store.Clean(ctx)) // a relay may have been killed before it had done so
	look, clean := time.NewTicker(lookEvery), time.NewTicker(cleanEvery)
	defer look.Stop()
	defer clean.Stop()
	e.Expire(ctx)
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-look.C:
			e.Expire(ctx)
		case <-clean.C:
			if e.unclean.Load() {
				e.clean(ctx)
			}
		}
	}
}

// Expire erases the sessions that were kept long enough.
func (e *Eraser) Expire(ctx context.Context) {
	for site, kept := range e.Retention() {
		for ctx.Err() == nil {
			n, err := e.expire(ctx, site, e.Now().Add(-kept).UnixMilli())
			if err != nil && ctx.Err() == nil {
				e.Log.Error("sessions that were kept long enough could not be erased; trying again later", "site", site, "error", err)
			}
			if err != nil || n < atOnce {
				break
			}
		}
	}
}

func (e *Eraser) expire(ctx context.Context, site string, before int64) (n int, err error) {
	places, err := e.Store.Expired(ctx, site, before, atOnce)
	if err != nil || len(places) == 0 {
		return 0, err
	}
	var ids []string
	for _, p := range places {
		ids = append(ids, p.ID)
	}
	if _, err := e.Erase(ctx, ByRetention, "", ids...); err != nil {
		return 0, fmt.Errorf("%d sessions: %w", len(ids), err)
	}
	return len(places), nil
}
