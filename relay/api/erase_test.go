package api

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/cotrail/cotrail/relay/config"
	"github.com/cotrail/cotrail/relay/journal"
	"github.com/cotrail/cotrail/relay/store"
	"github.com/cotrail/cotrail/relay/trail"
)

func TestErase(t *testing.T) {
	r := start(t)
	res, body := r.do(t, "DELETE", "/v1/sessions/in-shop", "shop-eraser", "")
	if want := `{"session_id":"in-shop","tombstone":"tombstone","copies":[{"where":"backups of`; res.StatusCode != 200 || !strings.HasPrefix(body, want) {
		t.Errorf("%d %s, want %s", res.StatusCode, body, want)
	}
	if !reflect.DeepEqual(r.erased, []string{"shop-eraser from 192.0.2.1 in-shop"}) {
		t.Errorf("erased %v", r.erased)
	}
	for err, c := range map[error]struct {
		status int
		part   string
	}{
		store.ErrNotSealed: {409, "once it is sealed"},
		store.ErrHeld:      {409, "DELETE its hold first"},
		store.ErrErased:    {410, "was erased"},

		journal.ErrUnwritten: {503, "access log"},
	} {
		r.kept = err
		res, body := r.do(t, "DELETE", "/v1/sessions/in-shop", "shop-eraser", "")
		says(t, err.Error(), res, body, c.status, c.part)
	}
}

// TestCopies erases a session of a site that has destinations of every type.
func TestCopies(t *testing.T) {
	r := start(t)
	site, _ := r.api.Config.Site("shop")
	site.Deliver = []*config.Destination{
		{Type: config.DestS3, Name: "vault", Endpoint: "https://user:hidden@s3.example", Bucket: "audit", LockMode: "compliance", ObjectLock: 400 * 24 * time.Hour},
		{Type: config.DestS3, Name: "loose", Bucket: "open"},
		{Type: config.DestS3, Name: "odd", Bucket: "odd", LockMode: "governance", ObjectLock: 25 * time.Hour},
		{Type: config.DestDir, Name: "dir", Path: "/var/log/cotrail"},
		{Type: config.DestWebhook, Name: "siem", URL: "https://siem.example/hidden"},
		{Type: config.DestNATS, Name: "nats", URL: "nats://hidden", Stream: "entries"},
		{Type: config.DestKafka, Name: "kafka", User: "hidden", Topic: "audits"},
		{Type: config.DestStdout, Name: "stdout"},
	}
	_, body := r.do(t, "DELETE", "/v1/sessions/in-shop", "shop-eraser", "")
	for _, part := range []string{
		`exports that were made before, and destinations that are no longer in the configuration","until":null}`,
		`destination vault: the bucket audit, where Object Lock in compliance mode keeps it for 400 days","until":"2027-12-27T10:04:35.000Z"}`,
		`destination odd: the bucket odd, where Object Lock in governance mode keeps it for 25h0m0s","until":"2026-11-23T11:04:35.000Z"}`,
		`destination siem: what the webhook's receiver has kept; it is told of the erasure","until":null}`,
		`destination nats: the stream entries,`, `destination kafka: the topic audits,`, `destination stdout: `,
	} {
		if !strings.Contains(body, part) {
			t.Errorf("%s, want %s", body, part)
		}
	}
	for _, part := range []string{"hidden", "loose", "/var/log"} {
		if strings.Contains(body, part) {
			t.Errorf("%s has %s", body, part)
		}
	}
}

func TestHold(t *testing.T) {
	r := start(t)
	for _, c := range []struct{ method, held, deed string }{{"PUT", "in-shop true", journal.Held}, {"DELETE", "in-shop false", journal.Released}} {
		res, body := r.do(t, c.method, "/v1/sessions/in-shop/hold", "shop-eraser", "")
		if res.StatusCode != 200 || !strings.Contains(body, `"held":`) || r.held != c.held || r.noted[len(r.noted)-1].Type != c.deed {
			t.Errorf("%s: %d %s, held %s, noted %+v", c.method, res.StatusCode, body, r.held, r.noted)
		}
	}
}

// TestErasedSession asks for what is left: with a proof the tombstone, else that it is gone.
func TestErasedSession(t *testing.T) {
	r := start(t)
	r.sessions[0].Erased = 1795341873343
	r.broken = store.ErrErased
	r.entries = nil
	const tombstone = `{"tombstone":{"note":"gone\n","session":{"leaf":4,"inclusion":["AwAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="],"checkpoint":"checkpoint\n"},"erasure":{"leaf":5,`
	for _, path := range []string{"/v1/sessions/in-shop/proof", "/v1/sessions/in-shop/log?proof=1", "/v1/sessions/in-shop/proof?from=2"} {
		res, body := r.get(t, path, "shop-reader")
		if res.StatusCode != 200 || !strings.HasPrefix(body, tombstone) || strings.Contains(path, "from") != strings.Contains(body, `"consistency":{"from":2`) {
			t.Errorf("%s: %d %s", path, res.StatusCode, body)
		}
	}
	for _, path := range []string{"/v1/sessions/in-shop/log", "/v1/sessions/in-shop/statistics"} {
		res, body := r.get(t, path, "shop-reader")
		says(t, path, res, body, 410, "was erased")
	}
	if _, body := r.get(t, "/v1/sessions/in-shop", "shop-reader"); !strings.Contains(body, `"erased":"2026-11-22T10:04:33.343Z"`) {
		t.Errorf("the summary: %s", body)
	}
}

// TestAccessIsNoted holds that every form of a log is noted before it is answered, and not answered when it cannot be.
func TestAccessIsNoted(t *testing.T) {
	r := start(t)
	for _, c := range []struct{ path, accept, deed, what string }{
		{"/log", "", journal.Viewed, "log"},
		{"/log?after=1", "", journal.Viewed, "log"},
		{"/log", "application/x-ndjson", journal.Exported, "log"},
		{"/log?proof=1", "", journal.Exported, "log"},
		{"/log?dialect=surfly", "", journal.Exported, "log"},
		{"/statistics", "", journal.Viewed, "statistics"},
	} {
		r.noted, r.unwritten = nil, nil
		res, body := r.get(t, "/v1/sessions/in-shop"+c.path, "shop-reader", "Accept", c.accept)
		want := journal.Deed{Type: c.deed, Site: "shop", Session: "in-shop", Key: "shop-reader", What: c.what, From: "192.0.2.1"}
		if res.StatusCode != 200 || len(r.noted) != 1 || r.noted[0] != want {
			t.Errorf("%s: %d %s, noted %+v, want %+v", c.path, res.StatusCode, body, r.noted, want)
		}
		r.unwritten = errors.New("disk full")
		res, body = r.get(t, "/v1/sessions/in-shop"+c.path, "shop-reader", "Accept", c.accept)
		says(t, c.path, res, body, 503, "access log")
	}
}

// TestUnprovenIsNotNoted asks for the proof of a log that has none yet, which takes nothing away.
func TestUnprovenIsNotNoted(t *testing.T) {
	r := start(t)
	r.unproven = trail.ErrNotYet
	res, body := r.get(t, "/v1/sessions/in-shop/log?proof=1", "shop-reader")
	says(t, "not yet", res, body, 503, "No checkpoint covers")
	if len(r.noted) != 0 {
		t.Errorf("noted %+v", r.noted)
	}
}

func TestAccessLog(t *testing.T) {
	r := start(t)
	hash := "01" + strings.Repeat("00", 31)
	res, body := r.get(t, "/v1/access-log?site=shop&limit=2", "shop-reader")
	first, second := fmt.Sprintf(accessEntry, 1, "shop after "), fmt.Sprintf(accessEntry, 2, "shop after ")
	want := `{"access_log":[{"entry":` + first + `,"hash":"` + hash + `"},{"entry":` + second + `,"hash":"` + hash + `"}],"next":"2026-11-22.2"}` + "\n"
	if res.StatusCode != 200 || body != want {
		t.Errorf("%d %s, want %s", res.StatusCode, body, want)
	}
	for _, cursor := range []string{"2026-11-22", "2026-11-22.2"} {
		if res, body := r.get(t, "/v1/access-log?site=shop&limit=1&cursor="+cursor, "shop-reader"); res.StatusCode != 200 || !strings.Contains(body, "after 2026-11-22") {
			t.Errorf("from %s on: %d %s", cursor, res.StatusCode, body)
		}
	}
	for path, c := range map[string]struct {
		status int
		part   string
	}{
		"":                               {400, "site is missing"},
		"?site=side":                     {404, "no site"},
		"?site=shop&limit=0":             {400, "limit"},
		"?site=shop&cursor=x":            {400, "cursor"},
		"?site=shop&cursor=2026.x":       {400, "cursor"},
		"?site=shop&cursor=2026-11-22.x": {400, "cursor"},
	} {
		res, body := r.get(t, "/v1/access-log"+path, "shop-reader")
		says(t, path, res, body, c.status, c.part)
	}
}
