package ingest

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/cotrail/cotrail/masking/event"
	"github.com/cotrail/cotrail/relay/store"
)

// readHello reads the first frame of a connection or body.
func readHello(frame []byte) (event.Hello, error) {
	hello, err := event.ReadHello(frame)
	switch {
	case errors.Is(err, event.ErrVersion):
		return hello, refuse(event.BadVersion, "%s", err)
	case err != nil:
		return hello, refuse(event.BadHello, "%s", err)
	}
	return hello, nil
}

// devices are what a page may call itself.
var devices = []string{"", "desktop", "tablet", "mobile"}

// checkHello refuses what the recorder would not have said.
func checkHello(h *event.Hello) error {
	for _, row := range []struct {
		ok   bool
		want string
	}{
		{isHex(h.Session, 32), "session is not 32 hexadecimal digits"},
		{h.Token == "" || h.Ticket == "", "both token and ticket; a page has the one, a frame the other"},
		{h.Secret == "" || h.Ticket == "", "both secret and ticket; a page has the one, a frame the other"},
		{h.Ticket != "" || isHex(h.Secret, 32), "secret is not 32 hexadecimal digits"},
		{isHex(h.Tab, 16), "tab is not 16 hexadecimal digits"},
		{h.Stream != event.StreamID{}, "stream is zero"},
		{h.Time > 0 && h.Time <= maxClock, "time is no time of a page's clock"},
		{h.Width >= 0 && h.Width <= maxScreen, "width is not that of a screen"},
		{h.Height >= 0 && h.Height <= maxScreen, "height is not that of a screen"},
		{slices.Contains(devices, h.Device), "device is none of desktop, tablet, mobile"},
		{h.Policy == "" || isHex(h.Policy, 64), "policy is not 64 hexadecimal digits"},
		{len(h.Release) <= maxRelease && !strings.ContainsFunc(h.Release, notOfRelease), "release is no version"},
	} {
		if !row.ok {
			return refuse(event.BadHello, "%s", row.want)
		}
	}
	return nil
}

// isHex tells whether s is n hexadecimal digits in lower case, the one form of an id.
func isHex(s string, n int) bool { return len(s) == n && strings.Trim(s, "0123456789abcdef") == "" }

func notOfRelease(r rune) bool {
	return (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && !strings.ContainsRune(".+-_", r)
}

// credential gives the opening what lets it in: the secret's hash, a participant's token beside it, or a frame's
// ticket, which is for the origin that the browser says. A site that is not anonymous lets no page in by the secret.
func (in *intake) credential(r *http.Request) (err error) {
	h, o := &in.hello, &in.opening
	o.SecretHash = sha256.Sum256([]byte(h.Secret))
	switch {
	case h.Token != "":
		return in.participant(r.Method == http.MethodPost)
	case h.Ticket == "" && !in.site.Anonymous:
		return refuse(event.NotAllowed, "the site does not allow recording without a participant's token")
	case h.Ticket == "":
		return nil
	}
	o.Frame = r.Header.Get("Origin")
	if o.Ticket, err = event.ReadTicket(h.Ticket); err != nil {
		return refuse(event.BadHello, "%s", err)
	}
	return nil
}

// opening is what the store is told, but for the credential. Address and agent are masked once more, for a page's word that it was is no proof.
func (h *Handler) opening(hello *event.Hello, site Site, r *http.Request) store.Opening {
	now := h.now().UnixMilli()
	return store.Opening{
		Site: site.Key, Session: hello.Session,
		Stream: hex.EncodeToString(hello.Stream[:]), Tab: hello.Tab, Received: now, Offset: now - hello.Time,
		URL: site.Policy.URL(hello.URL).String(), IP: h.ip(r, site.Key), Agent: site.Policy.Agent(strings.ToValidUTF8(hello.Agent[:min(len(hello.Agent), maxAgent)], "")).String(),
		Width: hello.Width, Height: hello.Height, Device: hello.Device, Policy: hello.Policy, Release: hello.Release,
	}
}
