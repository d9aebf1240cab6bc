package ingest

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/cotrail/cotrail/masking/event"
)

// FuzzHello: whatever the first frame is, it is refused with a code and nothing of it, or what is opened is within all
// bounds and is the same when it is said again.
func FuzzHello(f *testing.F) {
	page := someHello()
	framed := framed(&page, someTicket(&page, frameOrigin, event.TicketLife))
	f.Add(page.Append(nil), origin)
	f.Add(framed.Append(nil), frameOrigin)
	f.Add(page.Append(nil), "null")
	f.Add(page.Append(nil)[:60], origin)
	f.Add([]byte{event.Version, byte(event.KindHello)}, origin)
	f.Add([]byte("\x01\x01site x\nsession \nstream 1\ntime -1\n"), origin)
	h := New(Config{Sites: oneSite{}, Now: time.Now, Limits: DefaultLimits, IP: func(*http.Request, string) string { return "" }})
	f.Fuzz(func(t *testing.T, frame []byte, from string) {
		r := httptest.NewRequest("GET", "/v1/record", nil)
		r.Header.Set("Origin", from)
		in := intake{h: h}
		if err := in.greet(frame, r); err != nil {
			told, unexpected := refusalOf(err)
			if unexpected || event.Codes[told.code].Status == 0 {
				t.Errorf("%v is no refusal", err)
			}
			for _, sent := range []string{in.hello.Secret, in.hello.Ticket, in.hello.Session, in.hello.URL} {
				if len(sent) >= 16 && strings.Contains(told.reason, sent) { // a shorter one may be a word of the sentence
					t.Errorf("%v tells what the page sent", err)
				}
			}
			return
		}
		o := in.opening
		if !isHex(o.Session, 32) || !isHex(o.Stream, 16) || !isHex(o.Tab, 16) || len(o.Agent) > 2*maxAgent || len(o.Release) > maxRelease ||
			o.Width < 0 || o.Width > maxScreen || o.Height < 0 || o.Height > maxScreen || (o.Frame == "") == (in.hello.Secret == "") {
			t.Errorf("opened %+v", o)
		}
		again := intake{h: h}
		if err := again.greet(in.hello.Append(nil), r); err != nil || again.hello != in.hello {
			t.Errorf("said again: %v\n%+v\n%+v", err, in.hello, again.hello)
		}
	})
}
