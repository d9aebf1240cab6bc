// Package client asks a relay what auditors ask it, over HTTP and with an API key, for the command line.
package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

const (
	// answerWithin bounds the wait for the head of an answer. What follows may take long: a log of any length can be
	// read, and one that is live is read until it ends.
	answerWithin = 30 * time.Second
	// maxWaits bounds how often a relay may say that it was asked too often, and patience how long it is waited for each
	// time. Whoever asks for every session of a store asks faster than a key may.
	maxWaits = 60
	patience = time.Minute
	// maxWhole bounds an answer that is read into memory: a log of a million entries.
	maxWhole = 1 << 30
	// maxProblem bounds what is read of an error.
	maxProblem = 64 << 10
)

// Client asks one relay.
type Client struct {
	Base string // https://relay.example
	Key  string
}

// Summary is what a list tells of a session, as far as the command line needs it.
type Summary struct {
	SessionID string  `json:"session_id"`
	Site      string  `json:"site"`
	Sealed    bool    `json:"sealed"`
	Erased    *string `json:"erased"`
}

// IsAddress tells a relay's address from a file's name.
func IsAddress(s string) bool {
	return strings.HasPrefix(s, "http://") || strings.HasPrefix(s, "https://")
}

var transport = &http.Transport{Proxy: http.ProxyFromEnvironment, ResponseHeaderTimeout: answerWithin, TLSHandshakeTimeout: answerWithin, ForceAttemptHTTP2: true}

// Open asks for a path, with a query of keys and values in turn, and gives the answer's body. Whatever is no success is
// an error with the relay's own sentence. A key goes to nobody else: redirects are not followed.
func (c *Client) Open(ctx context.Context, path, accept string, query ...string) (io.ReadCloser, error) {
	q := url.Values{}
	for i := 0; i < len(query); i += 2 {
		if query[i+1] != "" {
			q.Set(query[i], query[i+1])
		}
	}
	address := strings.TrimSuffix(c.Base, "/") + path
	if len(q) > 0 {
		address += "?" + q.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	if c.Key != "" {
		req.Header.Set("Authorization", "Bearer "+c.Key)
	}
	if accept != "" {
		req.Header.Set("Accept", accept)
	}
	res, err := ask(req)
	if err != nil {
		return nil, fmt.Errorf("ask %s: %w", address, err)
	}
	if res.StatusCode != http.StatusOK {
		defer res.Body.Close()
		return nil, refusal(address, res)
	}
	return res.Body, nil
}

// ask asks again when the relay says that it was asked too often, after as long as it says.
func ask(req *http.Request) (*http.Response, error) {
	for waits := 0; ; waits++ {
		res, err := transport.RoundTrip(req)
		if err != nil || res.StatusCode != http.StatusTooManyRequests || waits == maxWaits {
			return res, err
		}
		res.Body.Close()
		seconds, err := strconv.ParseUint(res.Header.Get("Retry-After"), 10, 16)
		if err != nil {
			seconds = 1
		}
		select {
		case <-time.After(min(time.Duration(seconds)*time.Second, patience)):
		case <-req.Context().Done():
			return nil, req.Context().Err()
		}
	}
}

func refusal(address string, res *http.Response) error {
	var p struct{ Detail string }
	body, _ := io.ReadAll(io.LimitReader(res.Body, maxProblem))
	if json.Unmarshal(body, &p) != nil || p.Detail == "" {
		p.Detail = http.StatusText(res.StatusCode)
	}
	return fmt.Errorf("%s answers %d: %s", address, res.StatusCode, p.Detail)
}

// Whole gives an answer as a whole.
func (c *Client) Whole(ctx context.Context, path, accept string, query ...string) ([]byte, error) {
	body, err := c.Open(ctx, path, accept, query...)
	if err != nil {
		return nil, err
	}
	defer body.Close()
	content, err := io.ReadAll(io.LimitReader(body, maxWhole+1))
	if err == nil && len(content) > maxWhole {
		err = errors.New("the answer is too large")
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	return content, nil
}

// VerifyKey asks for the verifier keys.
func (c *Client) VerifyKey(ctx context.Context) (string, error) {
	content, err := c.Whole(ctx, "/v1/verify-key", "")
	return string(content), err
}

// Checkpoint asks for the newest checkpoint, as a signed note; with a size also for the proof that it goes on from an
// earlier one of that size.
func (c *Client) Checkpoint(ctx context.Context, from int64) ([]byte, error) {
	return c.Whole(ctx, "/v1/checkpoint", "", "from", number(from))
}

// Log asks for a session's log with its proof, or its tombstone.
func (c *Client) Log(ctx context.Context, session string, from int64) ([]byte, error) {
	return c.Whole(ctx, "/v1/sessions/"+url.PathEscape(session)+"/log", "", "proof", "1", "from", number(from))
}

func number(n int64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

// Sessions calls fn with every session that the key reaches, newest first.
func (c *Client) Sessions(ctx context.Context, fn func(Summary) error) error {
	return c.pages(ctx, func(content []byte) error {
		var page struct {
			Sessions []Summary `json:"sessions"`
		}
		if err := json.Unmarshal(content, &page); err != nil {
			return fmt.Errorf("the list of sessions cannot be read: %w", err)
		}
		for _, s := range page.Sessions {
			if err := fn(s); err != nil {
				return err
			}
		}
		return nil
	}, "/v1/sessions")
}

// Accesses calls fn with every page of a site's access log, as the relay answers it, the oldest first.
func (c *Client) Accesses(ctx context.Context, site string, fn func(page []byte) error) error {
	return c.pages(ctx, fn, "/v1/access-log", "site", site)
}

// AccessDays calls fn with every page of the days of access logs that are in the log of all, as the relay answers it.
func (c *Client) AccessDays(ctx context.Context, from int64, fn func(page []byte) error) error {
	return c.pages(ctx, fn, "/v1/access-log/days", "from", number(from))
}

// pages calls fn with every page of a list.
func (c *Client) pages(ctx context.Context, fn func(page []byte) error, path string, query ...string) error {
	for cursor := ""; ; {
		content, err := c.Whole(ctx, path, "", append([]string{"limit", "500", "cursor", cursor}, query...)...)
		if err != nil {
			return err
		}
		var page struct {
			Next *string `json:"next"`
		}
		if err := json.Unmarshal(content, &page); err != nil {
			return fmt.Errorf("%s cannot be read: %w", path, err)
		}
		if err := fn(content); err != nil {
			return err
		}
		if page.Next == nil {
			return nil
		}
		cursor = *page.Next
	}
}
