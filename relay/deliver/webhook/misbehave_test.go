package webhook

import (
	"context"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"github.com/cotrail/cotrail/relay/deliver"
)

// impatient is the time of an attempt in the rows in which it runs out. The others must be over long before patient.
const (
	impatient = 300 * time.Millisecond
	patient   = 20 * time.Second
)

// TestReceiversThatMisbehave is the table of what happens.
func TestReceiversThatMisbehave(t *testing.T) {
	release := make(chan struct{})
	defer close(release)
	hang := func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body) // a server that has not read the request does not see that the client left
		select {
		case <-r.Context().Done():
		case <-release:
		}
	}
	answer := func(status int, headers ...string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			for i := 0; i < len(headers); i += 2 {
				w.Header().Set(headers[i], headers[i+1])
			}
			w.WriteHeader(status)
			io.WriteString(w, "<script>a receiver's own words</script>")
		}
	}
	var read atomic.Int64 // what could be written of an endless answer
	for what, row := range map[string]struct {
		receiver http.HandlerFunc
		edit     func(*Config)
		within   time.Duration // patient when 0
		want     string        // of the error; empty for none
		after    time.Duration
	}{
		"good":                    {receiver: answer(204)},
		"accepts":                 {receiver: answer(202)},
		"hangs":                   {receiver: hang, within: impatient, want: "deadline exceeded"},
		"hangs after its head":    {receiver: func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(200); flush(w); hang(w, r) }},
		"resets":                  {receiver: func(w http.ResponseWriter, r *http.Request) { reset(w) }, want: "connection reset"},
		"closes":                  {receiver: func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, want: "EOF"},
		"one byte a second":       {receiver: drip(release), within: impatient, want: "deadline exceeded"},
		"a gigabyte of answer":    {receiver: endless(&read)},
		"a gigabyte of headers":   {receiver: answer(200, "X-Long", strings.Repeat("x", 1<<20)), want: "exceeded"},
		"redirects to metadata":   {receiver: answer(302, "Location", "http://169.254.169.254/latest/meta-data/"), want: errRedirect.Error()},
		"redirects to itself":     {receiver: answer(307, "Location", "/elsewhere"), want: errRedirect.Error()},
		"not modified":            {receiver: answer(304), want: errRedirect.Error()},
		"refuses":                 {receiver: answer(400), want: "answered 400 Bad Request"},
		"fails":                   {receiver: answer(500), want: "answered 500 Internal Server Error"},
		"is gone":                 {receiver: answer(410), want: (&deliver.Gone{}).Error()},
		"has too much":            {receiver: answer(429, "Retry-After", "120"), want: "answered 429 Too Many Requests", after: 2 * time.Minute},
		"asks to wait a year":     {receiver: answer(503, "Retry-After", "99999999999"), want: "answered 503 Service Unavailable", after: 365 * 24 * time.Hour},
		"asks for nonsense":       {receiver: answer(503, "Retry-After", "soon"), want: "answered 503 Service Unavailable"},
		"asks for a past":         {receiver: answer(503, "Retry-After", "Sun, 06 Nov 1994 08:49:37 GMT"), want: "answered 503 Service Unavailable"},
		"a certificate of nobody": {receiver: answer(204), edit: func(c *Config) { c.Roots = x509.NewCertPool() }, want: "certificate signed by unknown authority"},
		"a certificate of another": {receiver: answer(204), edit: func(c *Config) {
			c.URL = strings.Replace(c.URL, "127.0.0.1", "localhost", 1)
			c.Networks = append(c.Networks, netip.MustParsePrefix("::1/128"))
		}, want: "certificate is valid for"},
		"in no allowed network":   {receiver: answer(204), edit: func(c *Config) { c.Networks = nil }, want: "not a permitted destination"},
		"without TLS":             {receiver: answer(204), edit: func(c *Config) { c.URL = strings.Replace(c.URL, "https", "http", 1) }, want: "answered 400"},
		"without TLS, in public":  {receiver: answer(204), edit: func(c *Config) { c.URL = "http://8.8.8.8:1/" }, want: "not a permitted destination"},
		"a public name of inside": {receiver: answer(204), edit: func(c *Config) { c.URL = "https://[::ffff:10.0.0.1]/" }, want: "not a permitted destination"},
		"metadata itself":         {receiver: answer(204), edit: func(c *Config) { c.URL = "https://169.254.169.254/" }, want: "not a permitted destination"},
	} {
		t.Run(what, func(t *testing.T) {
			to := httptest.NewUnstartedServer(row.receiver)
			to.Config.ErrorLog = quiet
			to.StartTLS()
			defer to.Close()
			defer to.CloseClientConnections()
			within := row.within
			if within == 0 {
				within = patient
			}
			ctx, cancel := context.WithTimeout(t.Context(), within)
			defer cancel()
			err := hook(t, to, row.edit).Deliver(ctx, message(1, 1))
			switch {
			case (row.want == "") != (err == nil), err != nil && !strings.Contains(err.Error(), row.want):
				t.Errorf("error %v, want %q", err, row.want)
			case err != nil && (strings.Contains(err.Error(), "own words") || strings.Contains(err.Error(), "/hook")):
				t.Errorf("the error shows what the receiver said, or its address: %v", err)
			case row.within == 0 && ctx.Err() != nil:
				t.Error("it took all the time there was")
			}
			var refused *deliver.Refused
			if errors.As(err, &refused) && refused.After != row.after {
				t.Errorf("wait %s, want %s", refused.After, row.after)
			}
		})
	}
	if n := read.Load(); n == 0 || n > 64<<20 {
		t.Errorf("%d bytes of an endless answer went out", n)
	}
}

func flush(w http.ResponseWriter) { w.(http.Flusher).Flush() }

// reset ends the connection as a firewall does.
func reset(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(err)
	}
	if under, ok := conn.(interface{ NetConn() net.Conn }); ok {
		conn = under.NetConn()
	}
	conn.(*net.TCPConn).SetLinger(0)
	conn.Close()
}

// drip sends its head byte by byte.
func drip(release chan struct{}) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			panic(err)
		}
		defer conn.Close()
		tick := time.NewTicker(time.Second)
		defer tick.Stop()
		for _, b := range []byte("HTTP/1.1 200 OK\r\n") {
			if _, err := conn.Write([]byte{b}); err != nil {
				return
			}
			select {
			case <-tick.C:
			case <-release:
				return
			}
		}
	}
}

// endless answers a gigabyte.
func endless(sent *atomic.Int64) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		block := make([]byte, 64<<10)
		for range 1 << 14 {
			n, err := w.Write(block)
			sent.Add(int64(n))
			if err != nil {
				return
			}
		}
	}
}

// TestNameThatChangesItsMind has a name that is in an allowed network when it is first asked for, and then the relay's
// own machine: what counts is where the connection goes.
func TestNameThatChangesItsMind(t *testing.T) {
	to, requests := receiver(t)
	var asked atomic.Int32
	resolver := names(t, func() [4]byte {
		if asked.Add(1) == 1 {
			return [4]byte{127, 0, 0, 1}
		}
		return [4]byte{127, 0, 0, 2}
	})
	w := hook(t, to, func(c *Config) {
		u, err := url.Parse(c.URL)
		if err != nil {
			t.Fatal(err)
		}
		c.URL, c.Resolver = "https://example.com:"+u.Port()+"/", resolver // the name in httptest's certificate
	})
	deliverTo(t, w, message(1, 1))
	<-requests
	w.client.CloseIdleConnections()
	err := w.Deliver(t.Context(), message(1, 1))
	if err == nil || !strings.Contains(err.Error(), "127.0.0.2 is not a permitted destination") {
		t.Errorf("after the name changed: %v", err)
	}
}

// names is a resolver with a server of its own, which gives every name the address of the moment.
func names(t *testing.T, address func() [4]byte) *net.Resolver {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	go func() {
		buffer := make([]byte, 1500)
		for {
			n, from, err := conn.ReadFrom(buffer)
			if err != nil {
				return
			}
			var m dnsmessage.Message
			if err := m.Unpack(buffer[:n]); err != nil {
				continue
			}
			m.Response, m.Additionals = true, nil
			if q := m.Questions[0]; q.Type == dnsmessage.TypeA {
				m.Answers = []dnsmessage.Resource{{
					Header: dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class},
					Body:   &dnsmessage.AResource{A: address()},
				}}
			}
			if answer, err := m.Pack(); err == nil {
				conn.WriteTo(answer, from)
			}
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp", conn.LocalAddr().String())
	}}
}
