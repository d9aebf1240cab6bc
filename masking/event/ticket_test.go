package event_test

import (
	"strings"
	"testing"

	"github.com/cotrail/cotrail/masking/event"
)

func TestReadTicket(t *testing.T) {
	mac := strings.Repeat("0a", 32)
	got, err := event.ReadTicket("1.1795348800000." + mac)
	if err != nil || got.Expires != 1795348800000 || got.MAC[0] != 10 || got.MAC[31] != 10 {
		t.Fatalf("%+v, %v", got, err)
	}
	for what, bad := range map[string]string{
		"nothing":                 "",
		"another version":         "2.1795348800000." + mac,
		"no version":              "1795348800000." + mac,
		"no time":                 "1.." + mac,
		"a negative time":         "1.-1." + mac,
		"a time in another form":  "1.+5." + mac,
		"zeros before the time":   "1.05." + mac,
		"a time beyond 64 bits":   "1.99999999999999999999." + mac,
		"no MAC":                  "1.5.",
		"a short MAC":             "1.5." + mac[1:],
		"a long MAC":              "1.5." + mac + "0",
		"capitals":                "1.5." + strings.ToUpper(mac),
		"something behind":        "1.5." + mac + ".",
		"something before":        " 1.5." + mac,
		"a line more in the time": "1.5\n." + mac,
	} {
		if got, err := event.ReadTicket(bad); err == nil {
			t.Errorf("%s is taken: %+v", what, got)
		}
	}
}
