package ingest

import (
	"context"
	"encoding/hex"
	"errors"
	"net/http"
	"time"

	"golang.org/x/time/rate"

	"github.com/cotrail/cotrail/masking"
	"github.com/cotrail/cotrail/masking/event"
	"github.com/cotrail/cotrail/relay/store"
)

// intake is one recorder's way into the store, by socket or by request: its hello, then batch after batch.
// greet comes first, then open. Then batch may run in one goroutine while append runs in another.
type intake struct {
	h    *Handler
	site Site

	// Fixed by greet.
	hello   event.Hello
	offset  int64     // of the page's clock, as measured
	expires time.Time // of the token; zero where there is none

	// Of batch.
	inflater inflater
	checker  checker
	look     look
	warned   map[finding]bool // what was found and told of already
	limit    *rate.Limiter

	// Of open and append.
	opening store.Opening
	session string // that takes the events now
}

// greet checks the hello. When it fails and in.site is set, the page is one of the site's all the same.
func (in *intake) greet(frame []byte, r *http.Request) (err error) {
	if in.hello, err = readHello(frame); err != nil {
		return err
	}
	if in.site, err = in.h.site(in.hello.Site, r.Header.Get("Origin")); err != nil {
		return err
	}
	if in.h.siteHellos.Take(in.site.Key, 1, in.h.now()) > 0 {
		return refuse(event.TooFast, "too many connections and requests for the site")
	}
	if in.site.Policy == nil {
		in.site.Policy = masking.Strictest()
	}
	in.look = look{site: in.site.Policy, policy: in.site.Policy, check: &in.checker}
	if err := checkHello(&in.hello); err != nil {
		return err
	}
	in.opening = in.h.opening(&in.hello, in.site, r)
	if err := in.credential(r); err != nil {
		return err
	}
	in.offset = in.opening.Offset
	in.limit = rate.NewLimiter(rate.Limit(in.h.limits.Events), in.h.limits.Burst)
	return nil
}

// site finds a site and tells whether pages of an origin may record for it.
func (h *Handler) site(key, origin string) (Site, error) {
	site, ok := h.sites.Site(key)
	switch {
	case !ok:
		return Site{}, refuse(event.UnknownSite, "this relay has no such site; see data-site")
	case !site.Allows(origin):
		return Site{}, refuse(event.ForeignOrigin, "the page's origin is not among the site's origins")
	}
	return site, nil
}

// open opens the stream, or opens it again where its session has ended.
func (in *intake) open(ctx context.Context) (event.Welcome, error) {
	opened, err := in.h.store.Open(ctx, in.opening)
	if err != nil {
		return event.Welcome{}, err
	}
	if in.session == "" && opened.Last == 0 {
		in.look.at(in.hello.URL) // later in a stream the page may be at another one, and the site's rules hold until it tells
	}
	in.session = opened.Session
	in.h.wake(in.session)
	return event.Welcome{Session: opened.Session, Last: opened.Last, ClientIndex: opened.ClientIndex, Time: in.h.now().UnixMilli()}, nil
}

// batch reads a frame and checks all that is in it. The result holds nothing of the frame.
func (in *intake) batch(frame []byte) (store.Batch, error) {
	b, err := event.ReadBatch(frame)
	switch {
	case errors.Is(err, event.ErrVersion):
		return store.Batch{}, refuse(event.BadVersion, "%s", err)
	case err != nil:
		return store.Batch{}, refuse(event.BadFrame, "%s", err)
	case b.Stream != in.hello.Stream:
		return store.Batch{}, refuse(event.BadFrame, "the batch is of another stream than the hello's")
	}
	now := in.h.now()
	if !in.limit.AllowN(now, b.Count) {
		return store.Batch{}, refuse(event.TooFast, "over %g events a second", in.h.limits.Events)
	}
	plain := make([]byte, b.Plain)
	if err := in.inflater.inflate(plain, b, now); err != nil {
		return store.Batch{}, err
	}
	if event.Checksum(plain) != b.Checksum {
		return store.Batch{}, refuse(event.BadChecksum, "the batch's checksum is another than the stated one")
	}
	at := now.UnixMilli()
	pageNow := at - in.offset
	if err := in.checker.lines(plain, b.First, b.Count, span{pageNow - maxPast.Milliseconds(), pageNow + maxAhead.Milliseconds()}); err != nil {
		return store.Batch{}, err
	}
	plain, found := in.look.lines(plain)
	in.tell(found)
	in.h.metrics.received(in.site.Key, b)
	return store.Batch{Stream: hex.EncodeToString(b.Stream[:]), First: b.First, Count: b.Count, Received: at, Lines: plain}, nil
}

// maxWarned bounds what is remembered to have been told of one connection: a page could make up paths no more than it
// can types, but there are many.
const maxWarned = 64

// tell counts what the second look found and warns of each once a connection: rule and path, never a text.
func (in *intake) tell(found []finding) {
	for _, f := range found {
		in.h.metrics.corrected.WithLabelValues(in.site.Key, f.Rule).Inc()
		if in.warned[f] || len(in.warned) >= maxWarned {
			continue
		}
		if in.warned == nil {
			in.warned = map[finding]bool{}
		}
		in.warned[f] = true
		in.h.log.Warn("the relay hid what a recorder should have hidden", "rule", f.Rule, "path", f.Path, "site", in.site.Key, "stream", in.hello.Stream.String())
	}
}

// append makes a batch durable. When its session has ended it goes into the one that continues it, and moved says
// so: the recorder adopts it.
func (in *intake) append(ctx context.Context, b store.Batch) (last uint64, moved *event.Welcome, err error) {
	start := in.h.now()
	b.Session = in.session
	last, err = in.h.store.Append(ctx, b)
	if errors.Is(err, store.ErrEnded) {
		welcome, err := in.open(ctx)
		if err != nil {
			return 0, nil, err
		}
		moved, b.Session = &welcome, in.session
		if last, err = in.h.store.Append(ctx, b); err != nil {
			return 0, moved, err
		}
	} else if err != nil {
		return 0, nil, err
	}
	in.h.metrics.stored(in.site.Key, b.Count, in.h.now().Sub(start))
	in.h.wake(in.session)
	return last, moved, nil
}
