package api

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/cotrail/cotrail/relay/store"
	"github.com/cotrail/cotrail/relay/trail"
)

func TestProof(t *testing.T) {
	r := start(t)
	const proof = `{"statement":{"session_id":"in-shop","site":"shop","entries":3,"hash":"0200000000000000000000000000000000000000000000000000000000000000"},` +
		`"salt":"0100000000000000000000000000000000000000000000000000000000000000","hashes":["3132333435363738","6162636465666768"],"leaf":4,` +
		`"inclusion":["AwAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="],"checkpoint":"checkpoint\n"`
	const consistency = `"consistency":{"from":2,"hashes":["BAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="]}}`
	for path, want := range map[string]string{
		"/v1/sessions/in-shop/proof":              proof + "}\n",
		"/v1/sessions/in-shop/proof?from=2":       proof + "," + consistency + "\n",
		"/v1/sessions/in-shop/log?proof=1":        "],\n\"proof\":" + proof + "}}\n",
		"/v1/sessions/in-shop/log?proof=1&from=2": "],\n\"proof\":" + proof + "," + consistency + "}\n",
		"/v1/checkpoint":                          "checkpoint\n",
		"/v1/checkpoint?from=2":                   `{"checkpoint":"checkpoint\n",` + consistency + "\n",
		"/v1/verify-key":                          "verifier key\n",
	} {
		res, body := r.get(t, path, "shop-reader")
		if res.StatusCode != 200 || !strings.HasSuffix(body, want) {
			t.Errorf("%s: %d\n%s, want\n%s", path, res.StatusCode, body, want)
		}
		if strings.HasPrefix(body, "{") && !json.Valid([]byte(body)) {
			t.Errorf("%s is no JSON: %s", path, body)
		}
	}
	for path, c := range map[string]struct {
		status int
		part   string
	}{
		"/v1/sessions/in-shop/log?proof=2":         {400, "Proof must be 1"},
		"/v1/sessions/in-shop/log?proof=1&after=2": {400, "the whole log"},
		"/v1/sessions/in-shop/log?proof=1&from=x":  {400, "earlier checkpoint"},
		"/v1/sessions/in-shop/log?proof=1&from=0":  {400, "earlier checkpoint"},
		"/v1/sessions/in-shop/proof?from=-1":       {400, "earlier checkpoint"},
		"/v1/sessions/in-shop/proof?from=10":       {404, "set back"},
		"/v1/checkpoint?from=10":                   {404, "set back"},
		"/v1/checkpoint?from=99999999999999999999": {400, "earlier checkpoint"},
		"/v1/sessions/in-side/proof":               {404, "no such session"},
	} {
		res, body := r.get(t, path, "shop-reader")
		says(t, path, res, body, c.status, c.part)
	}
	res, body := r.get(t, "/v1/sessions/in-shop/log?proof=1", "shop-reader", "Accept", "application/x-ndjson")
	says(t, "a proof in lines", res, body, 406, "application/json")
	r.unproven = trail.ErrNotYet
	res, body = r.get(t, "/v1/sessions/in-shop/log?proof=1", "shop-reader")
	if says(t, "too early", res, body, 503, "again in a second"); res.Header.Get("Retry-After") != "1" {
		t.Error("it does not tell when to try again")
	}
	r.unproven = store.ErrNotSealed
	res, body = r.get(t, "/v1/sessions/in-shop/proof", "shop-reader")
	says(t, "live", res, body, 409, "once it is sealed")
}
