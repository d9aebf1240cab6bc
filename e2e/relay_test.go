package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/cotrail/cotrail/e2e/schematest"
)

// patience bounds every wait of these tests. It is generous, because two cores also run a browser; a test that
// passes never waits so long.
const patience = 30 * time.Second

// shownEntries is how many of a log that a test waited for in vain are shown.
const shownEntries = 20

// sites is the configuration of the tests: a site that hides and one that shows.
const sites = `
sites:
  - {key: hides, dev: true, anonymous: true, origins: ["http://127.0.0.1:*"]}
  - {key: shows, dev: true, anonymous: true, origins: ["http://127.0.0.1:*"], policy: {default: allow, titles: true}}
  - {key: broken, dev: true, anonymous: true, origins: ["http://127.0.0.1:*"], policy: {default: allow, block: [".private"], allow: ["#a, b("]}}
  - {key: elsewhere, dev: true, anonymous: true, origins: ["https://shop.example"]}
`

// relay is a running cotrail.
type relay struct {
	t       testing.TB
	url     string
	dir     string
	listen  string
	command *exec.Cmd
	errors  output
}

// startRelay starts one with an empty store. It ends with the test, and well: exit code 0, unless it was killed.
func startRelay(t testing.TB) *relay {
	t.Helper()
	return startRelayWith(t, "")
}

// startRelayWith starts one with more sites, in YAML as under sites.
func startRelayWith(t testing.TB, more string) *relay {
	t.Helper()
	r := &relay{t: t, dir: t.TempDir(), listen: freePort(t)}
	r.url = "http://" + r.listen
	if err := os.WriteFile(filepath.Join(r.dir, "cotrail.yaml"), []byte(sites+more), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if r.command != nil {
			r.stop()
		}
		if t.Failed() {
			t.Logf("the relay's log:\n%s", r.errors.String())
		}
	})
	r.start()
	return r
}

// start starts the relay, again after kill, on the same address and store.
func (r *relay) start() {
	r.t.Helper()
	r.command = exec.Command(binary, "serve", "--dev", "--listen", r.listen, "--data", filepath.Join(r.dir, "data"), "--config", filepath.Join(r.dir, "cotrail.yaml"))
	r.command.Stderr = &r.errors
	if err := r.command.Start(); err != nil {
		r.t.Fatal(err)
	}
	eventually(r.t, "the relay is ready", func() bool {
		answer, err := http.Get(r.url + "/readyz")
		if err != nil {
			return false
		}
		answer.Body.Close()
		return answer.StatusCode == http.StatusOK
	})
}

// kill ends the relay as a power cut would end its process.
func (r *relay) kill() {
	r.t.Helper()
	if err := r.command.Process.Kill(); err != nil {
		r.t.Fatal(err)
	}
	r.command.Wait()
	r.command = nil
}

func (r *relay) stop() {
	r.command.Process.Signal(syscall.SIGTERM)
	late := time.AfterFunc(patience, func() { r.command.Process.Kill() })
	defer late.Stop()
	if err := r.command.Wait(); err != nil {
		r.t.Errorf("the relay did not end well: %v", err)
	}
}

// entry is one entry of a log, as JSON gives it.
type entry map[string]any

func (e entry) details() entry       { return entry(object(e["details"])) }
func (e entry) text(k string) string { s, _ := e[k].(string); return s }
func (e entry) number(k string) int  { f, _ := e[k].(float64); return int(f) }

func object(v any) map[string]any { m, _ := v.(map[string]any); return m }

// get reads a path of the API as the dev key may.
func (r *relay) get(path string) []byte {
	r.t.Helper()
	request, err := http.NewRequest(http.MethodGet, r.url+path, nil)
	if err != nil {
		r.t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer dev")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		r.t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		r.t.Fatalf("GET %s: %s %v\n%s", path, answer.Status, err, body)
	}
	return body
}

// log reads a session's log and checks each entry against the schema, the numbers for holes, and each stream for
// gaps and repeats.
func (r *relay) log(session string) []entry {
	r.t.Helper()
	var answer struct {
		Entries []json.RawMessage `json:"session_logs"`
	}
	if err := json.Unmarshal(r.get("/v1/sessions/"+session+"/log"), &answer); err != nil {
		r.t.Fatal(err)
	}
	entries := make([]entry, len(answer.Entries))
	streams := map[string]int{}
	for i, raw := range answer.Entries {
		if err := schematest.Check(raw); err != nil {
			r.t.Errorf("entry %s\nagainst its schema: %v", raw, err)
		}
		if err := json.Unmarshal(raw, &entries[i]); err != nil {
			r.t.Fatal(err)
		}
		e := entries[i]
		if e.number("seq") != i+1 {
			r.t.Errorf("entry %d has seq %v", i+1, e["seq"])
		}
		if stream := e.text("stream"); stream != "" && e["stream_seq"] != nil {
			streams[stream]++
			if e.number("stream_seq") != streams[stream] {
				r.t.Errorf("entry %d of stream %s has number %v", streams[stream], stream, e["stream_seq"])
			}
		}
	}
	return entries
}

// settledLog waits until the log holds what done asks for.
func (r *relay) settledLog(session, what string, done func([]entry) bool) []entry {
	r.t.Helper()
	var entries []entry
	defer func() {
		if r.t.Failed() {
			r.t.Logf("the log of %s has %d entries, at last\n%s", session, len(entries), show(entries[max(0, len(entries)-shownEntries):]))
		}
	}()
	eventually(r.t, what, func() bool {
		if !r.knows(session) {
			return false
		}
		entries = r.log(session)
		return done(entries)
	})
	return entries
}

// knows tells whether the session has come to be.
func (r *relay) knows(session string) bool {
	request, _ := http.NewRequest(http.MethodGet, r.url+"/v1/sessions/"+session+"/log", nil)
	request.Header.Set("Authorization", "Bearer dev")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return false
	}
	answer.Body.Close()
	return answer.StatusCode == http.StatusOK
}

// ofType keeps the entries of some types.
func ofType(entries []entry, types ...string) []entry {
	var out []entry
	for _, e := range entries {
		for _, t := range types {
			if e.text("type") == t {
				out = append(out, e)
			}
		}
	}
	return out
}

// has tells whether there are so many entries of a type.
func has(n int, kind string) func([]entry) bool {
	return func(entries []entry) bool { return len(ofType(entries, kind)) >= n }
}

func show(entries []entry) string {
	var b strings.Builder
	for _, e := range entries {
		details, _ := json.Marshal(e["details"])
		fmt.Fprintf(&b, "%3d %-18s %s\n    %s\n", e.number("seq"), e.text("type"), e.text("message"), details)
	}
	return b.String()
}

// eventually waits until a condition holds, and fails the test when it never does.
func eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	tick := time.NewTicker(25 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-ctx.Done():
			t.Fatalf("waited %v in vain until %s", patience, what)
		case <-tick.C:
		}
	}
}

// The ports of the relays lie below those that the system hands out, so that no server that is started meanwhile
// gets one while its relay is being killed and started again.
const firstPort, ports = 10_000, 20_000

// freePort gives a loopback address that nobody listens on. The relay keeps it over restarts.
func freePort(t testing.TB) string {
	t.Helper()
	for {
		l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", firstPort+rand.IntN(ports)))
		if errors.Is(err, syscall.EADDRINUSE) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		return l.Addr().String()
	}
}

// output collects what a process writes, which it does while the test reads.
type output struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.String()
}
