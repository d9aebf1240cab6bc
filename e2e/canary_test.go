package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/andybalholm/brotli"
	"github.com/coder/websocket"

	"github.com/cotrail/cotrail/e2e/chrome"
	"github.com/cotrail/cotrail/masking/event"
)

// wire stands before a relay and keeps all that pages send, as it arrives.
type wire struct {
	mu     sync.Mutex
	frames [][][]byte // of each socket
	bodies [][]byte   // of requests
	url    string
}

func tap(t *testing.T, r *relay) *wire {
	w := &wire{}
	w.url = r.proxy(func(out http.ResponseWriter, q *http.Request) bool {
		if q.Header.Get("Upgrade") == "websocket" {
			w.socket(out, q, r.url)
			return false
		}
		body, err := io.ReadAll(q.Body)
		if err != nil {
			return false
		}
		q.Body = io.NopCloser(bytes.NewReader(body))
		w.mu.Lock()
		defer w.mu.Unlock()
		w.bodies = append(w.bodies, body)
		return true
	})
	return w
}

// socket passes messages on in both directions.
func (w *wire) socket(out http.ResponseWriter, q *http.Request, relay string) {
	ctx, cancel := context.WithCancel(q.Context())
	defer cancel()
	page, err := websocket.Accept(out, q, &websocket.AcceptOptions{Subprotocols: []string{event.Subprotocol}, InsecureSkipVerify: true})
	if err != nil {
		return
	}
	defer page.CloseNow()
	behind, _, err := websocket.Dial(ctx, relay+q.URL.Path, &websocket.DialOptions{HTTPHeader: http.Header{"Origin": q.Header["Origin"]}, Subprotocols: []string{event.Subprotocol}})
	if err != nil {
		return
	}
	defer behind.CloseNow()
	w.mu.Lock()
	at := len(w.frames)
	w.frames = append(w.frames, nil)
	w.mu.Unlock()
	pump := func(from, to *websocket.Conn, keep bool) {
		defer cancel()
		for {
			kind, message, err := from.Read(ctx)
			if err != nil {
				return
			}
			if keep {
				w.mu.Lock()
				w.frames[at] = append(w.frames[at], message)
				w.mu.Unlock()
			}
			if to.Write(ctx, kind, message) != nil {
				return
			}
		}
	}
	go pump(behind, page, false)
	pump(page, behind, true)
}

// plain gives all that was sent, decoded.
func (w *wire) plain(t *testing.T) []byte {
	w.mu.Lock()
	defer w.mu.Unlock()
	var out bytes.Buffer
	sockets := slices.Clone(w.frames)
	for _, body := range w.bodies {
		out.Write(body)
		var frames [][]byte
		for rest := body; len(rest) > 0; {
			frame, more, err := event.CutPart(rest)
			if err != nil {
				break // no recorder's: a page asks for the policy
			}
			frames, rest = append(frames, frame), more
		}
		sockets = append(sockets, frames)
	}
	for _, frames := range sockets {
		var packed bytes.Buffer // a brotli stream
		unpack := func() {
			text, _ := io.ReadAll(brotli.NewReader(&packed)) // ends without an end
			out.Write(text)
			packed.Reset()
		}
		for _, frame := range frames {
			out.Write(frame)
			b, err := event.ReadBatch(frame)
			switch {
			case err != nil:
				continue
			case b.Encoding == event.Plain:
				out.Write(b.Body)
				continue
			case b.Encoding == event.BrotliFirst:
				unpack()
			}
			packed.Write(b.Body)
		}
		unpack()
	}
	if !bytes.Contains(out.Bytes(), []byte(`"type":"recorder_started"`)) {
		t.Error("nothing of what was sent could be read")
	}
	return out.Bytes()
}

// eavesdrop keeps what is said beside the wire: to other tabs and windows. It stands before the tag.
const eavesdrop = `<script>
	window.overheard = [];
	for (const of of [BroadcastChannel.prototype, MessagePort.prototype, window]) {
		const post = of.postMessage;
		of.postMessage = function (...said) { try { overheard.push(JSON.stringify(said[0])); } catch {} return post.apply(this, said); };
	}
</script>`

// kept is what the page's origin has stored.
const kept = `(async () => JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie, await indexedDB.databases(), overheard]))()`

// TestCanaries does every case and looks for its text on every road that leads out of the page. Beside the default policy
// stands a site that allows all values: it must hide what no policy opens, and show what may be told.
func TestCanaries(t *testing.T) {
	t.Parallel()
	r := startRelay(t)
	w := tap(t, r)
	browser := chrome.New(t)
	for _, key := range []string{"hides", "shows"} {
		t.Run(key, func(t *testing.T) {
			site := newSite(t)
			body := ""
			for _, c := range canaries {
				body += "<section>" + c.body + "</section>\n"
			}
			site.page("/", eavesdrop+strings.Replace(r.tag(key), r.url, w.url, 1), body)
			page := browser.Open(t, site.url+"/")
			page.Do(t, recording)
			for _, c := range canaries {
				page.Do(t, c.do...)
			}
			file := filepath.Join(t.TempDir(), "canary17.pdf")
			if err := os.WriteFile(file, []byte("canary17"), 0o600); err != nil {
				t.Fatal(err)
			}
			page.Do(t, chrome.SetFiles("#c17", file), chrome.Script(`cotrail.log("`+endOfRow+`")`), flushed)
			id := session(t, page)
			entries := r.settledLog(id, "the end is in the log", has(2, "client_log"))
			roads := map[string][]byte{
				"the log": r.get("/v1/sessions/" + id + "/log"), "metrics": r.get("/metrics"), "the relay's log": []byte(r.errors.String()),
				"what the page keeps": []byte(chrome.MustEval[string](t, page, kept)),
			}
			for _, m := range page.Console() {
				roads["the console"] = append(roads["the console"], m.Text...)
			}
			page.Do(t, chrome.Script(`dispatchEvent(new PageTransitionEvent("pagehide"))`))
			roads["what the page keeps when it is left"] = []byte(chrome.MustEval[string](t, page, kept))
			page.Close()
			roads["the wire"] = w.plain(t)
			storeFiles(t, r, roads)
			for road, text := range roads {
				for at := range len(text) {
					if rest := text[at:]; len(rest) >= 8 && strings.EqualFold(string(rest[:6]), "canary") && !(key == "shows" && mayShow(string(rest[:8]))) {
						t.Errorf("%s has %q", road, text[max(0, at-60):min(len(text), at+30)])
					}
				}
			}
			if found := ofType(entries, "masking_corrected"); found != nil {
				t.Errorf("the relay had to mask again:\n%s", show(found))
			}
			checkSeen(t, entries, key == "shows")
		})
	}
}

// mayShow tells whether a text is one that a site which allows all may see.
func mayShow(text string) bool {
	return slices.ContainsFunc(canaries, func(c canary) bool { return c.opens == text })
}

// storeFiles adds the files of the store as they lie on the disk, the write-ahead log too.
func storeFiles(t *testing.T, r *relay, roads map[string][]byte) {
	t.Helper()
	err := fs.WalkDir(os.DirFS(r.dir), "data", func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			roads[path], err = os.ReadFile(filepath.Join(r.dir, path))
		}
		return err
	})
	if err != nil || roads["data/cotrail.db-wal"] == nil {
		t.Errorf("the store's files: %v", err)
	}
}

// checkSeen: a recorder that sees nothing is worth nothing.
func checkSeen(t *testing.T, entries []entry, open bool) {
	t.Helper()
	said, _ := json.Marshal(entries)
	for _, c := range canaries {
		if c.opens != "" && bytes.Contains(said, []byte(c.opens)) != open {
			t.Errorf("%s: the log shows %q: %v, want %v", c.what, c.opens, !open, open)
		}
	}
	if clicks, inputs := len(ofType(entries, "click")), len(ofType(entries, "input_change")); clicks < 20 || inputs < 14 {
		t.Errorf("the log has %d clicks and %d changes:\n%s", clicks, inputs, show(entries))
	}
}
