package demo

import (
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"path"
	"regexp"
	"strings"
	"testing"
)

// everyPage is each address that shows a page, with a heading that only this page has.
var everyPage = map[string]string{
	"/demo/":               "Look after the people who count on you",
	"/demo/about-you":      "About you",
	"/demo/health":         "Your health",
	"/demo/health/history": "Your health",
	"/demo/health/message": "Your health",
	"/demo/payment":        "Payment",
	"/demo/thank-you":      "Thank you",
	"/demo/help":           "How can we help?",
}

func TestPages(t *testing.T) {
	for address, heading := range everyPage {
		t.Run(address, func(t *testing.T) {
			res, body := ask(t, http.MethodGet, address, "")
			if res.StatusCode != http.StatusOK {
				t.Fatalf("status %d", res.StatusCode)
			}
			if got := res.Header.Get("Content-Type"); got != "text/html; charset=utf-8" {
				t.Errorf("content type %q", got)
			}
			if !strings.Contains(body, "<h1>"+heading+"</h1>") {
				t.Errorf("no heading %q", heading)
			}
			if !strings.Contains(body, `<script async src="/cotrail.js" data-site="demo"></script>`) {
				t.Error("no recorder tag")
			}
			if !regexp.MustCompile(`<aside id="log-panel"[^>]* data-cotrail-block>`).MatchString(body) {
				t.Error("the log panel is not blocked")
			}
		})
	}
}

// TestPolicyHolds looks for what the Content-Security-Policy would refuse, and for what would need a weaker one.
func TestPolicyHolds(t *testing.T) {
	refused := map[string]*regexp.Regexp{
		"inline script":       regexp.MustCompile(`<script[^>]*>[^<]`),
		"inline style":        regexp.MustCompile(`<style|\sstyle=`),
		"inline handler":      regexp.MustCompile(`\son[a-z]+=`),
		"external resource":   regexp.MustCompile(`(?:src|action|href)="(?:https?:)?//`),
		"template left empty": regexp.MustCompile(`ZgotmplZ|<no value>`),
	}
	for address := range everyPage {
		res, body := ask(t, http.MethodGet, address, "")
		csp := res.Header.Get("Content-Security-Policy")
		for _, part := range []string{"default-src 'none'", "script-src 'self' 'wasm-unsafe-eval';", "require-trusted-types-for 'script'", "frame-ancestors 'none'"} {
			if !strings.Contains(csp, part) {
				t.Errorf("%s: policy %q lacks %q", address, csp, part)
			}
		}
		if strings.Contains(csp, "unsafe-inline") || strings.Contains(csp, "'unsafe-eval'") {
			t.Errorf("%s: policy %q is weak", address, csp)
		}
		for what, pattern := range refused {
			if found := pattern.FindString(body); found != "" {
				t.Errorf("%s: %s: %q", address, what, found)
			}
		}
	}
}

// TestScriptsWriteTextOnly holds the promise of the log panel: a recorded string never becomes markup.
func TestScriptsWriteTextOnly(t *testing.T) {
	scripts, err := fs.Glob(site, "site/js/*.js")
	if err != nil || len(scripts) == 0 {
		t.Fatalf("scripts %v, error %v", scripts, err)
	}
	for _, name := range scripts {
		body, err := site.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, sink := range []string{"innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "DOMParser", "setHTML", "eval("} {
			if strings.Contains(string(body), sink) {
				t.Errorf("%s uses %s", name, sink)
			}
		}
	}
}

// TestEveryKindOfControl names one control of each kind by its id: tests of the recorder rely on them.
func TestEveryKindOfControl(t *testing.T) {
	kinds := []struct{ address, kind, pattern string }{
		{"/demo/", "text", `<input id="postcode" [^>]*type="text"`},
		{"/demo/", "number", `<input id="term-years" [^>]*type="number"`},
		{"/demo/", "date", `<input id="start-date" [^>]*type="date"`},
		{"/demo/", "range", `<input id="cover-amount" [^>]*type="range"`},
		{"/demo/", "radio", `<input id="smoker-yes" [^>]*type="radio"`},
		{"/demo/", "select", `<select id="country" [^>]*data-cotrail-allow`},
		{"/demo/", "multiple select", `<select id="extras" [^>]*multiple`},
		{"/demo/", "search", `<input id="site-search" [^>]*type="search"`},
		{"/demo/", "cookie banner", `<button id="cookie-accept" type="button"`},
		{"/demo/", "reset", `<button id="cover-reset" type="reset"`},
		{"/demo/", "GET form", `<form id="cover-form" [^>]*method="get"`},
		{"/demo/about-you", "POST form", `<form id="about-you-form" [^>]*method="post"`},
		{"/demo/about-you", "e-mail", `<input id="email" [^>]*type="email"`},
		{"/demo/about-you", "phone", `<input id="phone" [^>]*type="tel"`},
		{"/demo/about-you", "textarea", `<textarea id="address"`},
		{"/demo/about-you", "text with a list", `<input id="occupation" [^>]*list="occupations"`},
		{"/demo/about-you", "checkbox", `<input id="contact-by-email" [^>]*type="checkbox"`},
		{"/demo/about-you", "password", `<input id="account-password" [^>]*type="password"`},
		{"/demo/about-you", "show button", `<button id="show-password" type="button"`},
		{"/demo/about-you", "hidden", `<input id="quote-ticket" [^>]*type="hidden"`},
		{"/demo/health", "push state button", `<button id="habits-next" type="button"`},
		{"/demo/health", "blocked group", `<fieldset id="medical-group" [^>]*data-cotrail-block`},
		{"/demo/health", "hash link", `<a id="why-link" href="#why-we-ask"`},
		{"/demo/health", "contenteditable", `<div id="underwriter-note" [^>]*contenteditable="true"`},
		{"/demo/health", "file", `<input id="letter-file" [^>]*type="file"`},
		{"/demo/payment", "card number", `<input id="card-number" [^>]*autocomplete="cc-number"`},
		{"/demo/payment", "card code", `<input id="card-code" [^>]*autocomplete="cc-csc"`},
		{"/demo/payment", "colour", `<input id="folder-colour" [^>]*type="color"`},
		{"/demo/thank-you", "link to a new tab", `<a id="open-help-tab" [^>]*target="_blank"`},
		{"/demo/thank-you", "download", `<a id="download-summary" [^>]*download`},
		{"/demo/help", "page's own log line", `<button id="call-back" type="button"`},
	}
	for _, k := range kinds {
		_, body := ask(t, http.MethodGet, k.address, "")
		if !regexp.MustCompile(k.pattern).MatchString(body) {
			t.Errorf("%s has no %s (%s)", k.address, k.kind, k.pattern)
		}
	}
}

var (
	control    = regexp.MustCompile(`<(?:input|select|textarea)\s[^>]*>`)
	id         = regexp.MustCompile(`\sid="([^"]*)"`)
	wrapped    = regexp.MustCompile(`(?s)<label(?:\s[^>]*)?>.*?</label>`)
	clickables = regexp.MustCompile(`<(?:a|button|form|fieldset|input|select|textarea)\s[^>]*>`)
)

func TestEveryControlHasALabel(t *testing.T) {
	for address := range everyPage {
		_, body := ask(t, http.MethodGet, address, "")
		inLabels := strings.Join(wrapped.FindAllString(body, -1), "\n")
		for _, tag := range control.FindAllString(body, -1) {
			if strings.Contains(tag, `type="hidden"`) {
				continue
			}
			name := id.FindStringSubmatch(tag)
			if name == nil {
				continue // TestIDs tells of it
			}
			if !strings.Contains(body, `<label for="`+name[1]+`"`) && !strings.Contains(inLabels, tag) {
				t.Errorf("%s: no label for %s", address, tag)
			}
		}
	}
}

func TestIDs(t *testing.T) {
	for address := range everyPage {
		_, body := ask(t, http.MethodGet, address, "")
		for _, tag := range clickables.FindAllString(body, -1) {
			if !id.MatchString(tag) {
				t.Errorf("%s: no id on %s", address, tag)
			}
		}
		seen := map[string]bool{}
		for _, name := range id.FindAllStringSubmatch(body, -1) {
			if seen[name[1]] {
				t.Errorf("%s: id %q stands twice", address, name[1])
			}
			seen[name[1]] = true
			if !regexp.MustCompile(`^[a-z]+(-[a-z]+)*$`).MatchString(name[1]) {
				t.Errorf("%s: id %q looks like data", address, name[1])
			}
		}
	}
}

// TestLinksLeadSomewhere follows whatever a page refers to, the addresses of its script's steps included.
func TestLinksLeadSomewhere(t *testing.T) {
	reference := regexp.MustCompile(`(?:href|src|data-step|data-go)="(/demo[^"]*)"`)
	files := map[string]bool{}
	for address := range everyPage {
		_, body := ask(t, http.MethodGet, address, "")
		for _, ref := range reference.FindAllStringSubmatch(body, -1) {
			files[ref[1]] = true
		}
	}
	for ref := range files {
		res, body := ask(t, http.MethodGet, ref, "")
		if res.StatusCode != http.StatusOK || body == "" {
			t.Errorf("%s: status %d, %d bytes", ref, res.StatusCode, len(body))
		}
		if want := types[path.Ext(ref)]; want != "" && res.Header.Get("Content-Type") != want {
			t.Errorf("%s: content type %q, want %q", ref, res.Header.Get("Content-Type"), want)
		}
	}
}

func TestOtherRequests(t *testing.T) {
	tests := []struct {
		name, method, address, body string
		status                      int
		location                    string
	}{
		{"about you leads on", http.MethodPost, "/demo/about-you", "full_name=Robin+Example", http.StatusSeeOther, "/demo/health"},
		{"health leads on", http.MethodPost, "/demo/health", "height=170", http.StatusSeeOther, "/demo/payment"},
		{"payment leads on", http.MethodPost, "/demo/payment", "rhythm=monthly", http.StatusSeeOther, "/demo/thank-you"},
		{"a form at its limit", http.MethodPost, "/demo/health", strings.Repeat("x", maxForm), http.StatusSeeOther, "/demo/payment"},
		{"a form over its limit", http.MethodPost, "/demo/health", strings.Repeat("x", maxForm+1), http.StatusRequestEntityTooLarge, ""},
		{"a page that takes no form", http.MethodPost, "/demo/help", "", http.StatusMethodNotAllowed, ""},
		{"GET form's answers", http.MethodGet, "/demo/about-you?country=no&postcode=1", "", http.StatusOK, ""},
		{"only the head", http.MethodHead, "/demo/", "", http.StatusOK, ""},
		{"no such page", http.MethodGet, "/demo/nothing", "", http.StatusNotFound, ""},
		{"no such step", http.MethodGet, "/demo/health/nothing", "", http.StatusNotFound, ""},
		{"no listing", http.MethodGet, "/demo/js/", "", http.StatusNotFound, ""},
		{"no sources", http.MethodGet, "/demo/layout.html", "", http.StatusNotFound, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			res, _ := ask(t, tt.method, tt.address, tt.body)
			if res.StatusCode != tt.status || res.Header.Get("Location") != tt.location {
				t.Errorf("status %d to %q, want %d to %q", res.StatusCode, res.Header.Get("Location"), tt.status, tt.location)
			}
			if res.Header.Get("Content-Security-Policy") != policy {
				t.Error("no policy on this answer")
			}
		})
	}
}

// ask sends one request to the demonstration, mounted as the relay mounts it.
func ask(t *testing.T, method, address, body string) (*http.Response, string) {
	t.Helper()
	mux := http.NewServeMux()
	mux.Handle("/demo/", Handler())
	rec := httptest.NewRecorder()
	mux.ServeHTTP(rec, httptest.NewRequest(method, address, strings.NewReader(body)))
	res := rec.Result()
	got, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatalf("reading the answer of %s: %v", address, err)
	}
	return res, string(got)
}
