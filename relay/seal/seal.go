// Package seal makes of every finished session its document, which does not change any more.
//
// The promise: a session that has ended is sealed, also when the relay was killed meanwhile; what a reader sees
// before and after is the same, byte for byte; nothing is taken away before the document was read back. A session
// that cannot be sealed stays readable as it was, is tried again, and holds up no other.
package seal

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/cotrail/cotrail/relay/chain"
	"github.com/cotrail/cotrail/relay/document"
	"github.com/cotrail/cotrail/relay/store"
	"github.com/cotrail/cotrail/relay/words"
)

const (
	// lookEvery is how often a Sealer looks for sessions that have ended. A look is one query of an index that is
	// mostly empty; that a session is sealed so much later disturbs nobody.
	lookEvery = 500 * time.Millisecond
	// atOnce is how many ids a look reads.
	atOnce = 256
	// firstRetry and lastRetry bound the pause after a failure, which doubles from one to the other.
	firstRetry = time.Second
	lastRetry  = 5 * time.Minute
)

// Store is what sealing needs of it.
type Store interface {
	store.Sealing
	Work(ctx context.Context, id string, events int) (store.Work, error)
	Entries(ctx context.Context, id string, after uint64, fn func(seq uint64, line []byte) error) error
}

// Sealer seals sessions one after the other.
type Sealer struct {
	Store Store
	Grown func() // is called when the tree has grown; nil for nobody
	// Tells gives what is to tell the site's destinations of a session, which began then; nil for none.
	Tells func(site, id string, began int64) ([]store.Delivery, error)
	Told  func() // is called when there is something to tell; nil for nobody
	Log   *slog.Logger

	failed map[string]*failure
}

// failure is a session that could not be sealed.
type failure struct {
	count int
	again time.Time
}

// Run seals until the context ends.
func (s *Sealer) Run(ctx context.Context) error {
	s.failed = map[string]*failure{}
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		s.round(ctx)
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// round seals everything that has ended.
func (s *Sealer) round(ctx context.Context) {
	for after := ""; ctx.Err() == nil; {
		ids, err := s.Store.Unsealed(ctx, after, atOnce)
		if err != nil {
			if ctx.Err() == nil {
				s.Log.Error("the sessions that have ended could not be listed", "error", err)
			}
			return
		}
		for _, id := range ids {
			s.seal(ctx, id)
			after = id
		}
		if len(ids) < atOnce {
			return
		}
	}
}

// seal seals a session, unless it has failed a moment ago. The same trouble is logged once, and once more when it is
// over.
func (s *Sealer) seal(ctx context.Context, id string) {
	f := s.failed[id]
	if ctx.Err() != nil || f != nil && time.Now().Before(f.again) {
		return
	}
	err := s.Seal(ctx, id)
	switch {
	case err == nil:
		if f != nil {
			s.Log.Info("the session is sealed after all", "session", id, "failures", f.count)
			delete(s.failed, id)
		}
	case errors.Is(err, store.ErrConflict): // another relay was faster
	case ctx.Err() == nil:
		if f == nil {
			s.Log.Error("a session could not be sealed; trying again", "session", id, "error", err)
			f = &failure{}
			s.failed[id] = f
		}
		f.again = time.Now().Add(min(firstRetry<<min(f.count, 16), lastRetry))
		f.count++
	}
}

// Seal seals one session that has ended. store.ErrConflict when it has not, or is sealed already.
func (s *Sealer) Seal(ctx context.Context, id string) error {
	work, err := s.Store.Work(ctx, id, 0)
	if err != nil {
		return fmt.Errorf("reading the session: %w", err)
	}
	if !work.Ended {
		return store.ErrConflict
	}
	sealed, err := build(ctx, s.Store, &work)
	if err != nil {
		return err
	}
	if s.Tells != nil {
		if sealed.Deliveries, err = s.Tells(work.Site, id, work.Created); err != nil {
			return fmt.Errorf("making deliveries: %w", err)
		}
	}
	if err := s.Store.Seal(ctx, *sealed); err != nil {
		return fmt.Errorf("storing the document: %w", err)
	}
	if s.Grown != nil {
		s.Grown()
	}
	if s.Told != nil {
		s.Told()
	}
	return nil
}

// builder gathers the entries of a session.
type builder struct {
	sealed store.Sealed
	salt   [32]byte
	words  *words.Session
	hash   chain.Hash
	lines  []byte // of the part at hand
	first  uint64
	last   uint64
}

// build makes the document of a session that has ended. It refuses entries that are not those which were numbered.
func build(ctx context.Context, from Store, w *store.Work) (*store.Sealed, error) {
	b := builder{sealed: store.Sealed{ID: w.ID, Entries: w.LastSeq}, salt: w.Salt, words: words.NewSession(w.Site)}
	if err := from.Entries(ctx, w.ID, 0, b.add); err != nil {
		return nil, fmt.Errorf("reading the entries: %w", err)
	}
	if err := b.part(); err != nil {
		return nil, err
	}
	if b.last != w.LastSeq || b.hash != w.Hash {
		return nil, fmt.Errorf("the %d entries are not the %d that were numbered: the last hash is %x and not %x", b.last, w.LastSeq, b.hash, w.Hash)
	}
	b.sealed.Words = b.words.Hashes()
	b.sealed.Leaf = chain.NewStatement(w.ID, w.Site, w.LastSeq, w.Hash).Leaf(w.Salt)
	return &b.sealed, nil
}

func (b *builder) add(seq uint64, line []byte) error {
	if seq != b.last+1 {
		return fmt.Errorf("after entry %d comes entry %d", b.last, seq)
	}
	b.hash = chain.Entry(chain.Salt(b.salt, seq), b.hash, line)
	b.sealed.Hashes = append(b.sealed.Hashes, b.hash[:chain.PrefixSize]...)
	b.words.Add(line)
	if len(b.lines) == 0 {
		b.first = seq
	}
	b.last = seq
	b.lines = append(append(b.lines, line...), '\n')
	if len(b.lines) < document.MaxPart {
		return nil
	}
	return b.part()
}

// part ends a part. It is read back before it counts: what it was made of goes when it is stored.
func (b *builder) part() error {
	if len(b.lines) == 0 {
		return nil
	}
	content, err := document.Encode(b.sealed.ID, b.first, b.lines)
	if err != nil {
		return fmt.Errorf("entries %d to %d: %w", b.first, b.last, err)
	}
	b.sealed.Parts = append(b.sealed.Parts, store.Part{First: b.first, Last: b.last, Content: content})
	b.lines = b.lines[:0]
	return nil
}
