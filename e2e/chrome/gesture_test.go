package chrome_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/cotrail/cotrail/e2e/chrome"
)

const workshop = `<!doctype html><title>workshop</title>
<input id="a"><input id="n" type="number" value="1"><input id="f" type="file"><p id="p">text</p><p id="q">text</p>
<div id="z" ondragover="event.preventDefault()" ondrop="event.preventDefault()">drop here</div>
<div id="h"></div><iframe id="fr" srcdoc="<input id='i'>"></iframe>
<script>
	const seen = [], note = e => seen.push([e.type, e.composedPath()[0].id, e.data || "", e.dataTransfer ? e.dataTransfer.files.length : "", e.isTrusted].join(" "));
	for (const type of ["click", "auxclick", "dblclick", "input", "change", "wheel", "drop", "copy", "paste", "touchend"]) addEventListener(type, note, true);
	h.attachShadow({mode: "open"}).innerHTML = "<button id='b'>go</button>";
	fr.onload = () => fr.contentWindow.addEventListener("click", note);
</script>`

func TestGesturesAreTrusted(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.Write([]byte(workshop)) }))
	t.Cleanup(server.Close)
	file := filepath.Join(t.TempDir(), "a.txt")
	if err := os.WriteFile(file, []byte("text"), 0o600); err != nil {
		t.Fatal(err)
	}
	browser := chrome.New(t)
	for _, row := range []struct {
		name string
		step chrome.Step
		want []string
	}{
		{"right button", chrome.Click("#p", chromedp.ButtonRight), []string{"auxclick p   true"}},
		{"double click", chrome.DoubleClick("#p"), []string{"click p   true", "click p   true", "dblclick p   true"}},
		{"from one to another", chrome.Drag("#p", 0.5, 0.5, "#q", 0.5, 0.5), []string{"click    true"}},
		{"finger", chrome.Tap("#p"), []string{"touchend p   true", "click p   true"}},
		{"in a shadow root", chrome.Click("#h >> #b"), []string{"click b   true"}},
		{"in a frame", chrome.Click("#fr >> #i"), []string{"click i   true"}},
		{"wheel", chromedp.Steps(chrome.Wheel("#p", 10), chrome.WaitFor(`seen.length`)), []string{"wheel p   true"}},
		{"insertion", chromedp.Steps(chrome.Focus("#a"), chrome.Insert("👍")), []string{"input a 👍  true"}},
		{"composition", chromedp.Steps(chrome.Focus("#a"), chrome.Compose("本", "h")), []string{"input a h  true", "input a 本  true"}},
		{"editing commands", chromedp.Steps(chrome.Type("#a", "x"), chrome.Edit('a', "selectAll"), chrome.Edit('c', "copy"), chrome.Edit('v', "paste")),
			[]string{"click a   true", "input a x  true", "copy a   true", "paste a   true", "input a x  true"}},
		{"chosen files", chrome.SetFiles("#f", file), []string{"input f   true", "change f   true"}},
		{"dropped files", chromedp.Steps(chrome.DropFiles("#z", file), chrome.WaitFor(`seen.length`)), []string{"drop z  1 true"}},
		{"dropped text", chromedp.Steps(chrome.DropText("#z", "x"), chrome.WaitFor(`seen.length`)), []string{"drop z  0 true"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			page := browser.Open(t, server.URL)
			page.Do(t, row.step)
			if got := chrome.MustEval[[]string](t, page, `seen`); !slices.Equal(got, row.want) {
				t.Errorf("the page saw %q\nwant %q", got, row.want)
			}
		})
	}
}
