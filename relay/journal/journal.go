// Package journal keeps the access log: who read, exported, held and erased what, for each site.
//
// The promise: what was answered is in the log before the answer; each entry is chained to the one before, over days;
// and when a day is over its last hash becomes a leaf of the log of all, under the same checkpoints as the sessions.
package journal

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/cotrail/cotrail/relay/canonical"
	"github.com/cotrail/cotrail/relay/chain"
	"github.com/cotrail/cotrail/relay/store"
)

const (
	// sameWithin is how long a reader who reads the same again goes without another entry: a viewer asks for what is new
	// of a live session every few seconds, and that is one look.
	sameWithin = 5 * time.Minute
	// maxSame bounds the looks that are remembered; then all are forgotten, and noted once more.
	maxSame = 10_000
	// closeEvery is how often it is asked whether a day is over.
	closeEvery = time.Minute
	// closeAfter is how long after midnight a day is closed: relays of one database whose clocks are not quite the same
	// note into the day of the last entry, and a day that grows behind its leaf is no longer what the leaf states.
	closeAfter = 10 * time.Minute
)

// The types of entries.
const (
	Viewed   = "log_viewed"
	Exported = "log_exported"
	Erased   = "log_erased"
	Held     = "log_held"
	Released = "log_released"
	Policy   = "policy_changed"

	KeyAdded   = "key_added"
	KeyRemoved = "key_removed"
	KeyChanged = "key_changed"
)

// messages tell the types in a sentence.
var messages = map[string]string{
	Viewed: "%s read the %s of session %s", Exported: "%s exported the %s of session %s", Erased: "%s erased the %s of session %s",
	Held: "%s put a hold on the %s of session %s", Released: "%s released the %s of session %s",
}

// changes tell the types that concern a site and none of its sessions.
var changes = map[string]string{
	Policy:   "The site has another policy: %s",
	KeyAdded: "The site has a new API key: %s", KeyRemoved: "The site has no longer the API key: %s", KeyChanged: "The site has another API key of the name: %s",
}

// ErrUnwritten says that something could not be noted; so it is not done.
var ErrUnwritten = errors.New("the access log could not be written")

// Deed is what somebody did.
type Deed struct {
	Type    string
	Site    string
	Session string // empty for what concerns the site
	Key     string // the name of the API key; what stands in its place when the relay did it by itself, or was asked by a link
	What    string // log, statistics; of a policy its digest, of an API key its name
	From    string // the address it was asked from
}

// entry is one of the access log, in its order of keys.
type entry struct {
	Type    string  `json:"type"`
	Time    string  `json:"time"`
	Site    string  `json:"site"`
	Seq     uint64  `json:"seq"`
	Message string  `json:"message"`
	Details details `json:"details"`
}

type details struct {
	Who       string  `json:"who"`
	SessionID *string `json:"session_id"`
	What      string  `json:"what"`
	From      *string `json:"from"`
}

// Journal writes the access log.
type Journal struct {
	Store store.Accesses
	Grown func() // is called when the tree has grown
	Now   func() time.Time
	Log   *slog.Logger

	mu    sync.Mutex
	looks map[Deed]time.Time
}

// Note writes down what is about to be answered. Of the same look again within a few minutes it writes nothing; of what
// was taken away, each time counts.
func (j *Journal) Note(ctx context.Context, d Deed) error {
	now := j.Now()
	look := d.Type == Viewed
	if look && j.again(d, now) {
		return nil
	}
	err := j.Store.NoteAccess(ctx, d.Site, now.UTC().Format(time.DateOnly), func(seq uint64, before [32]byte) ([]byte, [32]byte) {
		text := d.entry(seq, now)
		return text, chain.Entry([16]byte{}, before, text)
	})
	if err != nil {
		return fmt.Errorf("%w: %w", ErrUnwritten, err)
	}
	if look {
		j.mu.Lock()
		defer j.mu.Unlock()
		if j.looks == nil || len(j.looks) >= maxSame {
			j.looks = map[Deed]time.Time{}
		}
		j.looks[d] = now
	}
	return nil
}

func (j *Journal) again(d Deed, now time.Time) bool {
	j.mu.Lock()
	defer j.mu.Unlock()
	last, known := j.looks[d]
	return known && now.Sub(last) < sameWithin
}

func (d Deed) entry(seq uint64, now time.Time) []byte {
	e := entry{
		Type: d.Type, Time: now.UTC().Format("2006-01-02T15:04:05.000Z"), Site: d.Site, Seq: seq,
		Details: details{Who: d.Key, SessionID: orNull(d.Session), What: d.What, From: orNull(d.From)},
	}
	if message, ok := messages[d.Type]; ok {
		e.Message = fmt.Sprintf(message, d.Key, d.What, d.Session)
	} else {
		e.Message = fmt.Sprintf(changes[d.Type], d.What)
	}
	text, err := json.Marshal(e)
	if err == nil {
		text, err = canonical.Append(nil, text)
	}
	if err != nil {
		panic("journal: " + err.Error()) // our own types always have a JSON form
	}
	return text
}

func orNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// Day is what the leaf of a day states.
type Day struct {
	Site    string `json:"access_log"`
	Day     string `json:"day"`
	Entries uint64 `json:"entries"`
	Hash    string `json:"hash"` // of the last entry, hexadecimal
}

// Run closes the days that are over, until the context ends.
func (j *Journal) Run(ctx context.Context) error {
	tick := time.NewTicker(closeEvery)
	defer tick.Stop()
	failing := false
	for {
		err := j.close(ctx)
		if err != nil && !failing && ctx.Err() == nil {
			j.Log.Error("a day of the access log could not be closed; trying again", "error", err)
		}
		failing = err != nil
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

func (j *Journal) close(ctx context.Context) error {
	days, err := j.Store.OpenDays(ctx, j.Now().Add(-closeAfter).UTC().Format(time.DateOnly))
	if err != nil {
		return err
	}
	for _, d := range days {
		leaf := chain.Leaf(nil, Day{d.Site, d.Day, d.Entries, hex.EncodeToString(d.Hash[:])})
		if err := j.Store.CloseDay(ctx, d, leaf); err != nil && !errors.Is(err, store.ErrConflict) {
			return fmt.Errorf("site %s, %s: %w", d.Site, d.Day, err)
		}
	}
	if len(days) > 0 && j.Grown != nil {
		j.Grown()
	}
	return nil
}
