package deliver

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/cotrail/cotrail/relay/problem"
	"github.com/cotrail/cotrail/relay/store"
)

// LinkLife is how long a link to a log is good. Whoever is told of a log fetches it at once; each attempt makes a new
// link, so a longer life would only serve whoever finds an old one.
const LinkLife = 24 * time.Hour

// LinkPath is where links lead, before their token.
const LinkPath = "/v1/links/"

// A large log over a slow line takes longer than any other answer may: each part of it has time of its own.
const (
	linkPart   = 64 << 10
	partWithin = 30 * time.Second // 2 KB a second
)

// Links makes links to logs that need no API key, and answers them. A link is signed, expires, and says for whom it was
// made; its use is told before anything is given.
type Links struct {
	Key    [32]byte // who has it can make links
	Base   string   // the relay's address, like https://relay.example
	Source Source
	Now    func() time.Time
	// Used notes that a link is being used, for the log of who read what. What cannot be noted is not given.
	Used func(ctx context.Context, use LinkUse) error
	Log  *slog.Logger
}

// LinkUse is one use of a link.
type LinkUse struct {
	Site        string
	Session     string
	Destination string // whom it was made for
	Request     *http.Request
}

// ticket is what a link's token says. Its keys are short because the token stands in an address.
type ticket struct {
	Site        string `json:"w"`
	Session     string `json:"s"`
	Destination string `json:"d"`
	Expires     int64  `json:"e"` // seconds since 1970
}

// Make gives a link to a session's log, and when it ends.
func (l *Links) Make(site, session, destination string) (link string, expires time.Time) {
	expires = l.Now().Add(LinkLife).Truncate(time.Second)
	content, err := json.Marshal(ticket{site, session, destination, expires.Unix()})
	if err != nil {
		panic(err) // three strings and a number always have a JSON form
	}
	token := base64.RawURLEncoding.EncodeToString(append(l.mac(content), content...))
	return l.Base + LinkPath + token, expires
}

// mac is over a word of its own too, so that no other use of the key makes a link.
func (l *Links) mac(content []byte) []byte {
	mac := hmac.New(sha256.New, l.Key[:])
	mac.Write([]byte("cotrail link\x00"))
	mac.Write(content)
	return mac.Sum(nil)
}

// read checks a token.
func (l *Links) read(token string) (t ticket, ok bool) {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || len(raw) < sha256.Size {
		return t, false
	}
	if !hmac.Equal(raw[:sha256.Size], l.mac(raw[sha256.Size:])) {
		return t, false
	}
	return t, json.Unmarshal(raw[sha256.Size:], &t) == nil
}

// ServeHTTP answers GET /v1/links/{token} with the log whose SHA-256 the webhook told.
func (l *Links) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	t, ok := l.read(r.PathValue("token"))
	switch {
	case !ok:
		problem.Write(w, http.StatusNotFound, "This is no link that this relay made.")
		return
	case l.Now().Unix() >= t.Expires:
		problem.Write(w, http.StatusGone, "The link has expired; have the delivery sent again to get a new one.")
		return
	}
	doc, err := l.Source.Document(r.Context(), t.Session)
	if err == nil {
		err = l.Used(r.Context(), LinkUse{t.Site, t.Session, t.Destination, r})
	}
	switch {
	case errors.Is(err, store.ErrNotFound):
		problem.Write(w, http.StatusGone, "The log is no longer there.")
		return
	case err != nil:
		l.Log.Error("a link could not be answered", "session", t.Session, "error", err)
		problem.Write(w, http.StatusInternalServerError, "The log could not be read. The relay's own log says why.")
		return
	}
	content := doc.Log()
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Content-Length", strconv.Itoa(len(content)))
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	control := http.NewResponseController(w)
	for part := range slices.Chunk(content, linkPart) {
		_ = control.SetWriteDeadline(l.Now().Add(partWithin)) // one that cannot be set leaves the server's own
		if _, err := w.Write(part); err != nil {
			return // the reader is gone, and sees by the length that it has not all
		}
	}
}
