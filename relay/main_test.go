package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cotrail/cotrail/relay/store/sqlite"
)

// within bounds every wait. It is no measure of speed: what takes so long will not come.
const within = 20 * time.Second

func TestExitCodes(t *testing.T) {
	garbage := filepath.Join(t.TempDir(), "cotrail.yaml")
	if err := os.WriteFile(garbage, []byte("sites:\n  - {key: a, orgins: []}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	data := "--data=" + t.TempDir()
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	page := file("page.html", "<!doctype html><button>Blue Moon</button>")
	policy, doubtful, wrong := file("p.yaml", "default: mask\n"), file("doubtful.yaml", "mask: [':focus']\n"), file("wrong.yaml", "default: mask\nmaks: []\n")
	stored, damaged := emptyStore(t), emptyStore(t)
	if err := os.WriteFile(filepath.Join(damaged, sqlite.File), []byte(strings.Repeat("garbage ", 10_000)), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args   []string
		code   int
		stdout string
		stderr string
	}{
		{[]string{"--version"}, 0, "cotrail ", ""},
		{[]string{"--help"}, 0, "serve", ""},
		{[]string{"serve", "--help"}, 0, "--admin-listen", ""},
		{nil, 2, "", "cotrail --help"},
		{[]string{"sreve"}, 2, "", "sreve"},
		{[]string{"serve", "--stroe=postgres://x"}, 2, "", "unknown flag --stroe"},
		{[]string{"serve", data, "--store=mysql://me:hunter2@127.0.0.1/x"}, 2, "", "--store is neither"},
		{[]string{"serve", data, "--signing-key=log.key", "--store=postgres://me:hun%zzter2@127.0.0.1/x"}, 2, "", "cannot be read"},
		{[]string{"serve", data, "--signing-key=log.key", "--store=postgres://me:hunter2@127.0.0.1:1/x"}, 2, "", "127.0.0.1:1"},
		{[]string{"serve", data, "--store=postgres://me:hunter2@127.0.0.1:1/x"}, 2, "", "needs --signing-key"},
		{[]string{"serve", data, "--require-sync-replica"}, 2, "", "SQLite has no replicas"},
		{[]string{"serve", data, "--config", garbage}, 2, "", garbage + `:2: unknown key "orgins"`},
		{[]string{"serve", data, "--config", "/nowhere.yaml"}, 2, "", "/nowhere.yaml"},
		{[]string{"serve", data, "--dev", "--listen", "0.0.0.0:0"}, 2, "", "loopback only"},
		{[]string{"serve", data, "--listen", "nonsense"}, 2, "", "nonsense"},
		{[]string{"mask-check", "--policy", policy, page}, 0, `"label":"Blue Moon"`, ""},
		{[]string{"mask-check", "--policy", policy, "--json", page, page}, 0, `"action":"allow"`, ""},
		{[]string{"mask-check", "--policy", policy, "--secret", "red, sun", page}, 0, "0 leaks", ""},
		{[]string{"mask-check", "--policy", policy, "--secret", "red", "--secret", "blue moon", page}, 1, "--secret number 2 gets through: label", ""},
		{[]string{"mask-check", "--policy", policy, "--secret", "", page}, 2, "", "--secret is empty"},
		{[]string{"mask-check", "--policy", doubtful, page}, 2, doubtful + ":1: selector :focus", ""},
		{[]string{"mask-check", "--policy", doubtful, "--secret", "blue moon", page}, 1, "undecided", ""},
		{[]string{"mask-check", "--policy", wrong, page}, 2, "", wrong + `:2: unknown key "maks"`},
		{[]string{"mask-check", "--policy", policy, "/nowhere.html"}, 2, "", "/nowhere.html"},
		{[]string{"mask-check", page}, 2, "", "--policy"},
		{[]string{"backup"}, 2, "", "<dest>"},
		{[]string{"backup", "--data", dir, filepath.Join(dir, "copy")}, 2, "", "there is no store in " + dir},
		{[]string{"backup", "--data", stored, filepath.Join(dir, "copy")}, 0, filepath.Join(dir, "copy") + ": 0 sessions", ""},
		{[]string{"backup", "--data", stored, filepath.Join(dir, "copy")}, 2, "", "overwrites nothing"},
		{[]string{"backup", "--data", damaged, filepath.Join(dir, "other")}, 1, "", "the database is damaged"},
	} {
		var stdout, stderr bytes.Buffer
		if code := run(t.Context(), c.args, &stdout, &stderr); code != c.code || !strings.Contains(stdout.String(), c.stdout) || !strings.Contains(stderr.String(), c.stderr) {
			t.Errorf("cotrail %q: exit %d\nstdout: %s\nstderr: %s", c.args, code, &stdout, &stderr)
		}
		if said := stdout.String() + stderr.String(); strings.Contains(said, "hun") {
			t.Errorf("cotrail %q says a password: %s", c.args, said)
		}
	}
}

// emptyStore makes a data directory with an empty store.
func emptyStore(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	s, err := sqlite.Open(t.Context(), dir, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return dir
}

// TestServeDev reads the three addresses as a person does, and opens them.
func TestServeDev(t *testing.T) {
	t.Setenv("COTRAIL_LISTEN", "127.0.0.1:0")
	t.Setenv("COTRAIL_DATA", t.TempDir())
	t.Setenv("COTRAIL_DEV", "true")
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	out, stdout := io.Pipe()
	var stderr bytes.Buffer
	ended := make(chan int, 1)
	go func() { ended <- run(ctx, []string{"serve"}, stdout, &stderr); stdout.Close() }()

	said := map[string]string{}
	lines := bufio.NewScanner(out)
	for lines.Scan() && lines.Text() != "" {
		if len(lines.Text()) > 15 {
			said[strings.TrimSpace(lines.Text()[:15])] = lines.Text()[15:]
		}
	}
	go io.Copy(io.Discard, out)
	if len(said) != 3 || said["API key"] != "dev" {
		t.Fatalf("said %v\n%s", said, &stderr)
	}
	for name, want := range map[string]string{"demonstration": "<!DOCTYPE html>", "log": `"sessions":[`} {
		req, err := http.NewRequest("GET", said[name], nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+said["API key"])
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(res.Body)
		res.Body.Close()
		if res.StatusCode != 200 || !strings.Contains(string(body), want) {
			t.Errorf("%s: %d %s", said[name], res.StatusCode, body)
		}
	}
	stop()
	select {
	case code := <-ended:
		if code != exitGood {
			t.Errorf("exit %d\n%s", code, &stderr)
		}
	case <-time.After(within):
		t.Fatal("it does not end")
	}
	for line := range strings.Lines(stderr.String()) {
		if !json.Valid([]byte(line)) {
			t.Errorf("a line of the log is no JSON: %s", line)
		}
	}
}

// TestServeToStdout has a session go to standard output, where a collector finds entries and nothing else.
func TestServeToStdout(t *testing.T) {
	dir := t.TempDir()
	aged(t, dir, one, 0)
	conf := write(t, filepath.Join(dir, "cotrail.yaml"), "sites:\n  - {key: shop, origins: [\"https://shop.example\"], deliver: [{type: stdout}]}\n")
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	out, stdout := io.Pipe()
	var stderr bytes.Buffer
	ended := make(chan int, 1)
	go func() {
		ended <- run(ctx, []string{"serve", "--dev", "--listen=127.0.0.1:0", "--data", dir, "--config", conf}, stdout, &stderr)
		stdout.Close()
	}()
	time.AfterFunc(within, stop)
	lines := bufio.NewScanner(out)
	for seq := 1; seq <= 3; seq++ {
		var entry struct {
			Session string `json:"session_id"`
			Seq     int
		}
		lines.Scan()
		if err := json.Unmarshal(lines.Bytes(), &entry); err != nil || entry.Session != one || entry.Seq != seq {
			t.Errorf("line %d is %s", seq, lines.Text())
		}
	}
	stop()
	if lines.Scan() {
		t.Errorf("there is more: %s", lines.Text())
	}
	go io.Copy(io.Discard, out)
	if code := <-ended; code != exitGood || !strings.Contains(stderr.String(), "demonstration  http://") {
		t.Errorf("exit %d\n%s", code, &stderr)
	}
}
