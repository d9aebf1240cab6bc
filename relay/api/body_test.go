package api

import "testing"

// TestNoBody asks without a body and without saying of what type it is, as curl -X POST does.
func TestNoBody(t *testing.T) {
	r := start(t)
	for path, status := range map[string]int{"/v1/sessions/in-shop/end": 200, "/v1/sessions/in-shop/tokens": 201} {
		if res, body := r.do(t, "POST", path, "shop-host", ""); res.StatusCode != status {
			t.Errorf("%s: %d %s", path, res.StatusCode, body)
		}
		res, body := r.do(t, "POST", path, "shop-host", "{}")
		says(t, path+" with a body of no type", res, body, 415, "application/json")
		res, body = r.do(t, "POST", path, "shop-host", "", "Content-Type", "text/plain")
		says(t, path+" as text", res, body, 415, "application/json")
	}
	res, body := r.do(t, "POST", "/v1/sessions", "shop-host", "")
	says(t, "a session of no site", res, body, 422, "site is missing")
}
