package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
)

const first, second, third = `{"details":{},"seq":1,"type":"session_created"}`, `{"details":{"a":"</script>"},"seq":2,"type":"click"}`, `{"details":{},"seq":3,"type":"navigate"}`

func TestLogForms(t *testing.T) {
	r := start(t)
	document := func(entries ...string) string {
		return "{\"session_logs\":[\n" + strings.Join(entries, ",\n") + "\n]}\n"
	}
	for _, c := range []struct{ query, accept, want, kind string }{
		{"", "", document(first, second, third), "application/json"},
		{"", "*/*", document(first, second, third), "application/json"},
		{"", "text/html, application/xml;q=0.9, */*;q=0.8", document(first, second, third), "application/json"},
		{"?after=0", "application/json", document(first, second, third), "application/json"},
		{"?after=2", "", document(third), "application/json"},
		{"?after=3", "", document(), "application/json"},
		{"", "application/x-ndjson", first + "\n" + second + "\n" + third + "\n", "application/x-ndjson"},
		{"", "application/x-ndjson, application/json;q=0.5", first + "\n" + second + "\n" + third + "\n", "application/x-ndjson"},
		{"?after=3", "application/x-ndjson", "", "application/x-ndjson"},
		{"?type=click", "", document(second), "application/json"},
		{"?type=click,navigate", "", document(second, third), "application/json"},
		{"?type=submit", "", document(), "application/json"},
		{"?type=follower_joined", "", document(), "application/json"},
		{"?type=x_own", "", document(), "application/json"},
		{"?dialect=surfly", "", document(`["surfly"]`, `["surfly"]`), "application/json"},
		{"?dialect=surfly&type=click", "", document(), "application/json"},
		{"?dialect=surfly", "application/x-ndjson", "[\"surfly\"]\n[\"surfly\"]\n", "application/x-ndjson"},
	} {
		res, body := r.get(t, "/v1/sessions/in-shop/log"+c.query, "shop-reader", "Accept", c.accept)
		if res.StatusCode != 200 || body != c.want || res.Header.Get("Content-Type") != c.kind {
			t.Errorf("%s as %q: %d %s\n%swant %s\n%s", c.query, c.accept, res.StatusCode, res.Header.Get("Content-Type"), body, c.kind, c.want)
		}
		if c.kind == "application/json" && !json.Valid([]byte(body)) {
			t.Errorf("%s: no JSON: %s", c.query, body)
		}
		if res.Header.Get("Cache-Control") != "no-store" || res.Header.Get("Vary") != "Accept" {
			t.Errorf("%s: %v", c.query, res.Header)
		}
	}
}

// TestOneActInTheDialect: an entry is written there with those that complete it, wherever they stand.
func TestOneActInTheDialect(t *testing.T) {
	r := start(t)
	r.entries["in-shop"] = []string{
		`{"details":{},"seq":1,"type":"session_created"}`,
		`{"details":{"completes":1},"seq":2,"type":"participant_joined"}`,
		`{"completes":2,"details":{},"seq":3,"type":"participant_joined"}`,
		`{"details":{"text":"\"completes\":2"},"seq":4,"type":"client_log"}`,
		`{"completes":2,"details":{},"seq":5,"type":"participant_joined"}`,
	}
	const bare = `["surfly"]`
	for query, want := range map[string]string{
		"":         strings.Join([]string{bare, "[[" + bare + "]]", bare, bare, bare}, ",\n"),
		"&after=1": strings.Join([]string{"[[" + bare + "]]", bare, bare, bare}, ",\n"),
		"&after=3": strings.Join([]string{bare, bare}, ",\n"),
	} {
		if _, body := r.get(t, "/v1/sessions/in-shop/log?dialect=surfly"+query, "shop-reader"); body != "{\"session_logs\":[\n"+want+"\n]}\n" {
			t.Errorf("%s: %s", query, body)
		}
	}
}

func TestLogRefuses(t *testing.T) {
	r := start(t)
	for _, c := range []struct {
		query, accept string
		status        int
		part          string
	}{
		{"?after=-1", "", 400, "After must be"},
		{"?after=x", "", 400, "After must be"},
		{"?after=", "", 400, "After must be"},
		{"?type=clik", "", 400, `"clik"`},
		{"?type=", "", 400, "no type of event"},
		{"?dialect=unblu", "", 400, "Dialect must be surfly"},
		{"?autor=0", "", 400, `"autor"; this address takes after, dialect`},
		{"?frob=1", "", 400, `"frob"`},
		{"", "text/html", 406, "application/x-ndjson"},
		{"", "text/html", 406, "application/json"},
		{"", "application/json;q=0", 406, "application/json"},
	} {
		res, body := r.get(t, "/v1/sessions/in-shop/log"+c.query, "shop-reader", "Accept", c.accept)
		says(t, c.query+" "+c.accept, res, body, c.status, c.part)
	}
}

func TestLogHeadHasNoBody(t *testing.T) {
	r := start(t)
	req, _ := http.NewRequest("HEAD", r.url+"/v1/sessions/in-shop/log", nil)
	req.Header.Set("Authorization", "Bearer shop-reader")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(res.Body)
	if res.StatusCode != 200 || len(body) != 0 {
		t.Errorf("%d %q", res.StatusCode, body)
	}
}

// TestLogIsNeverCutInSilence lets the store fail before and after the answer has begun.
func TestLogIsNeverCutInSilence(t *testing.T) {
	r := start(t)
	r.broken = errors.New("disk on fire")
	res, body := r.get(t, "/v1/sessions/in-shop/log", "shop-reader")
	says(t, "failing early", res, body, 500, "relay's own log")
	if strings.Contains(body, "fire") {
		t.Errorf("the answer tells more than people need: %s", body)
	}

	for i := 0; i < 2*chunk/len(first); i++ {
		r.entries["in-shop"] = append(r.entries["in-shop"], fmt.Sprintf(`{"seq":%d,"type":"click"}`, i+4))
	}
	req, _ := http.NewRequest("GET", r.url+"/v1/sessions/in-shop/log", nil)
	req.Header.Set("Authorization", "Bearer shop-reader")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if _, err := io.ReadAll(res.Body); err == nil {
		t.Error("failing late: the reader is told that the answer is whole")
	}
}
