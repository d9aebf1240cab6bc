package ingest

import (
	"context"
	"testing"
	"time"

	"github.com/cotrail/cotrail/masking"
	"github.com/cotrail/cotrail/masking/event"
	"github.com/cotrail/cotrail/relay/store"
	"github.com/cotrail/cotrail/relay/token"
)

// named is the hello of a page of the closed site whose token is for its session.
func named(index int64, life time.Duration) event.Hello {
	h := someHello()
	h.Site = "closed"
	h.Token = tokenFor(h.Session, index, life)
	return h
}

func tokenFor(session string, index int64, life time.Duration) string {
	return token.Sign(tokenSecret, token.Claims{
		Session: session, ClientIndex: index, UserID: "u-17", Name: "Ada Miller", Email: "ada@mail.example", Role: "host", Expires: time.Now().Add(life),
	})
}

// TestToken: a page with a token is in the session that the token names, as whom it names.
func TestToken(t *testing.T) {
	r := newRelay(t, nil)
	p := r.connect(t, named(3, time.Hour))
	p.send(p.hello.Append(nil))
	if w := p.welcome(); w.ClientIndex != 3 {
		t.Errorf("welcome %+v", w)
	}
	p.send(p.batch(2))
	p.wantAck(2)
	work, err := r.db.Work(context.Background(), p.hello.Session, store.AllEvents)
	if err != nil {
		t.Fatal(err)
	}
	policy := masking.New()
	var key masking.FieldKey
	copy(key[:], p.hello.Session)
	want := store.Person{ClientIndex: 3, UserID: "u-17", Name: "Ada Miller", Email: policy.Mail(key, "ada@mail.example").String(), Role: "host"}
	if st := work.Streams[0]; st.Person == nil || *st.Person != want || st.ClientIndex != 3 || len(want.Email) != 16 {
		t.Errorf("stream %+v of %+v, want %+v", st, st.Person, want)
	}
	again := p.hello
	again.Token = tokenFor(again.Session, 3, 2*time.Hour) // a later token of the same participant
	r.record(t, again)
}

func TestTokenRefusals(t *testing.T) {
	r := newRelay(t, nil)
	there := r.record(t, named(1, time.Hour))
	for _, row := range []struct {
		what string
		edit func(*event.Hello)
		code event.Code
	}{
		{"none, where the site needs one", func(h *event.Hello) { h.Token = "" }, event.NotAllowed},
		{"none that is one", func(h *event.Hello) { h.Token = "a.b.c" }, event.NotAllowed},
		{"another secret's", func(h *event.Hello) {
			h.Token = token.Sign([]byte("another secret, of another site, as long"), token.Claims{Session: h.Session, Expires: time.Now().Add(time.Hour)})
		}, event.NotAllowed},
		{"for another session", func(h *event.Hello) { h.Token = tokenFor(someHex(32), 1, time.Hour) }, event.NotAllowed},
		{"at a site without tokens", func(h *event.Hello) { h.Site = "shop" }, event.NotAllowed},
		{"another participant's stream", func(h *event.Hello) {
			h.Session, h.Stream, h.Token = there.hello.Session, there.hello.Stream, tokenFor(there.hello.Session, 2, time.Hour)
		}, event.NotAllowed},
		{"beside a ticket", func(h *event.Hello) { h.Secret, h.Ticket = "", "1.1.00" }, event.BadHello},
		{"expired", func(h *event.Hello) { h.Token = tokenFor(h.Session, 1, -time.Second) }, event.TokenExpired},
		{"without secret", func(h *event.Hello) { h.Secret = "" }, event.BadHello},
	} {
		hello := named(1, time.Hour)
		row.edit(&hello)
		p := r.connect(t, hello)
		p.send(hello.Append(nil))
		if code := p.refused(); code != row.code {
			t.Errorf("%s: %s, want %s", row.what, code, row.code)
		}
	}
}

// TestTokenExpires: an open connection ends with its token, what was on its way comes by one more request, and nothing
// new begins.
func TestTokenExpires(t *testing.T) {
	r := newRelay(t, nil)
	p := r.record(t, named(1, 1500*time.Millisecond)) // exp has whole seconds: there is half of one at least
	p.send(p.batch(1))
	p.wantAck(1)
	if code := p.refused(); code != event.TokenExpired {
		t.Fatalf("ended with %s", code)
	}
	if w := r.wantTaken(t, body(p.hello.Append(nil), p.plain(2, string(p.lines(2)))), 3); w.ClientIndex != 1 {
		t.Errorf("welcome %+v", w)
	}
	r.wantLog(t, p, 3)

	again := r.connect(t, p.hello)
	again.send(p.hello.Append(nil))
	if code := again.refused(); code != event.TokenExpired {
		t.Errorf("a new connection: %s", code)
	}
	for what, hello := range map[string]event.Hello{"another stream": p.hello, "another session": named(1, -time.Second)} {
		hello.Stream = someStream()
		answer, _ := r.post(t, origin, "text/plain", body(hello.Append(nil)))
		if answer.StatusCode != 403 {
			t.Errorf("%s: %d", what, answer.StatusCode)
		}
	}
	late := p.hello
	late.Token = tokenFor(late.Session, 1, -tokenGrace-time.Second)
	if answer, _ := r.post(t, origin, "text/plain", body(late.Append(nil))); answer.StatusCode != 403 {
		t.Errorf("after the grace: %d", answer.StatusCode)
	}
}

// TestHellosAreLimited: an address or a site that asks too often is told to come back later.
func TestHellosAreLimited(t *testing.T) {
	for what, limit := range map[string]func(*Limits){
		"an address": func(l *Limits) { l.Hellos, l.HellosAtOnce = 0.01, 2 },
		"a site":     func(l *Limits) { l.SiteHellos, l.SiteHellosAtOnce = 0.01, 2 },
	} {
		r := newRelay(t, func(c *Config) { limit(&c.Limits) })
		r.record(t, someHello())
		hello := someHello()
		r.wantTaken(t, body(hello.Append(nil)), 0)
		if answer, content := r.post(t, origin, "text/plain", body(hello.Append(nil))); answer.StatusCode != 429 {
			t.Errorf("%s: %d %q", what, answer.StatusCode, content)
		}
	}
}
