package e2e

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/cotrail/cotrail/e2e/chrome"
)

// The situations: what can happen in a page, one row each, and every entry that the log then has. An act that is
// told twice, in another order, or that was none, fails its row.

// situation is a page, what is done in it, and what the log says of it in the words of say. In all texts of a page
// {tag} stands for the script tag, {sync} for one that the page waits for, {relay} for the relay's origin, and {other} for another origin of the same site.
type situation struct {
	name    string
	key     string                      // whose policy holds; "shows" when empty
	head    string                      // of the page; the tag when empty
	body    string                      // of the page
	pages   map[string]string           // the other pages: their bodies, or whole documents
	serve   map[string]http.HandlerFunc // what is no page
	headers map[string]string           // of the page

	ready chrome.Step   // waits until the page can be acted in; when nil, until it is being recorded
	do    []chrome.Step // what is done in the page
	tabs  func(*scene)  // what is done beyond one tab, after do

	want  []string          // what comes after the page's arrival; "load /path" is a page that is reached and recorded
	finds map[string]string // the paths in want that this page must resolve, each to the element of an expression
	never string            // what no entry may tell, in its details or elsewhere
	waits bool              // want has to come by itself, without a flush
	ends  bool              // the recording is over after want
	warns []string          // instead of want: one line of the recorder's own, a warning with these words
	wild  bool              // the browser itself writes an error to the console
	loose bool              // whatever the log says: the page must have gone on
}

// groups holds the rows of each file.
var groups = []struct {
	name  string
	rows  []situation
	flags []chromedp.ExecAllocatorOption // of the browser, beside those that all have
}{
	{name: "fields", rows: fields},
	{name: "choices", rows: choices},
	{name: "autofill", rows: autofill, flags: whole},
	{name: "script", rows: scriptChanges},
	{name: "rewritten", rows: rewrites},
	{name: "clicks", rows: clickSituations},
	{name: "forms", rows: forms},
	{name: "navigation", rows: navigation, flags: whole},
	{name: "shadow", rows: shadow},
	{name: "frames", rows: frames},
	{name: "tabs", rows: tabs, flags: whole},
	{name: "api", rows: apiSituations},
	{name: "pauses", rows: pauses, flags: whole},
	{name: "withheld", rows: withheld, flags: whole},
	{name: "clipboard", rows: clipboard},
	{name: "media", rows: media, flags: []chromedp.ExecAllocatorOption{chromedp.Flag("use-fake-device-for-media-stream", true), chromedp.Flag("use-fake-ui-for-media-stream", true), chromedp.Flag("auto-accept-this-tab-capture", true)}},
}

var whole = []chromedp.ExecAllocatorOption{chrome.Whole}

func says(lines ...string) []string { return lines }

// arrival is what the log has of every first page.
var arrival = []string{"session_created", "participant_joined", "tab_created SITE/ initial", "load /"}

// endOfRow is what the page says last. Whatever comes late and does not belong to the row stands before it.
const endOfRow = "end of row"

// TestSituations does all acts, page by page, a browser for each group, and then reads the logs, which have settled meanwhile.
func TestSituations(t *testing.T) {
	t.Parallel()
	r := startRelay(t)
	for _, group := range groups {
		t.Run(group.name, func(t *testing.T) {
			t.Parallel()
			browser := chrome.New(t, group.flags...)
			for _, row := range group.rows {
				t.Run(row.name, func(t *testing.T) { row.run(t, r, browser) })
			}
		})
	}
}

// run does what the row says, waits for its turn behind all acts of the group, and reads the log.
func (s situation) run(t *testing.T, r *relay, browser *chrome.Browser) {
	v := s.open(t, r, browser)
	v.page.Do(t, s.do...)
	v.session = session(t, v.page)
	if s.tabs != nil {
		s.tabs(v)
	}
	v.resolve(s.finds)
	if s.waits {
		v.await(len(v.expected()))
	}
	if !s.ends {
		v.page.Do(t, flushed, chrome.Script(`cotrail.log("`+endOfRow+`")`), flushed)
	}
	if !s.wild {
		noErrors(t, v.page)
	}
	v.page.Close()
	t.Parallel()
	v.check(s)
}

// open opens the row's page in a site of its own.
func (s situation) open(t *testing.T, r *relay, browser *chrome.Browser) *scene {
	key, head, ready := s.key, s.head, s.ready
	if key == "" {
		key = "shows"
	}
	if head == "" {
		head = "{tag}"
	}
	if ready == nil {
		ready = settled
	}
	v := &scene{t: t, relay: &relay{t: t, url: r.url}, site: newSite(t), other: newSite(t), browser: browser, want: slices.Clone(s.want)}
	fill := strings.NewReplacer("{tag}", r.tag(key), "{sync}", strings.Replace(r.tag(key), " async", "", 1), "{relay}", r.url, "{other}", v.other.url).Replace
	v.site.raw("/", s.headers, document("/", fill(head), fill(s.body)))
	for path, body := range s.pages {
		site := v.site
		if rest, elsewhere := strings.CutPrefix(path, "{other}"); elsewhere {
			site, path = v.other, rest
		}
		if strings.HasPrefix(body, "<!doctype") {
			site.raw(path, nil, fill(body))
		} else {
			site.page(path, r.tag(key), fill(body))
		}
	}
	for path, handler := range s.serve {
		v.site.mux.HandleFunc(path, handler)
	}
	v.page = browser.Open(t, v.site.url+"/")
	v.page.Do(t, ready)
	return v
}

// settled waits until the page is being recorded, and what it sets while it loads is over: the recorder has asked for
// an idle moment before, and this one comes after it.
var settled = chrome.WaitFor(`window.cotrail && cotrail.status === "recording" && document.readyState === "complete" && new Promise(done => requestIdleCallback(() => done(true), {timeout: 1000}))`)

// scene is a row under way.
type scene struct {
	t       *testing.T
	relay   *relay
	site    *site
	other   *site // an origin beside the site's
	browser *chrome.Browser
	page    *chrome.Page // where the row begins, and what says that it has ended
	session string
	want    []string // the row's, and what the row found out to add
}

// resolve holds the paths that the log is to give against the page: each must lead to its element there.
func (v *scene) resolve(finds map[string]string) {
	v.t.Helper()
	for path, expression := range finds {
		if !chrome.MustEval[bool](v.t, v.page, fmt.Sprintf("(%s)(%q) === (%s)", follow, path, expression)) {
			v.t.Errorf("%s does not lead to %s", path, expression)
		}
	}
}

// follow walks a path of the tables: at each ">>" into a frame or an open shadow root.
const follow = `path => path.split(" >> ").reduce((at, part) => {
	const root = at.shadowRoot || at.contentDocument || at;
	const find = (path, from) => (from.ownerDocument || from).evaluate(path, from, null, XPathResult.FIRST_ORDERED_NODE_TYPE, null).singleNodeValue;
	if (part[0] === "#") return root.host ? root.getElementById(part.slice(1)) : find('//*[@id="' + part.slice(1) + '"]', root);
	if (!root.host) return find("/html/body" + part, root);
	const [, name, index, rest] = /^\/([\w-]+)(?:\[(\d+)\])?(.*)$/.exec(part); // no XPath begins at a shadow root
	const child = [...root.children].filter(c => c.localName === name)[(index || 1) - 1];
	return rest ? find("." + rest, child) : child;
}, document)`

// unasked bounds the wait for what must come without a flush: a pause that commits what is typed lasts eight seconds.
const unasked = 12 * time.Second

// await waits until the log has so many entries. If it never does, the comparison will tell what is missing.
func (v *scene) await(lines int) {
	deadline := time.Now().Add(unasked)
	for len(v.lines(v.relay.log(v.session))) < lines && time.Now().Before(deadline) {
		v.page.Do(v.t, chrome.WaitFor(`new Promise(done => setTimeout(() => done(true), 100))`))
	}
}

// expected is everything that the log must have before the end of the row.
func (v *scene) expected() []string {
	var out []string
	for _, line := range slices.Concat(arrival, v.want) {
		tab, said, _ := strings.Cut(line, ": ")
		if said == "" {
			tab, said = "", line
		} else {
			tab += ": "
		}
		if path, loads := strings.CutPrefix(said, "load "); loads {
			out = append(out, tab+"navigate SITE"+path+" load", tab+"recorder_started")
		} else {
			out = append(out, line)
		}
	}
	return out
}

// lines says what the log has, in the words of the tables.
func (v *scene) lines(entries []entry) []string {
	var out []string
	tabs := map[string]int{}
	for _, e := range entries {
		if e.text("type") != "policy_loaded" { // which policy held is for the tests of masking
			out = append(out, say(e, v.site.url, v.other.url, tabs))
		}
	}
	return out
}

// check reads the log up to the end of the row, and what came after it.
func (v *scene) check(s situation) {
	v.t.Helper()
	last, want := "client_log "+endOfRow, v.expected()
	if s.ends {
		last = want[len(want)-1]
	}
	var got []string
	entries := v.relay.settledLog(v.session, "the end of the row is in the log", func(e []entry) bool {
		got = v.lines(e)
		return slices.Contains(got, last)
	})
	end := len(got) - 1
	for !strings.HasSuffix(got[end], last) {
		end--
	}
	for _, line := range got[end+1:] {
		said := line[strings.LastIndex(line, ": ")+1:]
		if kind, _, _ := strings.Cut(strings.TrimSpace(said), " "); !slices.Contains([]string{"participant_left", "session_end", "switch_active_tab", "tab_closed"}, kind) {
			v.t.Errorf("after the end of the row: %s", line)
		}
	}
	got = got[:end]
	if s.ends {
		got = append(got, last)
	}
	if s.warns != nil {
		want = append(want, warning(got[min(len(want), len(got)):], s.warns))
	}
	if !s.loose && !slices.Equal(got, want) {
		same := 0
		for same < min(len(got), len(want)) && got[same] == want[same] {
			same++
		}
		v.t.Errorf("after %d lines the log differs from what was done:\n%s", same, differ(got[same:], want[same:]))
	}
	if s.never != "" && strings.Contains(fmt.Sprint(entries), s.never) {
		v.t.Errorf("the log tells %q", s.never)
	}
	checkShapes(v.t, entries)
	checkOrigins(v.t, entries)
}

// warning gives the line that comes after the arrival, if it is the only one and says all of the words.
func warning(rest, words []string) string {
	if len(rest) == 1 && strings.HasPrefix(rest[0], "client_log ") && strings.HasSuffix(rest[0], " warn") &&
		!slices.ContainsFunc(words, func(word string) bool { return !strings.Contains(rest[0], word) }) {
		return rest[0]
	}
	return "client_log with " + strings.Join(words, " and ") + " warn"
}

// checkOrigins holds what an entry says of where it comes from against where it happened.
func checkOrigins(t *testing.T, entries []entry) {
	t.Helper()
	for _, e := range ofType(entries, "relocate_start") {
		if from, at := e.details().text("from_url"), entry(object(e["page"])).text("url"); from != "" && from != at {
			t.Errorf("entry %d leaves %q at %q", e.number("seq"), from, at)
		}
	}
}

// document is a page's text, as site.page writes it.
func document(title, head, body string) string {
	return "<!doctype html><html lang=en><head><title>" + title + "</title>" + head + "</head><body>" + body + "</body></html>"
}
