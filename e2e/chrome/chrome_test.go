package chrome_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/cotrail/cotrail/e2e/chrome"
)

const page = `<!doctype html><title>one</title>
<input id="name"><select id="fruit"><option>apple<option>pear<option>quince</select>
<button id="hidden" hidden></button><div style="position: relative"><button id="covered">covered</button><div id="cover" style="position: absolute; inset: 0"></div></div>
<div style="height: 3000px"></div>
<button id="far">far</button> <a id="tab" target="_blank" href="/two">two</a> <a id="two" href="/two">two</a>
<script>
	const seen = [];
	for (const type of ["keydown", "input", "change", "click"]) addEventListener(type, e => seen.push(type + " " + e.target.id + " " + e.isTrusted), true);
	far.onclick = () => { console.log("clicked", 1, {a: 2}); setTimeout(() => { throw new Error("thrown") }); };
	setTimeout(() => { const e = document.createElement("button"); e.id = "late"; document.body.prepend(e); }, 100);
</script>`

func open(t *testing.T) *chrome.Page {
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { w.Write([]byte(page)) })
	mux.HandleFunc("/two", func(w http.ResponseWriter, r *http.Request) { w.Write([]byte("<title>two</title>")) })
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return chrome.New(t).Open(t, server.URL)
}

func TestInputIsTrusted(t *testing.T) {
	p := open(t)
	p.Do(t, chrome.Type("#name", "Ab"), chrome.Focus("#fruit"), chrome.Press(kb.End), chrome.Click("#late"), chrome.Click("#far"))
	want := []string{
		"click name true", "keydown name true", "input name true", "keydown name true", "input name true", "change name true",
		"keydown fruit true", "input fruit true", "change fruit true", "click late true", "click far true",
	}
	if got := chrome.MustEval[[]string](t, p, "seen"); !slices.Equal(got, want) {
		t.Errorf("the page saw %q\nwant %q", got, want)
	}
	if got := chrome.MustEval[string](t, p, "Promise.resolve(document.querySelector('#name').value + fruit.value)"); got != "Abquince" {
		t.Errorf("the values are %q", got)
	}
}

func TestConsoleAndExceptions(t *testing.T) {
	p := open(t)
	p.Do(t, chrome.Click("#far"), chrome.WaitFor("new Promise(done => setTimeout(() => done(true), 10))"))
	if got := p.Console(); len(got) == 0 || got[0] != (chrome.Message{Level: "log", Text: "clicked 1 Object"}) {
		t.Errorf("the console has %q", got)
	}
	if got := p.Errors(); len(got) != 1 || got[0].Level != chrome.Exception || !strings.Contains(got[0].Text, "Error: thrown") {
		t.Errorf("the errors are %q of %q", got, p.Console())
	}
}

func TestWaitCrossesNavigation(t *testing.T) {
	p := open(t)
	p.Do(t, chrome.Click("#two"), chrome.WaitFor("document.title === 'two'"), chrome.Leave("history.back()"), chrome.WaitFor("document.title === 'one'"))
}

func TestPopup(t *testing.T) {
	p := open(t)
	two, err := p.Popup(chrome.Click("#tab"))
	if err != nil {
		t.Fatal(err)
	}
	two.Do(t, chrome.WaitFor("document.title === 'two'"))
}

func TestPagesShareNothing(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(server.Close)
	b := chrome.New(t)
	first, second := b.Open(t, server.URL), b.Open(t, server.URL)
	first.Do(t, chrome.Script("localStorage.secret = 1"))
	if got := chrome.MustEval[int](t, second, "localStorage.length"); got != 0 {
		t.Errorf("the second page sees %d stored values of the first", got)
	}
}

func TestClose(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	b, err := chrome.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.NewPage(); err != nil {
		t.Fatal(err)
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) > 0 {
		t.Errorf("after Close there is still %v (%v)", left, err)
	}
}

func TestFailureSaysWhy(t *testing.T) {
	p := open(t)
	for _, row := range []struct {
		step chrome.Step
		want string
	}{
		{chrome.Click("#none"), "no such element"},
		{chrome.Click("#hidden"), "it is not shown"},
		{chrome.Click("#covered"), "it is covered by <div id=\"cover\""},
		{chrome.WaitFor("nothing.at.all"), "nothing is not defined"},
		{chrome.WaitFor("Promise.resolve(false)"), "deadline exceeded"},
	} {
		t.Run(row.want, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(p.Context(), 300*time.Millisecond)
			defer cancel()
			if err := chromedp.Do(ctx, row.step); err == nil || !strings.Contains(err.Error(), row.want) {
				t.Errorf("the error is %v", err)
			}
		})
	}
}
