package api

import (
	"encoding/json"
	"testing"

	"github.com/cotrail/cotrail/masking"
	"github.com/cotrail/cotrail/relay/store"
)

// TestKeptPolicy: a policy is told with the sites that had it, to keys of one of them.
func TestKeptPolicy(t *testing.T) {
	r := start(t)
	p := masking.New()
	p.Allow, p.Pages = []string{"#country"}, []masking.Page{{Match: "https://shop.example/pay/*", Closes: []masking.Closing{{Key: "labels", Value: "off"}}}}
	custom, err := masking.NewCustom("member_no", `M-\d{8}`)
	if err != nil {
		t.Fatal(err)
	}
	p.Custom = []masking.Custom{custom}
	r.policies = []store.Policy{{Digest: "d1", Site: "shop", Since: 1795341873343, Compiled: p.Compile()}, {Digest: "d2", Site: "shop", Compiled: []byte("cotrail-policy 0\n")}}

	res, body := r.get(t, "/v1/policies/d1", "both-reader")
	compiled, _ := json.Marshal(string(p.Compile()))
	want := `{"digest":"d1","sites":[{"site":"shop","since":"2026-11-22T10:04:33.343Z"}],"compiled":` + string(compiled) + `,"policy":` +
		`{"default":"mask","block":[],"mask":[],"allow":["#country"],"markup":true,"labels":true,"titles":false,"attributes":["id","name","class"],` +
		`"choices":"change","filenames":"extension","urls":{"keep_query":[],"collapse_ids":true,"origin_only":[]},` +
		`"patterns":{"card":true,"custom":{"member_no":"M-\\d{8}"},"email":true,"iban":true,"jwt":true,"key":true,"phone":true,"ssn":true},` +
		`"chat":"length","ip":"hash","identity":{"email":"hash","name":"plain"},"pages":[{"match":"https://shop.example/pay/*","closes":[["labels","off"]]}]}}` + "\n"
	if res.StatusCode != 200 || body != want {
		t.Errorf("%d\n%swant\n%s", res.StatusCode, body, want)
	}
	if _, body := r.get(t, "/v1/policies/d2", "shop-reader"); body != `{"digest":"d2","sites":[{"site":"shop","since":"1970-01-01T00:00:00.000Z"}],"compiled":"cotrail-policy 0\n","policy":null}`+"\n" {
		t.Errorf("a policy of another time: %s", body)
	}
	for _, path := range []string{"d1", "d3"} {
		res, body := r.get(t, "/v1/policies/"+path, "side-reader")
		says(t, path, res, body, 404, "No site of this API key")
	}
}
