package server

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"github.com/cotrail/cotrail/relay/assets"
	"github.com/cotrail/cotrail/relay/config"
)

// within bounds every wait of these tests. It is no measure of speed: what takes so long will not come.
const within = 20 * time.Second

// recorder stands in for a build.
func recorder(t *testing.T) *assets.Assets {
	t.Helper()
	files := fstest.MapFS{"manifest.json": {Data: []byte(`{"module":"cotrail.aa.wasm","sensor":"cotrail.cc.sensor.js","script":"cotrail.bb.js","script_integrity":"sha384-x","version":"0.1.0"}`)}}
	for _, name := range []string{"cotrail.aa.wasm", "cotrail.cc.sensor.js", "cotrail.bb.js"} {
		for _, suffix := range []string{"", ".br", ".gz"} {
			files[name+suffix] = &fstest.MapFile{Data: []byte(name + suffix)}
		}
	}
	a, err := assets.New(files)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// options are those of a relay in development mode on a free port.
func options(t *testing.T) Options {
	t.Helper()
	return Options{Listen: "127.0.0.1:0", Data: t.TempDir(), Dev: true, Assets: recorder(t), Log: slog.New(slog.DiscardHandler)}
}

// running is a server that runs until the test ends or stops it.
type running struct {
	*Server
	stop  context.CancelFunc
	ended chan error
}

func start(t *testing.T, conf *config.Config, o Options) *running {
	t.Helper()
	s, err := New(t.Context(), conf, o)
	if err != nil {
		t.Fatal(err)
	}
	return run(t, s)
}

func run(t *testing.T, s *Server) *running {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	r := &running{s, stop, make(chan error, 1)}
	go func() { r.ended <- s.Run(ctx); close(r.ended) }()
	t.Cleanup(func() { r.end(t) })
	return r
}

// end stops the server and gives what Run said.
func (r *running) end(t *testing.T) error {
	t.Helper()
	r.stop()
	select {
	case err := <-r.ended:
		return err
	case <-time.After(within):
		t.Fatal("the server does not end")
		return nil
	}
}

func load(t *testing.T, content string, dev bool) *config.Config {
	t.Helper()
	path := ""
	if content != "" {
		path = filepath.Join(t.TempDir(), "cotrail.yaml")
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c, err := config.Load(path, dev)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// get asks, with headers by name and value; Host is one of them.
func get(t *testing.T, url string, headers ...string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequest("GET", url, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Accept-Encoding", "identity") // what the stand-in of a build calls packed is not
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
		if headers[i] == "Host" {
			req.Host = headers[i+1]
		}
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, string(body)
}

func TestDev(t *testing.T) {
	s := start(t, load(t, "sites:\n  - {key: mine, dev: true}\n  - {key: live, origins: [\"https://live.example\"]}\n", true), options(t))
	for path, want := range map[string]string{
		"/healthz":                    "alive",
		"/readyz":                     "ready",
		"/metrics":                    `cotrail_build_info{version="0.1.0"} 1`,
		"/demo/":                      `data-site="demo"`,
		"/cotrail.js":                 "cotrail.bb.js",
		"/cotrail.aa.wasm":            "cotrail.aa.wasm",
		"/":                           s.Address() + "/cotrail.bb.js",
		"/v1/record/policy?site=demo": "cotrail-policy 1\n",
		"/v1/sessions":                `{"sessions":[],"next":null}`,
		"/v1/sessions?site=mine":      `{"sessions":[],"next":null}`,
	} {
		res, body := get(t, s.Address()+path, "Authorization", "Bearer dev")
		if res.StatusCode != 200 || !strings.Contains(body, want) {
			t.Errorf("%s: %d %s, want %s", path, res.StatusCode, body, want)
		}
	}
	res, body := get(t, s.Address()+"/v1/schema/events.json")
	var schema map[string]any
	if err := json.Unmarshal([]byte(body), &schema); err != nil || res.StatusCode != 200 || schema["$defs"] == nil {
		t.Errorf("schema: %d %v", res.StatusCode, err)
	}
	for path, want := range map[string]int{"/v1/sessions?site=live": 404, "/v1/nothing": 404, "/demo/nothing": 404} {
		if res, body := get(t, s.Address()+path, "Authorization", "Bearer dev"); res.StatusCode != want {
			t.Errorf("%s: %d %s", path, res.StatusCode, body)
		}
	}
}

func TestDevRefuses(t *testing.T) {
	s := start(t, load(t, "", true), options(t))
	for _, path := range []string{"/", "/healthz", "/v1/sessions", "/v1/record", "/demo/", "/cotrail.js", "/nothing"} {
		for _, header := range [][]string{{"Host", "evil.example"}, {"X-Forwarded-For", "192.0.2.1"}, {"Forwarded", "for=192.0.2.1"}} {
			res, body := get(t, s.Address()+path, append(header, "Authorization", "Bearer dev")...)
			if res.StatusCode != 403 || res.Header.Get("Content-Type") != "application/problem+json" || !strings.Contains(body, "--dev") {
				t.Errorf("%s with %v: %d %s", path, header, res.StatusCode, body)
			}
		}
	}
}

func TestWithoutDev(t *testing.T) {
	o := options(t)
	o.Dev = false
	conf := "sites:\n  - {key: shop, origins: [\"https://shop.example\"]}\n" +
		fmt.Sprintf("keys:\n  - {name: ops, sha256: \"%x\", scopes: [read], sites: [shop]}\n", sha256.Sum256([]byte("secret")))
	s := start(t, load(t, conf, false), o)
	for path, want := range map[string]int{"/demo/": 404, "/v1/sessions": 401, "/healthz": 200, "/v1/record/policy?site=demo": 404} {
		if res, body := get(t, s.Address()+path, "Authorization", "Bearer dev"); res.StatusCode != want {
			t.Errorf("%s: %d %s", path, res.StatusCode, body)
		}
	}
	if res, _ := get(t, s.Address()+"/cotrail.js", "Host", "relay.example", "X-Forwarded-For", "192.0.2.1"); res.StatusCode != 200 {
		t.Errorf("through a proxy: %d", res.StatusCode)
	}
	if res, _ := get(t, s.Address()+"/metrics", "X-Forwarded-For", "192.0.2.1"); res.StatusCode != 401 {
		t.Errorf("metrics through a proxy without a key: %d", res.StatusCode)
	}
	if res, _ := get(t, s.Address()+"/metrics", "X-Forwarded-For", "192.0.2.1", "Authorization", "Bearer secret"); res.StatusCode != 200 {
		t.Errorf("metrics through a proxy with a key: %d", res.StatusCode)
	}
}

func TestHeadersOfEveryAnswer(t *testing.T) {
	s := start(t, load(t, "", true), options(t))
	for _, path := range []string{"/", "/healthz", "/v1/sessions", "/v1/record", "/v1/record/policy", "/demo/", "/cotrail.js", "/cotrail.aa.wasm", "/nothing"} {
		res, _ := get(t, s.Address()+path)
		h := res.Header
		if h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Referrer-Policy") == "" || h.Get("Cross-Origin-Resource-Policy") == "" {
			t.Errorf("%s: %v", path, h)
		}
		if policy := h.Get("Content-Security-Policy"); !strings.Contains(policy, "default-src 'none'") || strings.Contains(policy, "'unsafe-") {
			t.Errorf("%s: Content-Security-Policy is %q", path, policy)
		}
	}
}

func TestAdminListen(t *testing.T) {
	o := options(t)
	o.AdminListen = "127.0.0.1:0"
	s := start(t, load(t, "", true), o)
	admin := s.fronts[1].address()
	for _, path := range []string{"/healthz", "/readyz", "/metrics"} {
		if res, _ := get(t, s.Address()+path); res.StatusCode != 404 {
			t.Errorf("%s on --listen: %d", path, res.StatusCode)
		}
		if res, body := get(t, admin+path); res.StatusCode != 200 {
			t.Errorf("%s on --admin-listen: %d %s", path, res.StatusCode, body)
		}
		if res, _ := get(t, admin+path, "Host", "evil.example"); res.StatusCode != 403 {
			t.Errorf("%s on --admin-listen for another host: %d", path, res.StatusCode)
		}
	}
	for _, path := range []string{"/", "/v1/sessions", "/demo/", "/cotrail.js", "/v1/record"} {
		if res, _ := get(t, admin+path, "Authorization", "Bearer dev"); res.StatusCode != 404 {
			t.Errorf("%s on --admin-listen: %d", path, res.StatusCode)
		}
	}
}

func TestNewRefuses(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	used := options(t)
	start(t, load(t, "", true), used)
	for name, c := range map[string]struct {
		change func(*Options)
		want   string
	}{
		"everybody's address":           {func(o *Options) { o.Listen = "0.0.0.0:0" }, "loopback only"},
		"everybody's admin address":     {func(o *Options) { o.AdminListen = ":0" }, "loopback only"},
		"address in use":                {func(o *Options) { o.Listen = taken.Addr().String() }, "address already in use"},
		"admin address in use":          {func(o *Options) { o.AdminListen = taken.Addr().String() }, "address already in use"},
		"data directory in use":         {func(o *Options) { o.Data = used.Data }, "store"},
		"data directory that is a file": {func(o *Options) { o.Data = "server_test.go" }, "server_test.go"},
		"broken key for addresses": {func(o *Options) {
			if err := os.WriteFile(filepath.Join(o.Data, ipKeyFile), nil, 0o600); err != nil {
				t.Fatal(err)
			}
		}, ipKeyFile},
	} {
		o := options(t)
		c.change(&o)
		s, err := New(t.Context(), load(t, "", true), o)
		if err == nil {
			s.Run(canceled())
			t.Errorf("%s: accepted", name)
		} else if !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

func canceled() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}

func TestStop(t *testing.T) {
	o := options(t)
	s := start(t, load(t, "", true), o)
	address := s.Address()
	if err := s.end(t); err != nil {
		t.Errorf("Run: %v", err)
	}
	if _, err := http.Get(address); err == nil {
		t.Error("it still answers")
	}
	o.Listen = strings.TrimPrefix(address, "http://")
	if err := start(t, load(t, "", true), o).end(t); err != nil {
		t.Errorf("started again in the same place: %v", err)
	}
}

// TestStopWaitsForAnswers ends the server while a request is being answered.
func TestStopWaitsForAnswers(t *testing.T) {
	s, err := New(t.Context(), load(t, "", true), options(t))
	if err != nil {
		t.Fatal(err)
	}
	asked, answer := make(chan struct{}), make(chan struct{})
	s.fronts[0].server.Handler = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		close(asked)
		<-answer
		io.WriteString(w, "whole")
	})
	r := run(t, s)
	got := make(chan string, 1)
	go func() {
		res, err := http.Get(s.Address())
		if err != nil {
			got <- err.Error()
			return
		}
		body, _ := io.ReadAll(res.Body)
		got <- string(body)
	}()
	<-asked
	r.stop()
	// It has stopped listening before the answer is given.
	for deadline := time.Now().Add(within); ; time.Sleep(time.Millisecond) {
		c, err := net.Dial("tcp", s.fronts[0].listener.Addr().String())
		if err != nil {
			break
		}
		c.Close()
		if time.Now().After(deadline) {
			t.Fatal("it still listens")
		}
	}
	close(answer)
	if body := <-got; body != "whole" {
		t.Errorf("the answer: %s", body)
	}
	if err := r.end(t); err != nil {
		t.Errorf("Run: %v", err)
	}
}

func TestFailedStoreEndsTheServer(t *testing.T) {
	s, err := New(t.Context(), load(t, "", true), options(t))
	if err != nil {
		t.Fatal(err)
	}
	failed := make(chan error, 1)
	s.failed = failed
	failed <- errors.New("fsync: input/output error")
	r := run(t, s)
	select {
	case err := <-r.ended:
		if err == nil || !strings.Contains(err.Error(), "the store failed") || !strings.Contains(err.Error(), "input/output error") {
			t.Errorf("Run: %v", err)
		}
	case <-time.After(within):
		t.Fatal("it goes on")
	}
}

// TestReload puts another file in force while the relay serves.
func TestReload(t *testing.T) {
	o := options(t)
	o.Dev = false
	site := func(key, more string) string {
		return "  - {key: " + key + ", origins: [\"https://" + key + ".example\"]" + more + "}\n"
	}
	s := start(t, load(t, "sites:\n"+site("a", "")+site("b", ""), false), o)
	policy := func(key string) (int, string) {
		res, body := get(t, s.Address()+"/v1/record/policy?site="+key)
		return res.StatusCode, body
	}
	_, before := policy("a")
	if err := s.Reload(t.Context(), load(t, "sites:\n"+site("a", ", policy: {default: allow}, session: {settle: 5ms}")+site("c", ""), false)); err != nil {
		t.Fatal(err)
	}
	if status, body := policy("a"); status != 200 || body == before || !strings.Contains(body, "default allow") {
		t.Errorf("the policy of a site that stays: %d %s", status, body)
	}
	if status, _ := policy("b"); status != 404 {
		t.Errorf("a site that has gone: %d", status)
	}
	if status, _ := policy("c"); status != 200 {
		t.Errorf("a site that has come: %d", status)
	}
	of := sites{&s.conf}
	if _, ok := of.Site("c"); !ok || of.settings("a").Settle != 5*time.Millisecond {
		t.Errorf("the parts have %+v", of.settings("a"))
	}
	for _, key := range []string{"a", "c"} { // what is served is kept
		_, body := policy(key)
		sum := sha256.Sum256([]byte(body))
		if found, err := s.store.Policy(t.Context(), fmt.Sprintf("%x", sum)); err != nil || len(found) == 0 {
			t.Errorf("the policy of %s is not kept: %v", key, err)
		}
	}
}

func TestSameForwarding(t *testing.T) {
	with := func(more string) *config.Config {
		return load(t, "public_url: https://relay.example\nsites:\n  - {key: a, origins: [\"https://a.example\"], deliver: [{type: stdout"+more+"}]}\n", false)
	}
	if !sameForwarding(with(""), with("")) {
		t.Error("the same file forwards elsewhere")
	}
	if sameForwarding(with(""), with(", concurrency: 2")) {
		t.Error("another destination is the same")
	}
}

func TestSettings(t *testing.T) {
	conf := load(t, "sites:\n  - {key: a, origins: [\"https://a.example\"], session: {leave_after: 5s, idle_timeout: 7m, settle: 20ms}}\n", false)
	var in atomic.Pointer[config.Config]
	in.Store(conf)
	of := sites{&in}.settings
	if got := of("a"); got.LeaveAfter != 5*time.Second || got.IdleTimeout != 7*time.Minute || got.Settle != 20*time.Millisecond {
		t.Errorf("%+v", got)
	}
	if got := of("gone"); got.Settle != config.DefaultSession.Settle || got.LeaveAfter == 0 || got.IdleTimeout == 0 {
		t.Errorf("of a site that is gone: %+v", got)
	}
}
