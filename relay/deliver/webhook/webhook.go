// Package webhook tells receivers of sessions by HTTP, as Standard Webhooks describes it.
//
// The promise: a receiver that checks the signature knows that the relay sent the body, when, and by which id it has
// come before. Nothing is sent but to the address that the operator gave, over TLS, on the public internet or in a
// network that the operator allows; and nothing that a receiver answers is ever shown, but its status.
package webhook

import (
	"bytes"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"time"

	"github.com/cotrail/cotrail/relay/deliver"
)

// Timeout bounds an attempt, as Standard Webhooks advises: 15 to 30 seconds.
const Timeout = 20 * time.Second

// maxDrained and drainWithin bound what is read of an answer, so that its connection can be used again. What is longer
// or slower is cut off: the status has said all.
const (
	maxDrained  = 4 << 10
	drainWithin = time.Second
)

// Config is what a Webhook needs.
type Config struct {
	Name     string // of the destination
	URL      string
	Secrets  []Secret
	Gzip     bool           // the receiver takes compressed bodies
	Networks []netip.Prefix // private networks that it may be in
	Roots    *x509.CertPool // nil for the system's
	Resolver *net.Resolver  // nil for the system's
	Agent    string         // User-Agent
	Now      func() time.Time

	// Link makes a link to a log, and tells when it ends.
	Link func(site, session, destination string) (link string, expires time.Time)
	// Checkpoint gives the newest signed checkpoint, empty for none.
	Checkpoint func(ctx context.Context) (string, error)
}

// Webhook is a deliver.Destination.
type Webhook struct {
	Config
	client *http.Client
}

// New makes a webhook. CheckURL has been asked before.
func New(c Config) *Webhook {
	u, err := url.Parse(c.URL)
	plain := err == nil && u.Scheme == "http"
	return &Webhook{Config: c, client: client(plain, c.Networks, c.Roots, c.Resolver)}
}

// CheckURL tells what is wrong with a receiver's address. Without TLS it must be within an allowed network.
func CheckURL(address string, networks []netip.Prefix) error {
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Host == "" || u.Opaque != "" || (u.Scheme != "https" && u.Scheme != "http"):
		return errors.New("is no address like https://siem.example/hook")
	case u.User != nil:
		return errors.New("has a name or a password in it; the signature tells the receiver who sends")
	case u.Fragment != "":
		return errors.New("has a fragment, which is never sent")
	case u.Scheme == "http" && len(networks) == 0:
		return errors.New("has no TLS; that is for receivers in one of allow_networks only")
	}
	return nil
}

// Deliver implements deliver.Destination.
func (w *Webhook) Deliver(ctx context.Context, m deliver.Message) error {
	body, err := w.body(ctx, m)
	if err != nil {
		return err
	}
	return w.Post(ctx, m.ID, body)
}

// Post sends a signed body. The signature is over the body before it is compressed.
func (w *Webhook) Post(ctx context.Context, id string, body []byte) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	now := w.Now()
	sent := body
	if w.Gzip {
		sent = zip(body)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, w.URL, bytes.NewReader(sent))
	if err != nil {
		return &deliver.Never{Err: fmt.Errorf("making the request: %w", err)}
	}
	h := req.Header
	h.Set("Content-Type", "application/json")
	h.Set("User-Agent", w.Agent)
	h.Set("webhook-id", id)
	h.Set("webhook-timestamp", strconv.FormatInt(now.Unix(), 10))
	h.Set("webhook-signature", sign(w.Secrets, id, now, body))
	if w.Gzip {
		h.Set("Content-Encoding", "gzip")
	}
	res, err := w.client.Do(req)
	if err != nil {
		var told *url.Error
		if errors.As(err, &told) {
			err = told.Err // without the address, whose path may be a secret
		}
		return err
	}
	defer res.Body.Close()
	defer time.AfterFunc(drainWithin, cancel).Stop()
	io.CopyN(io.Discard, res.Body, maxDrained) // what went wrong with it changes nothing
	return judge(res, now)
}

// judge tells what an answer means.
func judge(res *http.Response, now time.Time) error {
	switch code := res.StatusCode; {
	case code >= 200 && code < 300:
		return nil
	case code == http.StatusGone:
		return &deliver.Gone{}
	case code >= 300 && code < 400:
		return errRedirect
	}
	return &deliver.Refused{Status: res.StatusCode, After: retryAfter(res.Header.Get("Retry-After"), now)}
}

// retryAfter reads the header in both its forms: seconds, and a date.
func retryAfter(text string, now time.Time) time.Duration {
	const most = 365 * 24 * 3600 // more is no wish; the deliverer bounds it further
	if seconds, err := strconv.ParseUint(text, 10, 63); err == nil {
		return time.Duration(min(seconds, most)) * time.Second
	}
	if at, err := http.ParseTime(text); err == nil {
		return max(at.Sub(now), 0)
	}
	return 0
}
