package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// ask sends a request with the dev key.
func (r *relay) ask(method, path string) (int, string) {
	r.t.Helper()
	req, err := http.NewRequest(method, r.url+path, nil)
	if err != nil {
		r.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer dev")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		r.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	return res.StatusCode, string(body)
}

// TestErase erases a session over HTTP, looks for it in all files of the relay, and verifies all that is left.
func TestErase(t *testing.T) {
	dir, logs, elsewhere := t.TempDir(), filepath.Join(t.TempDir(), "logs"), t.TempDir()
	finished(t, dir, one, 30)
	finished(t, dir, two, 30)
	r := serve(t, dir, "--session-log-dir="+logs)
	key := write(t, filepath.Join(elsewhere, "verify.key"), r.get("/v1/verify-key"))
	for _, id := range []string{one, two} {
		r.get("/v1/sessions/" + id + "/proof")
	}
	since := write(t, filepath.Join(elsewhere, "checkpoint"), r.get("/v1/checkpoint"))
	hour := time.Now()
	file := filepath.Join(logs, "session-"+hour.UTC().Format(time.DateOnly)+".log")
	for deadline := hour.Add(within); strings.Count(fileOrNothing(file), "\n") != 2; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("the session log has\n%s", fileOrNothing(file))
		}
	}

	path := "/v1/sessions/" + one
	for _, c := range []struct {
		method, path string
		status       int
		part         string
	}{
		{"PUT", path + "/hold", 200, `"held":"2`},
		{"DELETE", path, 409, "held"},
		{"DELETE", path + "/hold", 200, `"held":null`},
		{"GET", path + "/log", 200, "Ada Miller"},
		{"DELETE", path, 200, `"tombstone":"cotrail/`},
		{"DELETE", path, 410, "was erased"},
		{"GET", path + "/log", 410, "was erased"},
		{"GET", path, 200, `"participants":[]`},
		{"GET", "/v1/sessions/" + two + "/log", 200, "Ada Miller"},
		{"DELETE", "/v1/sessions/none", 404, "no such session"},
	} {
		if status, body := r.ask(c.method, c.path); status != c.status || !strings.Contains(body, c.part) {
			t.Errorf("%s %s: %d %s, want %d with %s", c.method, c.path, status, body, c.status, c.part)
		}
	}
	if log := fileOrNothing(file); strings.Contains(log, one) || !strings.Contains(log, two) {
		t.Errorf("the session log has\n%s", log)
	}
	if log := r.get("/v1/access-log?site=demo"); strings.Count(log, `"type":"log_`) != 5 || !strings.Contains(log, `dev erased the log of session `+one) {
		t.Errorf("the access log: %s", log)
	}

	// The tombstone verifies, and so does all else, before and after the next start.
	r.get(path + "/proof")
	tomb := write(t, filepath.Join(elsewhere, "one.json"), r.get(path+"/log?proof=1"))
	for range 2 {
		if code, stdout, stderr := command(t, "verify", "--verify-key", key, tomb); code != 0 || !strings.Contains(stdout, "was erased at") {
			t.Errorf("the tombstone: exit %d\n%s%s", code, stdout, stderr)
		}
		code, stdout, stderr := command(t, "verify", "--verify-key", key, "--key", "dev", "--since", since, r.url)
		if code != 0 || strings.Count(stdout, "good") != 5 {
			t.Errorf("the relay: exit %d\n%s%s", code, stdout, stderr)
		}
		r.end()
		r = serve(t, dir, "--session-log-dir="+logs)
	}
	r.end()
	if log := fileOrNothing(file); strings.Count(log, "\n") != 1 {
		t.Errorf("the session log has, after a new start,\n%s", log)
	}
	// The words of the erased session are those of the other too; its own numbers are nowhere.
	holdsNothing(t, dir, fmt.Sprintf(`"session_id":"%s","source"`, one))
}

func fileOrNothing(path string) string {
	content, _ := os.ReadFile(path)
	return string(content)
}

func holdsNothing(t *testing.T, dir, text string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		if bytes.Contains(content, []byte(text)) {
			t.Errorf("%s still holds %s", path, text)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestRetention starts a relay over a session that was kept long enough, one that is held, and one that is young.
func TestRetention(t *testing.T) {
	dir := t.TempDir()
	aged(t, dir, one, -3*time.Hour)
	aged(t, dir, two, -3*time.Hour)
	aged(t, dir, three, 0)
	young := write(t, filepath.Join(t.TempDir(), "cotrail.yaml"), "sites:\n  - {key: shop, dev: true}\n")
	r := serve(t, dir, "--config="+young)
	if status, body := r.ask("PUT", "/v1/sessions/"+two+"/hold"); status != 200 {
		t.Fatalf("%d %s", status, body)
	}
	for _, id := range []string{one, two, three} {
		r.get("/v1/sessions/" + id + "/proof")
	}
	r.end()
	conf := write(t, filepath.Join(t.TempDir(), "cotrail.yaml"), "sites:\n  - {key: shop, dev: true, retention: 2h}\n")
	r = serve(t, dir, "--config="+conf)
	erased := func(id string) bool {
		var s struct{ Erased *string }
		if err := json.Unmarshal([]byte(r.get("/v1/sessions/"+id)), &s); err != nil {
			t.Fatal(err)
		}
		return s.Erased != nil
	}
	for deadline := time.Now().Add(within); !erased(one); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("what was kept long enough is not erased")
		}
	}
	if erased(two) || erased(three) {
		t.Error("a session is erased that is held or young")
	}
	for deadline := time.Now().Add(within); !strings.Contains(r.get("/v1/access-log?site=shop"), "retention erased the log of session "+one); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("the access log: %s", r.get("/v1/access-log?site=shop"))
		}
	}
}
