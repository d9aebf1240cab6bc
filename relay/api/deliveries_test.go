package api

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/cotrail/cotrail/relay/store"
)

// box is an outbox with two deliveries, of which only reading and retrying are asked here.
type box struct {
	store.Outbox
	asked   store.DeliveryQuery
	retried []store.DeliveryQuery
}

func (b *box) Deliveries(_ context.Context, q store.DeliveryQuery, limit int, after string) ([]store.Delivery, string, error) {
	if b.asked = q; after == "garbage" {
		return nil, "", store.ErrCursor
	}
	all := []store.Delivery{
		{ID: "d2", Site: "shop", Destination: "hook", Session: "in-shop", Kind: "created", State: "dead", Made: 1795341873343, Attempts: 10, NextAt: 1795341873343, LastError: "answered 500 Internal Server Error"},
		{ID: "d1", Site: "side", Destination: "bucket", Session: "in-side", Kind: "erased", State: "waiting", Made: 1795341873343, NextAt: 1795341873344},
	}
	var page []store.Delivery
	for _, d := range all {
		if (q.ID == "" || q.ID == d.ID) && (q.Sites == nil || strings.Contains(strings.Join(q.Sites, " "), d.Site)) && len(page) < limit {
			page = append(page, d)
		}
	}
	return page, "next page", nil
}

func (b *box) DisabledDestinations(context.Context) ([]store.Disabled, error) {
	return []store.Disabled{{Site: "shop", Destination: "bucket"}}, nil
}

func (b *box) RetryDeliveries(_ context.Context, q store.DeliveryQuery, _ int64) (int, error) {
	b.retried = append(b.retried, q)
	if q.State == store.StateWaiting {
		return 0, nil
	}
	return 3, nil
}

func TestDeliveries(t *testing.T) {
	r := start(t)
	res, body := r.get(t, "/v1/deliveries?site=shop", "shop-reader")
	want := `{"deliveries":[{"id":"d2","site":"shop","destination":"hook","session_id":"in-shop","kind":"created","state":"dead",` +
		`"created":"2026-11-22T10:04:33.343Z","attempts":10,"next":null,"last_error":"answered 500 Internal Server Error","disabled":false}],"next":"next page"}` + "\n"
	if res.StatusCode != 200 || body != want {
		t.Errorf("%d %s\nwant %s", res.StatusCode, body, want)
	}
	r.get(t, "/v1/deliveries?destination=hook&session_id=s&state=dead&from=2026-11-22T12:00:00Z&to=2026-11-22T13:00:00Z", "all-reader")
	if got := fmt.Sprintf("%+v", r.outbox.asked); got != "{ID: Sites:[] Destination:hook Session:s State:dead From:1795348800000 To:1795352400000}" || r.outbox.asked.Sites != nil {
		t.Errorf("asked %s", got)
	}
	for query, want := range map[string]struct {
		status int
		part   string
	}{
		"site=side":      {404, "reaches no site"},
		"state=lost":     {400, "one of waiting, delivered, dead"},
		"from=yesterday": {400, "From must be a time like"},
		"limit=0":        {400, "from 1 to 500"},
		"cursor=garbage": {400, "cursor"},
		"colour=red":     {400, `"colour"`},
		"state=dead&x=1": {400, `"x"`},
	} {
		res, body := r.get(t, "/v1/deliveries?"+query, "shop-reader")
		says(t, query, res, body, want.status, want.part)
	}
	res, body = r.get(t, "/v1/deliveries", "shop-host")
	says(t, "without the scope", res, body, 403, "scope read")
}

func TestRetry(t *testing.T) {
	r := start(t)
	res, body := r.do(t, "POST", "/v1/deliveries/d2/retry", "shop-host", "")
	if res.StatusCode != 200 || body != "{\"retried\":3}\n" || !slices.Equal(r.resent, []string{"[shop] hook"}) || r.outbox.retried[0].ID != "d2" {
		t.Errorf("%d %s, resent %v, %+v", res.StatusCode, body, r.resent, r.outbox.retried)
	}
	for path, key := range map[string]string{"/v1/deliveries/d1/retry": "shop-host", "/v1/deliveries/d9/retry": "both-reader"} {
		res, body := r.do(t, "POST", path, key, "")
		says(t, path, res, body, 404, "no such delivery")
	}
	res, body = r.do(t, "POST", "/v1/deliveries/d2/retry", "shop-reader", "")
	says(t, "without the scope", res, body, 403, "scope host")

	r.do(t, "POST", "/v1/deliveries/retry?from=2026-11-22T12:00:00Z", "shop-host", "")
	r.do(t, "POST", "/v1/deliveries/retry?state=delivered&destination=hook", "both-reader", "")
	if got := fmt.Sprintf("%+v", r.outbox.retried[1:]); got != "[{ID: Sites:[shop] Destination: Session: State:dead From:1795348800000 To:0} {ID: Sites:[shop side] Destination:hook Session: State:delivered From:0 To:0}]" {
		t.Errorf("retried %s", got)
	}
	if want := []string{"[shop] hook", "[shop] ", "[shop side] hook"}; !slices.Equal(r.resent, want) {
		t.Errorf("resent to %q, want %q", r.resent, want)
	}
	r.do(t, "POST", "/v1/deliveries/retry?state=waiting", "shop-host", "")
	if len(r.resent) != 3 {
		t.Errorf("nothing was retried, and resent to %q", r.resent)
	}
	res, body = r.do(t, "POST", "/v1/deliveries/retry?cursor=x", "shop-host", "")
	says(t, "a parameter of the list", res, body, 400, `"cursor"`)
	if len(r.outbox.retried) != 4 {
		t.Errorf("%d orders to retry", len(r.outbox.retried))
	}
}

func TestDeliveryShape(t *testing.T) {
	r := start(t)
	_, body := r.get(t, "/v1/deliveries", "side-reader")
	var list struct{ Deliveries []map[string]any }
	if err := json.Unmarshal([]byte(body), &list); err != nil || list.Deliveries[0]["next"] != "2026-11-22T10:04:33.344Z" || list.Deliveries[0]["last_error"] != nil {
		t.Errorf("%s, %v", body, err)
	}
	if _, body := r.get(t, "/v1/links/abc", ""); body != `{"session_logs":["abc"]}` {
		t.Errorf("a link answers %s", body)
	}
}
