package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/cotrail/cotrail/masking"
	"github.com/cotrail/cotrail/masking/event"
	"github.com/cotrail/cotrail/masking/event/catalog"
	"github.com/cotrail/cotrail/relay/problem"
	"github.com/cotrail/cotrail/relay/store"
	"github.com/cotrail/cotrail/relay/store/sqlite"
	"github.com/cotrail/cotrail/relay/token"
)

// office is the API over a real store, by a clock that stands still.
type office struct {
	*relay
	db    *sqlite.Store
	now   time.Time
	woken []string
}

func openOffice(t *testing.T) *office {
	t.Helper()
	o := &office{relay: start(t), now: time.UnixMilli(1795341875000)}
	var err error
	if o.db, err = sqlite.Open(t.Context(), t.TempDir(), func() time.Time { return o.now }); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := o.db.Close(); err != nil {
			t.Error(err)
		}
	})
	options := o.api.Options
	options.Store, options.Signals, options.Now = o.db, o.db, func() time.Time { return o.now }
	options.Wake = func(session string, end bool) { o.woken = append(o.woken, fmt.Sprint(session, " ", end)) }
	options.FieldKey = func(session string) (key masking.FieldKey) { copy(key[:], session); return key }
	o.api = New(options)
	mux := http.NewServeMux()
	o.api.Register(mux, mux)
	server := httptest.NewServer(problem.Mux(mux))
	t.Cleanup(server.Close)
	o.url = server.URL
	return o
}

// made makes a session and gives its id.
func (o *office) made(t *testing.T) string {
	t.Helper()
	res, body := o.post(t, "/v1/sessions", "shop-host", `{"site":"shop","start_url":"https://shop.example/offer?token=abc","options":{"s3_secret":"x",`+"\n"+`"chat":true}}`)
	var answer struct {
		ID string `json:"session_id"`
	}
	if err := json.Unmarshal([]byte(body), &answer); err != nil || res.StatusCode != 201 || res.Header.Get("Location") != "/v1/sessions/"+answer.ID {
		t.Fatalf("create: %d %s %v", res.StatusCode, body, err)
	}
	return answer.ID
}

// stored gives the lines of the back end that wait to be numbered.
func (o *office) stored(t *testing.T, session string) string {
	t.Helper()
	w, err := o.db.Work(t.Context(), session, store.AllEvents)
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, p := range w.Pending {
		all.Write(p.Lines)
	}
	return all.String()
}

func TestCreate(t *testing.T) {
	o := openOffice(t)
	id := o.made(t)
	want := `{"type":"session_created","time":1795341875000,"details":{"start_url":"https://shop.example/offer?token=","options":{"s3_secret":"**********","chat":true}}}` + "\n"
	if got := o.stored(t, id); got != want {
		t.Errorf("stored %s, want %s", got, want)
	}
	if sum, err := o.db.Session(t.Context(), id); err != nil || sum.StartURL != "https://shop.example/offer?token=" || sum.Site != "shop" {
		t.Errorf("%+v, %v", sum, err)
	}
	if len(o.woken) != 1 || o.woken[0] != id+" false" {
		t.Errorf("woken %v", o.woken)
	}
}

func TestSignal(t *testing.T) {
	o := openOffice(t)
	id := o.made(t)
	o.now = o.now.Add(time.Hour)
	res, body := o.post(t, "/v1/sessions/"+id+"/events", "shop-host", `[
		{"type": "chat", "details": {"from": 1, "text": "my card is 4111 1111 1111 1111", "mood": "ada@mail.example"}, "tab_id": "t 1", "client_index": 1},
		{"type": "follower_joined", "details": {"client_index": 2, "name": "Eve Park"}, "time": "2026-11-22T05:00:00.5+01:00"},
		{"type": "x_offer", "details": {
			"plan": "basic"
		}}
	]`)
	if want := fmt.Sprintf(`{"session_id":%q,"stream":"0000000000000000","first":2,"last":4}`+"\n", id); res.StatusCode != 200 || body != want {
		t.Fatalf("%d %s, want %s", res.StatusCode, body, want)
	}
	_, stored, _ := strings.Cut(o.stored(t, id), "\n")
	want := `{"type":"chat","time":1795345475000,"tab_id":"t 1","client_index":1,"details":{"from":1,"length":30,"mood":"**********"}}
{"type":"participant_joined","time":1795320000500,"details":{"client_index":2,"name":"Eve Park"}}
{"type":"x_offer","time":1795345475000,"details":{"plan":"basic"}}
`
	if stored != want {
		t.Errorf("stored\n%swant\n%s", stored, want)
	}
}

// TestSignalRefuses: each fault is a sentence that names it, and nothing of the request is stored.
func TestSignalRefuses(t *testing.T) {
	o := openOffice(t)
	id := o.made(t)
	before := o.stored(t, id)
	good := `{"type":"chat","details":{"from":0}}`
	for what, row := range map[string]struct {
		body   string
		status int
		want   string
	}{
		"no JSON":             {`{"type":`, 400, "no JSON"},
		"a text":              {`"chat"`, 422, "an event or a list"},
		"an empty list":       {`[]`, 422, "empty"},
		"too many":            {`[` + strings.Repeat(good+",", 1000) + good + `]`, 422, "1001 events"},
		"too large":           {`{"type":"x_a","details":{"a":"` + strings.Repeat("a", 1<<20) + `"}}`, 413, "1048576 bytes"},
		"no type":             {`{"details":{}}`, 422, "type is missing"},
		"unknown type":        {`{"type":"chatt","details":{}}`, 422, "known are session_created, session_end, invitation_sent"},
		"the recorder's own":  {`{"type":"gap","details":{}}`, 422, "unknown type"},
		"a missing key":       {`{"type":"control_switch","details":{"from":0}}`, 422, "details of control_switch: to is missing"},
		"missing where null":  {`{"type":"control_gained","details":{"client_index":null}}`, 422, "client_index is missing"},
		"a wrong type":        {`{"type":"chat","details":{"from":{}}}`, 422, "from is neither a string nor a whole number"},
		"another word":        {`{"type":"control_switch","details":{"from":0,"to":1,"cause":"won"}}`, 422, "cause is none of given, taken"},
		"details as a list":   {`{"type":"chat","details":[]}`, 422, "no object"},
		"an unknown key":      {`{"type":"chat","details":{"from":0},"tab":"t1"}`, 422, `unknown key "tab"`},
		"a number as type":    {`{"type":1}`, 422, "type must be a string"},
		"half an index":       {`{"type":"chat","details":{"from":0},"client_index":0.5}`, 422, "client_index must be a whole number"},
		"an index below 0":    {`{"type":"chat","details":{"from":0},"client_index":-1}`, 422, "client_index must be a whole number"},
		"an empty tab":        {`{"type":"chat","details":{"from":0},"tab_id":""}`, 422, "tab_id must have"},
		"a time without zone": {`{"type":"chat","details":{"from":0},"time":"2026-11-22T10:04:33"}`, 422, "time must be RFC 3339"},
		"a time ahead":        {`{"type":"chat","details":{"from":0},"time":"2026-11-22T10:06:16Z"}`, 422, "not in the future"},
		"a time long ago":     {`{"type":"chat","details":{"from":0},"time":"2026-10-21T10:04:33Z"}`, 422, "at most 31 days ago"},
		"one of many":         {`[` + good + `,{"type":"chat"},` + good + `]`, 422, "event 2 of the list: details of chat: from is missing"},
	} {
		res, body := o.post(t, "/v1/sessions/"+id+"/events", "shop-host", row.body)
		says(t, what, res, body, row.status, row.want)
	}
	for _, kind := range []string{"", "text/plain", "application/x-www-form-urlencoded"} {
		res, body := o.do(t, "POST", "/v1/sessions/"+id+"/events", "shop-host", good, "Content-Type", kind)
		says(t, "as "+kind, res, body, 415, "application/json")
	}
	if got := o.stored(t, id); got != before {
		t.Errorf("something was stored: %s", got)
	}
	if res, body := o.do(t, "POST", "/v1/sessions/"+id+"/events", "shop-host", good, "Content-Type", "application/json; charset=utf-8"); res.StatusCode != 200 {
		t.Errorf("with a charset: %d %s", res.StatusCode, body)
	}
}

// TestEveryType: the sample of each type that an app may signal is taken.
func TestEveryType(t *testing.T) {
	o := openOffice(t)
	id := o.made(t)
	for i := range catalog.Types {
		c := &catalog.Types[i]
		want := http.StatusOK
		if c.Spec().By&event.ByApp == 0 {
			want = http.StatusUnprocessableEntity
		}
		for _, sample := range []string{c.Sample, c.Masked} {
			if sample == "" {
				continue
			}
			res, body := o.post(t, "/v1/sessions/"+id+"/events", "shop-host", fmt.Sprintf(`{"type":%q,"details":%s}`, c.Type, sample))
			if res.StatusCode != want {
				t.Errorf("%s: %d %s", c.Type, res.StatusCode, body)
			}
		}
	}
}

func TestIdempotency(t *testing.T) {
	o := openOffice(t)
	id := o.made(t)
	for _, row := range []struct{ path, body, other string }{
		{"/v1/sessions", `{"site":"shop"}`, `{"site":"shop","created_from":"console"}`},
		{"/v1/sessions/" + id + "/events", `{"type":"chat","details":{"from":0}}`, `{"type":"chat","details":{"from":1}}`},
		{"/v1/sessions/" + id + "/tokens", `{"name":"Ada Miller"}`, `{"name":"Eve Park"}`},
		{"/v1/sessions/" + id + "/end", `{}`, `{"message":"bye"}`},
	} {
		first, one := o.post(t, row.path, "shop-host", row.body, "Idempotency-Key", "k-1")
		o.now = o.now.Add(time.Minute)
		again, two := o.post(t, row.path, "shop-host", row.body, "Idempotency-Key", "k-1")
		if first.StatusCode >= 300 || again.StatusCode != first.StatusCode || one != two {
			t.Errorf("%s: %d %s, and again %d %s", row.path, first.StatusCode, one, again.StatusCode, two)
		}
		res, body := o.post(t, row.path, "shop-host", row.other, "Idempotency-Key", "k-1")
		says(t, row.path, res, body, 422, "another body")
		if _, body := o.post(t, row.path, "shop-all", row.body, "Idempotency-Key", "k-1"); body == one {
			t.Errorf("%s: the same key of another caller is taken for the same request", row.path)
		}
	}
	if got := strings.Count(o.stored(t, id), "\n"); got != 4 {
		t.Errorf("%d lines, want the session's, a message of each caller, and the end:\n%s", got, o.stored(t, id))
	}
	for _, key := range []string{"", "a b", "ä", strings.Repeat("k", 256)} {
		res, body := o.post(t, "/v1/sessions", "shop-host", `{"site":"shop"}`, "Idempotency-Key", key)
		says(t, "key "+key, res, body, 400, "Idempotency-Key")
	}
}

func TestTokens(t *testing.T) {
	o := openOffice(t)
	id := o.made(t)
	invite := func(body string) (answer struct {
		Token   string    `json:"token"`
		Index   int64     `json:"client_index"`
		Expires time.Time `json:"expires"`
	}) {
		res, text := o.post(t, "/v1/sessions/"+id+"/tokens", "shop-host", body)
		if err := json.Unmarshal([]byte(text), &answer); err != nil || res.StatusCode != 201 {
			t.Fatalf("%s: %d %s", body, res.StatusCode, text)
		}
		return answer
	}
	ada := invite(`{"name":"Ada Miller","email":"ada@mail.example","user_id":"u-17","role":"host"}`)
	if eve := invite(`{"name":"Eve Park"}`); ada.Index != 0 || eve.Index != 1 || invite(`{"name":"Eve Park"}`).Index != 2 || invite(`{"user_id":"u-17"}`).Index != 0 {
		t.Errorf("numbers %d, %d", ada.Index, eve.Index)
	}
	claims, err := token.Read([]byte(shopSecret), ada.Token, o.now)
	want := token.Claims{Session: id, UserID: "u-17", Name: "Ada Miller", Email: "ada@mail.example", Role: "host", Expires: claims.Expires}
	if err != nil || claims != want || !claims.Expires.Equal(ada.Expires) || ada.Expires.Sub(o.now) != 12*time.Hour {
		t.Errorf("%+v, %v; expires %v", claims, err, ada.Expires)
	}
	for body, want := range map[string]string{
		`{"nmae":"Ada"}`: `unknown key "nmae"`, `{"name":1}`: "name must be a string", `[]`: "must be a JSON object",
		`{"name":"` + strings.Repeat("a", 257) + `"}`: "over 256 bytes",
	} {
		res, text := o.post(t, "/v1/sessions/"+id+"/tokens", "shop-host", body)
		says(t, body, res, text, 422, want)
	}
}

func TestEnd(t *testing.T) {
	o := openOffice(t)
	id := o.made(t)
	for body, want := range map[string]string{`{"reason":"bored"}`: "reason is none of", `{"why":1}`: `unknown key "why"`, `[]`: "JSON object"} {
		res, text := o.post(t, "/v1/sessions/"+id+"/end", "shop-host", body)
		says(t, body, res, text, 422, want)
	}
	res, body := o.post(t, "/v1/sessions/"+id+"/end", "shop-host", `{"reason":"ended_by_participant","ended_by":1,"message":"Thank you"}`)
	if res.StatusCode != 200 || o.woken[len(o.woken)-1] != id+" true" {
		t.Errorf("%d %s, woken %v", res.StatusCode, body, o.woken)
	}
	if got, want := o.stored(t, id), `"details":{"reason":"ended_by_participant","ended_by":1,"ended_message":"Thank you"}}`; !strings.Contains(got, want) {
		t.Errorf("stored %s, want %s", got, want)
	}
	for _, call := range []string{"end", "tokens"} {
		res, body = o.post(t, "/v1/sessions/"+id+"/"+call, "shop-host", ``)
		says(t, call, res, body, 409, "ended already")
	}
}
