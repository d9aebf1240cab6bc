package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cotrail/cotrail/relay/chain"
	"github.com/cotrail/cotrail/relay/store"
	"github.com/cotrail/cotrail/relay/store/sqlite"
)

// finished puts a session that has ended into a relay's store: of the demonstration's site, with so many entries.
func finished(t *testing.T, dir, id string, entries int) {
	t.Helper()
	ended(t, dir, "demo", id, entries, time.Now())
}

// aged is one of another site that ended at another time.
func aged(t *testing.T, dir, id string, since time.Duration) {
	t.Helper()
	ended(t, dir, "shop", id, 3, time.Now().Add(since))
}

func ended(t *testing.T, dir, site, id string, entries int, then time.Time) {
	t.Helper()
	s, err := sqlite.Open(t.Context(), dir, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	at := then.UnixMilli()
	if _, err := s.Open(t.Context(), store.Opening{Site: site, Session: id, Stream: "aaaaaaaaaaaaaaaa", Tab: "t", Received: at, URL: "https://demo.example/"}); err != nil {
		t.Fatal(err)
	}
	w, err := s.Work(t.Context(), id, store.AllEvents)
	if err != nil {
		t.Fatal(err)
	}
	n := store.Numbered{ID: id, LastSeq: uint64(entries), Ended: true, LastTime: at, Summary: store.Summary{EndReason: "timeout", Participants: []string{"Ada Miller"}}}
	for seq := range uint64(entries) {
		now := time.UnixMilli(at).UTC().Format("2006-01-02T15:04:05.000Z")
		line := fmt.Appendf(nil, `{"actor":{"basis":"trusted","client_index":0,"role":"host","username":"Ada Miller"},"details":{"label":"Next","node_name":"button"},`+
			`"message":"Ada Miller clicked button 'Next'","page":{"url":"https://demo.example/"},"received":"%s","seq":%d,"session_id":"%s","source":"recorder",`+
			`"stream":"aaaaaaaaaaaaaaaa","stream_seq":%d,"tab_id":"t","time":"%s","type":"click"}`, now, seq+1, id, seq+1, now)
		n.Hash = chain.Entry(chain.Salt(w.Salt, seq+1), n.Hash, line)
		n.Entries = append(append(n.Entries, line...), '\n')
	}
	if err := s.Number(t.Context(), n); err != nil {
		t.Fatal(err)
	}
}

// relay is one in development mode, run within the test.
type relay struct {
	t   *testing.T
	url string
	end func()
}

func serve(t *testing.T, dir string, args ...string) *relay {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	out, stdout := io.Pipe()
	var stderr bytes.Buffer
	ended := make(chan int, 1)
	go func() {
		ended <- run(ctx, append([]string{"serve", "--dev", "--listen=127.0.0.1:0", "--data=" + dir}, args...), stdout, &stderr)
		stdout.Close()
	}()
	first := make([]byte, 512)
	n, _ := out.Read(first)
	go io.Copy(io.Discard, out)
	_, rest, _ := strings.Cut(string(first[:n]), "http://")
	address, _, found := strings.Cut(rest, "/demo/")
	r := &relay{t: t, url: "http://" + address}
	r.end = func() {
		r.end = func() {}
		stop()
		select {
		case code := <-ended:
			if code != exitGood {
				t.Errorf("exit %d\n%s", code, &stderr)
			}
		case <-time.After(within):
			t.Fatal("the relay does not end")
		}
	}
	t.Cleanup(func() { r.end() })
	if !found {
		t.Fatalf("the relay says %q", first[:n])
	}
	return r
}

// get asks for a path until the answer is good: a session is sealed and under a checkpoint a moment after its end.
func (r *relay) get(path string) string {
	r.t.Helper()
	var body []byte
	for deadline := time.Now().Add(within); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		req, err := http.NewRequest("GET", r.url+path, nil)
		if err != nil {
			r.t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer dev")
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			r.t.Fatal(err)
		}
		body, err = io.ReadAll(res.Body)
		res.Body.Close()
		if err != nil {
			r.t.Fatal(err)
		}
		if res.StatusCode == http.StatusOK {
			return string(body)
		}
	}
	r.t.Fatalf("%s: %s", path, body)
	return ""
}

// command runs a command and gives its exit code and what it says.
func command(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, err bytes.Buffer
	code = run(t.Context(), args, &out, &err)
	return code, out.String(), err.String()
}

func write(t *testing.T, path, content string) string {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

const one, two, three = "00000000000000000000000000000001", "00000000000000000000000000000002", "00000000000000000000000000000003"

// TestVerify exports logs from a relay and verifies them, and the relay, before and after somebody alters its store.
func TestVerify(t *testing.T) {
	dir, elsewhere := t.TempDir(), t.TempDir()
	finished(t, dir, one, 5)
	finished(t, dir, two, 300)
	r := serve(t, dir)
	log := write(t, filepath.Join(elsewhere, "one.json"), r.get("/v1/sessions/"+one+"/log?proof=1"))
	write(t, filepath.Join(elsewhere, "two.json"), r.get("/v1/sessions/"+two+"/log?proof=1"))
	write(t, filepath.Join(elsewhere, "not.txt"), "no log")
	key := write(t, filepath.Join(elsewhere, "verify.key"), r.get("/v1/verify-key"))
	if info, err := os.Stat(filepath.Join(dir, "signing.key")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the signing key: %v, %v", info, err)
	}

	for _, c := range []struct {
		args           []string
		code           int
		stdout, stderr string
	}{
		{[]string{"--verify-key", key, log}, 0, "good  " + log + ": 5 entries of session " + one, ""},
		{[]string{"--verify-key", key, elsewhere}, 0, "300 entries", ""},
		{[]string{"--verify-key", key, "--json", log}, 0, `"findings":[]`, ""},
		{[]string{"--verify-key", key, "--key", "dev", r.url}, 0, "300 entries", ""},
		{[]string{"--key", "dev", r.url}, 0, "the log of all", "own key is believed"},
		{[]string{"--verify-key", key, r.url}, 2, "", "needs an API key"},
		{[]string{log}, 2, "", "--verify-key is missing"},
		{[]string{"--verify-key", log, log}, 2, "", "is no verifier key"},
		{[]string{"--verify-key", key, filepath.Join(elsewhere, "not.txt")}, 2, "", "no exported log"},
		{[]string{"--verify-key", key, "/nowhere"}, 2, "", "/nowhere"},
		{[]string{"--verify-key", key, "--since", log, log}, 2, "", "the checkpoint " + log},
		{[]string{}, 2, "", "log"},
	} {
		code, stdout, stderr := command(t, append([]string{"verify"}, c.args...)...)
		if code != c.code || !strings.Contains(stdout, c.stdout) || !strings.Contains(stderr, c.stderr) {
			t.Errorf("verify %q: exit %d\nstdout: %s\nstderr: %s", c.args, code, stdout, stderr)
		}
	}

	r.end()
	p := openParts(t, dir, two)
	lines, err := p.lines()
	if err != nil {
		t.Fatal(err)
	}
	lines[36] = bytes.Replace(lines[36], []byte("Ada Miller clicked"), []byte("Bob Miller clicked"), 1)
	if err := p.set(lines, false); err != nil {
		t.Fatal(err)
	}
	r = serve(t, dir)
	code, stdout, stderr := command(t, "verify", "--verify-key", key, "--key", "dev", r.url)
	if code != 1 || strings.Count(stdout, "BAD") != 1 || !strings.Contains(stdout, "Entry 37 was changed.") || !strings.Contains(stdout, "good  "+r.url+"/v1/sessions/"+one) {
		t.Errorf("an altered store: exit %d\nstdout: %s\nstderr: %s", code, stdout, stderr)
	}
	code, stdout, _ = command(t, "verify", "--verify-key", key, "--key", "dev", "--json", r.url)
	if code != 1 || !strings.Contains(stdout, `"findings":[{"kind":"changed","seq":37,"text":"Entry 37 was changed."}]`) {
		t.Errorf("an altered store, as JSON: exit %d\n%s", code, stdout)
	}
}

// TestRestoredBackup sets a store back to yesterday's and lets it go on: a checkpoint of today, kept elsewhere, tells.
func TestRestoredBackup(t *testing.T) {
	dir, backup, elsewhere := t.TempDir(), t.TempDir(), t.TempDir()
	finished(t, dir, one, 3)
	r := serve(t, dir)
	r.get("/v1/sessions/" + one + "/proof")
	key := write(t, filepath.Join(elsewhere, "verify.key"), r.get("/v1/verify-key"))
	r.end()
	if err := os.CopyFS(backup, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	finished(t, dir, two, 4)
	r = serve(t, dir)
	r.get("/v1/sessions/" + two + "/proof")
	since := write(t, filepath.Join(elsewhere, "checkpoint"), r.get("/v1/checkpoint"))
	if code, stdout, stderr := command(t, "verify", "--verify-key", key, "--key", "dev", "--since", since, r.url); code != 0 {
		t.Errorf("the same store: exit %d\n%s%s", code, stdout, stderr)
	}
	r.end()
	finished(t, dir, three, 5)
	r = serve(t, dir)
	r.get("/v1/sessions/" + three + "/proof")
	if code, stdout, stderr := command(t, "verify", "--verify-key", key, "--key", "dev", "--since", since, r.url); code != 0 || strings.Count(stdout, "good") != 6 {
		t.Errorf("the store that went on: exit %d\n%s%s", code, stdout, stderr)
	}
	r.end()

	for sessions, want := range []string{"it was set back", "another one", "has changed"} {
		again := t.TempDir()
		if err := os.CopyFS(again, os.DirFS(backup)); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(filepath.Join(again, "signing.key"), 0o600); err != nil {
			t.Fatal(err)
		}
		for i := range sessions {
			finished(t, again, fmt.Sprintf("%031da", i), 2)
		}
		r = serve(t, again, "--checkpoint-every", "1s") // a checkpoint tells seconds: the first may be of the second of the one that is kept
		for i := range sessions {
			r.get(fmt.Sprintf("/v1/sessions/%031da/proof", i))
		}
		// A checkpoint after the start must be made, or it is still the one from before.
		sets := func() bool {
			code, stdout, _ := command(t, "verify", "--verify-key", key, "--key", "dev", "--since", since, r.url)
			return code == 1 && strings.Contains(stdout, want)
		}
		for deadline := time.Now().Add(within); !sets(); time.Sleep(50 * time.Millisecond) {
			if time.Now().After(deadline) {
				code, stdout, stderr := command(t, "verify", "--verify-key", key, "--key", "dev", "--since", since, r.url)
				t.Fatalf("restored, and %d sessions since: exit %d\n%s%s", sessions, code, stdout, stderr)
			}
		}
		r.end()
	}
}

// TestRotate rotates the key: what either key has signed verifies with the new file, and the new relay's word with the
// old one.
func TestRotate(t *testing.T) {
	dir, elsewhere := t.TempDir(), t.TempDir()
	finished(t, dir, one, 3)
	r := serve(t, dir)
	old := write(t, filepath.Join(elsewhere, "old.key"), r.get("/v1/verify-key"))
	log := write(t, filepath.Join(elsewhere, "one.json"), r.get("/v1/sessions/"+one+"/log?proof=1"))
	since := write(t, filepath.Join(elsewhere, "checkpoint"), r.get("/v1/checkpoint"))
	r.end()
	code, stdout, stderr := command(t, "rotate-signing-key", "--data", dir)
	if code != 0 || strings.Count(stdout, "\n") != 2 || !strings.HasSuffix(stdout, r.readFile(old)) {
		t.Fatalf("rotate: exit %d\n%s%s", code, stdout, stderr)
	}
	key := write(t, filepath.Join(elsewhere, "new.key"), stdout)
	finished(t, dir, two, 3)
	r = serve(t, dir)
	newer := write(t, filepath.Join(elsewhere, "two.json"), r.get("/v1/sessions/"+two+"/log?proof=1"))
	if got := r.get("/v1/verify-key"); got != stdout {
		t.Errorf("the relay's verifier keys are\n%s, want\n%s", got, stdout)
	}
	for _, k := range []string{old, key} {
		if code, stdout, stderr := command(t, "verify", "--verify-key", k, log, newer); code != 0 {
			t.Errorf("with %s: exit %d\n%s%s", k, code, stdout, stderr)
		}
	}
	if code, stdout, stderr := command(t, "verify", "--verify-key", key, "--key", "dev", "--since", since, r.url); code != 0 {
		t.Errorf("since the rotation: exit %d\n%s%s", code, stdout, stderr)
	}
	if code, _, stderr := command(t, "rotate-signing-key", "--data", elsewhere); code != 2 || !strings.Contains(stderr, "signing.key") {
		t.Errorf("nothing to rotate: exit %d %s", code, stderr)
	}
	var summary struct{ Sealed bool }
	if err := json.Unmarshal([]byte(r.get("/v1/sessions/"+two)), &summary); err != nil || !summary.Sealed {
		t.Errorf("the summary does not say that the session is sealed: %v", err)
	}
}

func (r *relay) readFile(path string) string {
	content, err := os.ReadFile(path)
	if err != nil {
		r.t.Fatal(err)
	}
	return string(content)
}
