package api

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"

	"github.com/cotrail/cotrail/relay/config"
	"github.com/cotrail/cotrail/relay/problem"
	"github.com/cotrail/cotrail/relay/store"
	"github.com/cotrail/cotrail/relay/trail"
)

// Trail is what proves that a sealed session is what it was.
type Trail interface {
	Latest(ctx context.Context) (store.Checkpoint, error)
	Inclusion(ctx context.Context, leaf int64) (trail.Inclusion, error)
	Consistency(ctx context.Context, from, to int64) (trail.Consistency, error)
}

// checkpoint answers GET /v1/checkpoint: the newest signed checkpoint, and with ?from= the proof that it goes on from an
// earlier one of that size.
func (a *API) checkpoint(w http.ResponseWriter, r *http.Request, _ config.Key) {
	c, err := a.Trail.Latest(r.Context())
	if err != nil {
		a.failed(w, r, err)
		return
	}
	from, err := fromSize(r)
	if err != nil {
		problem.Error(w, http.StatusBadRequest, err)
		return
	}
	if from == 0 {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.Write(c.Note)
		return
	}
	p, err := a.Trail.Consistency(r.Context(), from, c.Size)
	if err != nil {
		a.failed(w, r, err)
		return
	}
	a.writeJSON(w, struct {
		Checkpoint  string            `json:"checkpoint"`
		Consistency trail.Consistency `json:"consistency"`
	}{string(c.Note), p})
}

// fromSize reads the size of an earlier tree, 0 when there is none.
func fromSize(r *http.Request) (int64, error) {
	q := r.URL.Query()
	if !q.Has("from") {
		return 0, nil
	}
	size, err := strconv.ParseInt(q.Get("from"), 10, 64)
	if err != nil || size < 1 {
		return 0, errors.New("from must be the size of an earlier checkpoint, which is its second line, and at least 1")
	}
	return size, nil
}

// verifyKey answers GET /v1/verify-key: the verifier keys, one a line, the one in force first.
func (a *API) verifyKey(w http.ResponseWriter, r *http.Request, _ config.Key) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	io.WriteString(w, a.VerifyKey)
}

// proof answers GET /v1/sessions/{id}/proof.
func (a *API) proof(w http.ResponseWriter, r *http.Request, key config.Key) {
	s, ok := a.reach(w, r, key)
	if !ok {
		return
	}
	from, err := fromSize(r)
	if err != nil {
		problem.Error(w, http.StatusBadRequest, err)
		return
	}
	if s.Erased != 0 {
		a.tombstone(w, r, s.ID, from)
		return
	}
	p, err := a.prove(r.Context(), s.ID, from)
	if err != nil {
		a.failed(w, r, err)
		return
	}
	a.writeJSON(w, p)
}

// prove makes the proof of a sealed session, with that of consistency with a tree of size from, unless that is 0.
func (a *API) prove(ctx context.Context, id string, from int64) (*trail.Proof, error) {
	d, err := a.Documents.Document(ctx, id)
	if err != nil {
		return nil, err
	}
	in, err := a.Trail.Inclusion(ctx, d.Leaf)
	if err != nil {
		return nil, err
	}
	p := trail.Prove(d, in)
	if from > 0 {
		c, err := a.Trail.Consistency(ctx, from, p.Size)
		if err != nil {
			return nil, err
		}
		p.Consistency = &c
	}
	return p, nil
}

// ending is what a log ends with: its proof too, when the reader wants it.
func (a *API) ending(ctx context.Context, id string, sel selection) (string, error) {
	const end = "\n]}\n"
	if !sel.proof {
		return end, nil
	}
	p, err := a.prove(ctx, id, sel.since)
	if err != nil {
		return "", err
	}
	return string(p.Into([]byte(end))), nil
}
