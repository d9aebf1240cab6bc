package capture

import (
	"strings"
	"testing"

	"github.com/cotrail/cotrail/masking"
)

// TestPolicyLoaded: a recorder tells which policy it goes by, and whether it had to fall back on the strictest.
func TestPolicyLoaded(t *testing.T) {
	digest := strings.Repeat("ab", 32)
	site := masking.New()
	for name, tt := range map[string]struct {
		policy       *masking.Policy
		digest, want string
	}{
		"the site's":               {&site, digest, `{"digest":"` + digest + `","fallback":false}`},
		"none":                     {masking.Strictest(), "", `{"digest":null,"fallback":true}`},
		"one that cannot be used":  {site.Break(), digest, `{"digest":"` + digest + `","fallback":true}`},
		"a digest that is no such": {&site, "Ada Miller", `{"digest":null,"fallback":false}`},
	} {
		c := Capture{Policy: tt.policy}
		e, ok := c.Event(row("t=policy", "at=5", "digest="+tt.digest))
		if want := `{"type":"policy_loaded","time":5,"details":` + tt.want + "}\n"; !ok || string(e.AppendLine(nil)) != want {
			t.Errorf("%s: %s, want %s", name, e.AppendLine(nil), want)
		}
	}
}

// TestUnreadable: a change that cannot be read is a gap.
func TestUnreadable(t *testing.T) {
	c := Capture{Policy: masking.Strictest()}
	e, ok := c.Event(row("t=unreadable", "at=5", "count=1", "first=5", "last=5"))
	if want := `{"type":"gap","time":5,"details":{"count":1,"first":5,"last":5,"reason":"unreadable"}}` + "\n"; !ok || string(e.AppendLine(nil)) != want {
		t.Errorf("%s, want %s", e.AppendLine(nil), want)
	}
}
