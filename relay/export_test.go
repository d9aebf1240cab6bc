package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestExport exports a session in every form.
func TestExport(t *testing.T) {
	dir, elsewhere := t.TempDir(), t.TempDir()
	finished(t, dir, one, 4)
	finished(t, dir, two, 2)
	r := serve(t, dir)
	r.get("/v1/sessions/" + one + "/proof")
	export := func(args ...string) string {
		t.Helper()
		code, stdout, stderr := command(t, append([]string{"export", "--relay", r.url, "--key", "dev"}, args...)...)
		if code != 0 {
			t.Fatalf("export %q: exit %d %s", args, code, stderr)
		}
		return stdout
	}
	if got := export(one); got != r.get("/v1/sessions/"+one+"/log") {
		t.Errorf("as JSON:\n%s", got)
	}
	if got := export("--format=ndjson", one, two); strings.Count(got, "\n") != 6 || !json.Valid([]byte(strings.SplitN(got, "\n", 2)[0])) {
		t.Errorf("as lines:\n%s", got)
	}
	if got := export("--format=surfly", one); strings.Contains(got, `"seq"`) || strings.Count(got, `"type":"click"`) != 4 {
		t.Errorf("in the reference's dialect:\n%s", got)
	}
	var statistics struct{ ID string }
	if got := export("--format=statistics", one); json.Unmarshal([]byte(got), &statistics) != nil || statistics.ID != one {
		t.Errorf("statistics:\n%s", got)
	}
	rows, err := csv.NewReader(strings.NewReader(export("--format=csv", one, two))).ReadAll()
	if err != nil || len(rows) != 7 || rows[0][0] != "session_id" || rows[1][0] != one || rows[6][0] != two || rows[3][1] != "3" || rows[3][5] != "Ada Miller clicked button 'Next'" {
		t.Errorf("as CSV: %v\n%q", err, rows)
	}
	key := write(t, filepath.Join(elsewhere, "key"), r.get("/v1/verify-key"))
	file := filepath.Join(elsewhere, "one.json")
	export("--proof", "-o", file, one)
	if code, stdout, stderr := command(t, "verify", "--verify-key", key, file); code != 0 {
		t.Errorf("an exported file does not verify: %s%s", stdout, stderr)
	}
	for _, c := range []struct {
		args   []string
		stderr string
	}{
		{[]string{"-o", file, one}, "exists"},
		{[]string{"--proof", "--format=csv", one}, "json only"},
		{[]string{"--format=xml", one}, "--format"},
		{[]string{"none"}, "no such session"},
		{[]string{"-o", filepath.Join(elsewhere, "half.json"), one, "none"}, "no such session"},
	} {
		code, _, stderr := command(t, append([]string{"export", "--relay", r.url, "--key", "dev"}, c.args...)...)
		if code != 2 || !strings.Contains(stderr, c.stderr) {
			t.Errorf("export %q: exit %d %s", c.args, code, stderr)
		}
	}
	if _, err := os.Stat(filepath.Join(elsewhere, "half.json")); err == nil {
		t.Error("half an export is left")
	}
	if code, _, stderr := command(t, "export", "--relay", r.url, "--key", "wrong", one); code != 2 || !strings.Contains(stderr, "401") {
		t.Errorf("a wrong key: exit %d %s", code, stderr)
	}

	code, stdout, stderr := command(t, "tail", "--relay", r.url, "--key", "dev", "--after", "2", one)
	lines := strings.Split(strings.TrimSuffix(stdout, "\n"), "\n")
	if code != 0 || len(lines) != 2 || !strings.HasPrefix(lines[0], "    3  ") || !strings.HasSuffix(lines[1], "click              Ada Miller clicked button 'Next'") {
		t.Errorf("tail: exit %d\n%s%s", code, stdout, stderr)
	}
	if code, _, stderr := command(t, "tail", "--relay", r.url, "--key", "dev", "none"); code != 2 || !strings.Contains(stderr, "no such session") {
		t.Errorf("tail of nothing: exit %d %s", code, stderr)
	}
}

// TestFormulas writes what a spreadsheet would run.
func TestFormulas(t *testing.T) {
	for value, want := range map[string]string{
		"": "", "Next": "Next", "1": "1", "a=b": "a=b",
		"=1+1": "'=1+1", "+1": "'+1", "-1": "'-1", "@SUM(A1)": "'@SUM(A1)", " =1": " '=1", "\t=1": "'\t'=1", "\r=1": "'\r'=1", "\n=1": "'\n'=1",
		"x;=1+1;y": "x;'=1+1;y", "x; -1": "x; '-1", "x\t@a": "x\t'@a", "a;b - c": "a;b - c",
		"|cmd": "'|cmd", "%0A=1": "'%0A=1", "\uff1d1": "'\uff1d1", "\uff0b1": "'\uff0b1", "\uff0d1": "'\uff0d1", "\uff20x": "'\uff20x",
	} {
		if got := harmless(value); got != want {
			t.Errorf("%q becomes %q, want %q", value, got, want)
		}
	}
	var b bytes.Buffer
	if err := writeCSV(&b, strings.NewReader(`{"message":"=HYPERLINK(\"x\")","details":{"a":"b,\"c\n"},"seq":1}`+"\n"), false); err != nil {
		t.Fatal(err)
	}
	row, err := csv.NewReader(&b).Read()
	if err != nil || row[5] != `'=HYPERLINK("x")` || row[len(row)-1] != `{"a":"b,\"c\n"}` {
		t.Errorf("%v %q", err, row)
	}
}

// TestVisible shows what a terminal would obey.
func TestVisible(t *testing.T) {
	for text, want := range map[string]string{
		"plain ä 北京": "plain ä 北京", "\x1b[2J": `\x1b[2J`, "a\nb\rc\td": `a\nb\rc\td`, "\u009b31m": `\u009b31m`, "\u202ereversed": `\u202ereversed`,
		"zero\u200bwidth": `zero\u200bwidth`, "\x00\x07\x7f": `\x00\a\x7f`, "bad\xff": `bad\ufffd`, "\u2028": `\u2028`,
	} {
		if got := visible(text); got != want {
			t.Errorf("%q becomes %s, want %s", text, got, want)
		}
	}
}
