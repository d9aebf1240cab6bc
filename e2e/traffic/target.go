// Package traffic is pages that record, without a browser: they speak the recorder's protocol over real connections and
// send a recorded session again and again. It tells when each frame was acknowledged, and holds the log against what
// was sent.
package traffic

import (
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"

	"github.com/cotrail/cotrail/masking/event"
)

// Target is the relay that pages record to.
type Target struct {
	URL  string
	Site string // the site's public key; its pages may be of the relay's own origin
	Key  string // an API key that may read the site's logs
}

// Get reads a path of the API, again when the relay says that it was asked too often.
func (t Target) Get(ctx context.Context, path, form string) ([]byte, error) {
	for {
		content, retry, err := t.get(ctx, path, form)
		if retry == 0 {
			return content, err
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(retry):
		}
	}
}

func (t Target) get(ctx context.Context, path, form string) (content []byte, retry time.Duration, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, t.URL+path, nil)
	if err != nil {
		return nil, 0, err
	}
	req.Header.Set("Authorization", "Bearer "+t.Key)
	req.Header.Set("Accept", form)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, 0, err
	}
	defer res.Body.Close()
	if res.StatusCode == http.StatusTooManyRequests {
		seconds, err := strconv.ParseUint(res.Header.Get("Retry-After"), 10, 16)
		return nil, time.Duration(seconds) * time.Second, err
	}
	if res.StatusCode != http.StatusOK {
		return nil, 0, fmt.Errorf("GET %s: %s", path, res.Status)
	}
	content, err = io.ReadAll(res.Body)
	return content, 0, err
}

// SomeHello is that of a page of an invented site, with ids of its own.
func SomeHello(site string) event.Hello {
	h := event.Hello{
		Site: site, Session: SomeHex(32), Secret: SomeHex(32), Tab: SomeHex(16), Time: time.Now().UnixMilli(), URL: "https://quote.example/demo/",
		Agent: "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36",
		Width: 1280, Height: 800, Device: "desktop", Policy: SomeHex(64), Release: "1.0.0",
	}
	_, _ = hex.Decode(h.Stream[:], []byte(SomeHex(16))) // always hexadecimal
	return h
}

// SomeHex is random digits.
func SomeHex(digits int) (s string) {
	for len(s) < digits {
		s += fmt.Sprintf("%016x", rand.Uint64())
	}
	return s[:digits]
}
