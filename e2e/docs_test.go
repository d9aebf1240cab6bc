package e2e

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"

	"github.com/cotrail/cotrail/e2e/chrome"
	"github.com/cotrail/cotrail/e2e/schematest"
	"github.com/cotrail/cotrail/relay/config"
)

// documents are what users read.
var documents = []string{"README.md", "docs/integrate.md", "docs/extension.md", "docs/operate.md", "docs/masking.md", "docs/verify.md", "docs/statistics.md", "docs/design.md"}

// readFile gives a file of the repository.
func readFile(t testing.TB, path string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", path))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// example gives the one fenced block of a language in a document that holds a text.
func example(t testing.TB, document, language, with string) string {
	t.Helper()
	var found []string
	for _, block := range regexp.MustCompile("(?ms)^```"+language+"\n(.*?)^```$").FindAllStringSubmatch(readFile(t, document), -1) {
		if strings.Contains(block[1], with) {
			found = append(found, block[1])
		}
	}
	if len(found) != 1 {
		t.Fatalf("%s has %d examples in %s with %q", document, len(found), language, with)
	}
	return found[0]
}

// of puts the names of this relay and a site of it in the place of an example's.
func (r *relay) of(site, example string) string {
	return strings.NewReplacer("https://relay.example", r.url, "wss://relay.example", strings.Replace(r.url, "http", "ws", 1), "SITE_KEY", site).Replace(example)
}

// TestDocumentedTag loads pages with the tags of the documents, one of them under the documented Content Security
// Policy.
func TestDocumentedTag(t *testing.T) {
	r := startRelay(t)
	browser := chrome.New(t)
	policy := strings.TrimPrefix(strings.TrimSpace(example(t, "docs/integrate.md", "text", "Content-Security-Policy")), "Content-Security-Policy: ")
	for name, tag := range map[string]string{
		"README":    example(t, "README.md", "html", "cotrail.js"),
		"integrate": example(t, "docs/integrate.md", "html", `data-site="SITE_KEY"></script>`),
	} {
		t.Run(name, func(t *testing.T) {
			site := newSite(t)
			site.raw("/", map[string]string{"Content-Security-Policy": r.of("hides", policy)}, "<!doctype html><title>tag</title>"+r.of("hides", tag))
			page := browser.Open(t, site.url+"/")
			page.Do(t, recording, flushed)
			noErrors(t, page)
		})
	}
}

// TestAnotherRelay takes the script from one address and records at another, as data-relay says.
func TestAnotherRelay(t *testing.T) {
	r := startRelay(t)
	site := newSite(t)
	asked := make(chan string, 10)
	script := r.front(func(path string) time.Duration { asked <- path; return 0 })
	site.page("/", fmt.Sprintf(`<script async src="%s/cotrail.js" data-site="hides" data-relay="%s"></script>`, script, r.url), "")
	page := chrome.New(t).Open(t, site.url+"/")
	page.Do(t, recording)
	if first := <-asked; first != "/cotrail.js" || len(asked) > 0 {
		t.Errorf("the address of the script was asked for %s and %d other files", first, len(asked))
	}
	noErrors(t, page)
}

// TestDocumentedCalls runs the example of window.cotrail, and before it the line for calls that come too early.
func TestDocumentedCalls(t *testing.T) {
	calls := example(t, "docs/integrate.md", "js", "addEventListener")
	if calls != readFile(t, "js/cotrail.example.js") {
		t.Error("docs/integrate.md shows another js/cotrail.example.js than there is")
	}
	r := startRelay(t)
	site := newSite(t)
	early := example(t, "docs/integrate.md", "js", "q: []") + `cotrail.log("Said early"); cotrail.identify({username: "Early Bird"});`
	site.page("/", "<script>"+early+"</script>"+r.tag("hides")+"<script>"+calls+"</script>", "")
	page := chrome.New(t).Open(t, site.url+"/")
	page.Do(t, recording, flushed)
	// Not settledLog: who the page says is at it stands in the entry of the join, so a number of the stream is there.
	id, entries := session(t, page), []entry(nil)
	eventually(t, "all that was said is in the log", func() bool {
		if !r.knows(id) {
			return false
		}
		var log struct {
			Entries []entry `json:"session_logs"`
		}
		if err := json.Unmarshal(r.get("/v1/sessions/"+id+"/log"), &log); err != nil {
			t.Fatal(err)
		}
		entries = log.Entries
		return has(3, "client_log")(entries)
	})
	var got []string
	for _, e := range ofType(entries, "client_log") {
		got = append(got, brief(e, site.url))
	}
	if want := []string{"client_log Said early", "client_log The offer was shown", "client_log The offer was taken"}; !slices.Equal(got, want) {
		t.Errorf("the log has %q, want %q", got, want)
	}
	if last := entries[len(entries)-1]; entry(object(last["actor"])).text("username") != "Ada Miller" {
		t.Errorf("the last entry's actor is %v", last["actor"])
	}
	if strings.Contains(show(entries), "ada@") {
		t.Error("the e-mail address is in the log")
	}
	noErrors(t, page)
}

// TestDocumentedConsent waits with the documented page: nothing is recorded until its button is clicked.
func TestDocumentedConsent(t *testing.T) {
	r := startRelay(t)
	site := newSite(t)
	site.page("/", "", r.of("hides", example(t, "docs/integrate.md", "html", "data-start"))+"<input id=before>")
	page := chrome.New(t).Open(t, site.url+"/")
	page.Do(t, chrome.WaitFor(`window.cotrail && cotrail.status === "waiting"`), chrome.Type("#before", "x"), chrome.Press(kb.Tab))
	did := fmt.Sprintf(`sessionStorage.length + localStorage.length + performance.getEntriesByType("resource").filter(e => e.name.startsWith("%s")).length`, r.url)
	if n := chrome.MustEval[int](t, page, did); n != 1 {
		t.Errorf("without consent there are %d stored values and files of the relay; one is the script", n)
	}
	page.Do(t, chrome.Click("#consent"), recording, flushed)
	entries := r.settledLog(session(t, page), "the recorder has started", has(1, "recorder_started"))
	if early := ofType(entries, "click", "input_change"); len(early) > 0 {
		t.Errorf("the log has what was done before consent:\n%s", show(early))
	}
	noErrors(t, page)
}

// TestDocumentedMarkup fills in the documented form.
func TestDocumentedMarkup(t *testing.T) {
	r := startRelay(t)
	site := newSite(t)
	site.page("/", r.tag("hides"), example(t, "docs/integrate.md", "html", "data-cotrail-block"))
	page := chrome.New(t).Open(t, site.url+"/")
	page.Do(t, recording, chrome.Focus("#country"), chrome.Press("P"))
	for _, id := range []string{"postcode", "password", "diagnosis"} {
		page.Do(t, chrome.Type("#"+id, "canary"), chrome.Press(kb.Tab))
	}
	page.Do(t, chrome.Script(`cotrail.log("done")`), flushed)
	entries := r.settledLog(session(t, page), "all of it is in the log", has(1, "client_log"))
	var got []string
	for _, e := range ofType(entries, "click", "input_change") {
		got = append(got, brief(e, site.url))
	}
	want := []string{"input_change /form/label/select/option[2] = Portugal selected", "click masked default input", "input_change masked default input filled",
		"click masked hard_deny input", "input_change masked hard_deny input filled"}
	if !slices.Equal(got, want) {
		t.Errorf("the log differs from the document:\n%s", differ(got, want))
	}
	if strings.Contains(show(entries), "canary") {
		t.Error("a hidden value is in the log")
	}
}

// TestDocumentedConfiguration reads the example of the configuration file.
func TestDocumentedConfiguration(t *testing.T) {
	file := filepath.Join(t.TempDir(), "cotrail.yaml")
	if err := os.WriteFile(file, []byte(example(t, "docs/operate.md", "yaml", "sites:")), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := config.Load(file, false)
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Sites) != 1 || len(c.Keys) != 1 || c.Sites[0].Session != config.DefaultSession {
		t.Errorf("the example has %d sites and %d keys, and its session is %v", len(c.Sites), len(c.Keys), c.Sites[0].Session)
	}
}

// TestDocumentedReading asks for each address of the examples of reading a log.
func TestDocumentedReading(t *testing.T) {
	r := startRelay(t)
	page := chrome.New(t).Open(t, r.url+"/demo/")
	page.Do(t, recording, flushed)
	id := session(t, page)
	r.settledLog(id, "there is a log", has(1, "recorder_started"))
	addresses := regexp.MustCompile(`http://127\.0\.0\.1:8080(\S+)`).FindAllStringSubmatch(example(t, "docs/operate.md", "sh", "dialect=surfly"), -1)
	if len(addresses) == 0 {
		t.Fatal("there are no addresses")
	}
	for _, a := range addresses {
		r.get(strings.Replace(a[1], "SESSION", id, 1)) // fails the test for anything but 200
	}
}

// TestDocumentedLog holds the README's entries against their schema, and against what the demonstration gives.
func TestDocumentedLog(t *testing.T) {
	var log struct {
		Entries []json.RawMessage `json:"session_logs"`
	}
	if err := json.Unmarshal([]byte(example(t, "README.md", "json", "session_logs")), &log); err != nil {
		t.Fatal(err)
	}
	var entries []entry
	for _, raw := range log.Entries {
		if err := schematest.Check(raw); err != nil {
			t.Errorf("%s\nis no entry: %v", raw, err)
		}
		var e entry
		if err := json.Unmarshal(raw, &e); err != nil {
			t.Fatal(err)
		}
		entries = append(entries, e)
	}
	checkShapes(t, entries)
	var got []string
	for _, e := range entries {
		got = append(got, brief(e, ""))
	}
	all := quoteVisit("")
	for _, said := range got {
		if !slices.ContainsFunc(all, func(v visit) bool { return slices.Contains(v.said, said) }) {
			t.Errorf("the demonstration gives no entry %q", said)
		}
	}
}

// TestDocumentedNames holds every name in the documents that stands for something of the repository: files,
// packages, tests, flags, metrics, targets of make.
func TestDocumentedNames(t *testing.T) {
	tests, metrics := namesInSource(t)
	help, err := exec.Command(binary, "serve", "--help").Output()
	if err != nil {
		t.Fatal(err)
	}
	makefile := readFile(t, "Makefile")
	for _, document := range documents {
		text := readFile(t, document)
		for _, found := range regexp.MustCompile(`\]\(([^)#]+)\)`).FindAllStringSubmatch(text, -1) {
			if target := found[1]; !strings.Contains(target, "://") {
				exists(t, document, filepath.Join(filepath.Dir(document), target))
			}
		}
		for _, path := range regexp.MustCompile("`((?:js|wasm|masking|relay|e2e|testdata|docs)/[^`\\s]*)`").FindAllStringSubmatch(text, -1) {
			exists(t, document, path[1])
		}
		for _, name := range regexp.MustCompile("`(Test[A-Z]\\w+)`").FindAllStringSubmatch(text, -1) {
			if !tests[name[1]] {
				t.Errorf("%s names the test %s, which is not there", document, name[1])
			}
		}
		for _, name := range regexp.MustCompile("`make (\\w+)`|(?m)^make (\\w+)$").FindAllStringSubmatch(text, -1) {
			if target := name[1] + name[2]; !strings.Contains(makefile, "\n"+target+":") {
				t.Errorf("%s names make %s, which is not there", document, target)
			}
		}
	}
	operate := readFile(t, "docs/operate.md")
	same(t, "flag", regexp.MustCompile("(?m)^\\| `(--[a-z-]+)`").FindAllStringSubmatch(operate, -1),
		regexp.MustCompile(`(?m)^\s+(--(?:listen|admin-listen|data|config|dev|[a-z-]+))[= \n]`).FindAllStringSubmatch(strings.ReplaceAll(string(help), "--version", ""), -1))
	same(t, "metric", regexp.MustCompile("`(cotrail_[a-z_]+)`").FindAllStringSubmatch(operate, -1), metrics)
}

// same holds the names that a document lists against those there are.
func same(t *testing.T, what string, listed, there [][]string) {
	t.Helper()
	names := func(list [][]string) (out []string) {
		for _, l := range list {
			out = append(out, l[1])
		}
		slices.Sort(out)
		return slices.Compact(out)
	}
	if got, want := names(listed), names(there); !slices.Equal(got, want) || len(got) == 0 {
		t.Errorf("docs/operate.md lists each %s of\n%q\nand there are\n%q", what, got, want)
	}
}

func exists(t *testing.T, document, path string) {
	t.Helper()
	if _, err := os.Stat(filepath.Join("..", path)); err != nil {
		t.Errorf("%s names %s, which is not there", document, path)
	}
}

// namesInSource gives the names of all tests and metrics.
func namesInSource(t *testing.T) (tests map[string]bool, metrics [][]string) {
	t.Helper()
	tests = map[string]bool{}
	for _, dir := range []string{"masking", "wasm", "relay", "e2e"} {
		err := filepath.WalkDir(filepath.Join("..", dir), func(path string, d fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(path, ".go") {
				return err
			}
			source, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			if !strings.HasSuffix(path, "_test.go") {
				metrics = append(metrics, regexp.MustCompile(`"(cotrail_[a-z_]+)"`).FindAllStringSubmatch(string(source), -1)...)
			}
			for _, name := range regexp.MustCompile(`(?m)^func (Test\w+)\(`).FindAllStringSubmatch(string(source), -1) {
				tests[name[1]] = true
			}
			return nil
		})
		if err != nil {
			t.Fatal(fmt.Errorf("reading %s: %w", dir, err))
		}
	}
	return tests, metrics
}
