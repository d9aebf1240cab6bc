package verify

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/cotrail/cotrail/relay/trail"
)

// proves answers as a relay with this archive does.
func (a *archive) proves(from int64) ([]byte, error) {
	if from > a.size {
		return nil, errors.New("the log was never of this size")
	}
	hashes, err := tlog.ProveTree(a.size, from, a)
	if err != nil {
		return nil, err
	}
	_, signed := a.checkpoint(noon.Add(time.Hour))
	return json.Marshal(map[string]any{"checkpoint": signed, "consistency": trail.Consistency{From: from, Hashes: hashes}})
}

// TestJoined lets a relay prove how the log went on between what lies in a bucket and a checkpoint kept elsewhere.
func TestJoined(t *testing.T) {
	a := newArchive(t)
	a.session(3)
	early := a.session(2) // under a checkpoint of 2 leaves
	a.session(1)
	since, _ := a.checkpoint(noon.Add(time.Minute)) // of 3
	late := a.session(4)                            // of 4
	a.session(1)
	fork := *a
	fork.hashes, fork.size = slices.Clone(a.hashes[:1]), 1
	var forked exported
	for range 4 {
		forked = fork.session(6)
	}
	alien := newArchive(t)
	for range 6 {
		alien.session(1)
	}
	short := *a
	short.hashes, short.size = slices.Clone(a.hashes[:1]), 1

	turns := 0
	for what, c := range map[string]struct {
		log   exported
		prove func(int64) ([]byte, error)
		kind  string // of the finding
		err   string
	}{
		"a log from before":            {early, a.proves, "", ""},
		"a log from after":             {late, a.proves, "", ""},
		"before, proven by nobody":     {early, nil, "", "it was exported before the checkpoint of --since"},
		"after, proven by nobody":      {late, nil, "", "it has no proof"},
		"the relay has another log":    {early, fork.proves, Checkpoint, ""},
		"the relay's key is another":   {early, alien.proves, "", "cannot be believed"},
		"the relay was set back":       {late, short.proves, "", "never of this size"},
		"the relay answers with noise": {late, func(int64) ([]byte, error) { return []byte("noise"), nil }, "", "cannot be read"},
		"the relay proves nothing": {late, func(int64) ([]byte, error) {
			_, s := a.checkpoint(noon)
			return json.Marshal(map[string]any{"checkpoint": s})
		}, "", "proves nothing"},
		"two logs in turn of one size": {early, func(n int64) ([]byte, error) { turns++; return []*archive{a, &fork}[turns%2].proves(n) }, Checkpoint, ""},
		"each shown what it wants to see": {forked, func(n int64) ([]byte, error) {
			if n == since.Size {
				return a.proves(n)
			}
			return fork.proves(n)
		}, Checkpoint, ""},
		"a log that is not the relay's": {forked, a.proves, Checkpoint, ""},
		"both of another log":           {forked, fork.proves, Checkpoint, ""},
		"it grows and is asked again":   {early, growing(a, 3), "", ""},
		"it grows faster than one asks": {early, growing(a, 1000), "", "grows faster"},
	} {
		checker := Checker{Verifiers: a.checker.Verifiers, Since: &since, Prove: c.prove}
		r, err := checker.Log("log", c.log.json())
		switch {
		case c.err != "":
			if err == nil || !strings.Contains(err.Error(), c.err) {
				t.Errorf("%s: %+v, %v; want %s", what, r, err, c.err)
			}
		case err != nil, (len(r.Findings) == 1 && r.Findings[0].Kind == c.kind) != (c.kind != ""), len(r.Findings) > 1:
			t.Errorf("%s: %+v, %v; want %q", what, r, err, c.kind)
		}
	}
}

// growing has a leaf more at each of its first answers.
func growing(a *archive, times int) func(int64) ([]byte, error) {
	b := *a
	b.hashes = slices.Clone(a.hashes)
	return func(from int64) ([]byte, error) {
		if times > 0 {
			times--
			b.session(1)
		}
		return b.proves(from)
	}
}
