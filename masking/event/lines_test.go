package event_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"github.com/cotrail/cotrail/masking/event"
)

// liner is a frame of `key value` lines.
type liner interface{ Append([]byte) []byte }

// liners are the frames of lines, each with its reader and an example with every field set.
var liners = []struct {
	name string
	read func([]byte) (liner, error)
	full liner
}{
	{"hello", func(f []byte) (liner, error) { h, err := event.ReadHello(f); return &h, err }, &event.Hello{
		Site: "shop", Session: "0123456789abcdef0123456789abcdef", Secret: "fedcba9876543210fedcba9876543210", Ticket: "1.1795348800000.00", Token: "e30.e30.c2ln", Stream: event.StreamID{1, 2, 3, 4, 5, 6, 7, 8},
		Tab: "0123456789abcdef", Time: 1795348800000, URL: "https://shop.example/", Agent: "Mozilla/5.0 (größe)", Width: 1280, Height: 800,
		Device: "desktop", Policy: "digest", Release: "1.0.0"}},
	{"welcome", func(f []byte) (liner, error) { w, err := event.ReadWelcome(f); return &w, err }, &event.Welcome{
		Session: "0123456789abcdef0123456789abcdef", Last: 41, ClientIndex: 2, Time: 1795348800000}},
	{"refusal", func(f []byte) (liner, error) { r, err := event.ReadRefusal(f); return &r, err }, &event.Refusal{
		Code: string(event.BadEvent), Reason: "event 3: click: xpath is missing"}},
	{"failure", func(f []byte) (liner, error) { x, err := event.ReadFailure(f); return &x, err }, &event.Failure{What: "csp", Time: 1795348800000}},
}

func TestLinesRoundTrip(t *testing.T) {
	for _, row := range liners {
		full := reflect.ValueOf(row.full).Elem()
		for i := range full.NumField() {
			if full.Field(i).IsZero() {
				t.Errorf("the example of %s leaves out %s", row.name, full.Type().Field(i).Name)
			}
		}
		if got, err := row.read(row.full.Append(nil)); err != nil || !reflect.DeepEqual(got, row.full) {
			t.Errorf("%s: %+v, %v", row.name, got, err)
		}
	}
}

// Random values in every field come back, so that no field is forgotten or mixed up with another.
func TestLinesRandom(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 8))
	for range 200 {
		for _, row := range liners {
			v := reflect.New(reflect.TypeOf(row.full).Elem())
			for i := range v.Elem().NumField() {
				switch f := v.Elem().Field(i); f.Kind() {
				case reflect.String:
					f.SetString(fmt.Sprintf("%x é %d", random.Uint64(), i))
				case reflect.Int64:
					f.SetInt(random.Int64() - random.Int64())
				case reflect.Uint64:
					f.SetUint(random.Uint64())
				case reflect.Array:
					for j := range f.Len() {
						f.Index(j).SetUint(random.Uint64() & 0xff)
					}
				default:
					t.Fatalf("%s has a field of kind %s", row.name, f.Kind())
				}
			}
			want := v.Interface().(liner)
			if got, err := row.read(want.Append(nil)); err != nil || !reflect.DeepEqual(got, want) {
				t.Fatalf("%s:\n%+v, %v, want\n%+v", row.name, got, err, want)
			}
		}
	}
}

func TestBadLines(t *testing.T) {
	for _, row := range liners {
		whole := string(row.full.Append(nil))
		head, text := whole[:2], whole[2:]
		lines := strings.SplitAfter(strings.TrimSuffix(text, "\n"), "\n")
		lines[len(lines)-1] += "\n"
		swapped := append([]string{lines[1], lines[0]}, lines[2:]...)
		for what, bad := range map[string]string{
			"nothing":          "",
			"one byte":         whole[:1],
			"no lines":         head,
			"the first twice":  head + lines[0] + text,
			"the last twice":   whole + lines[len(lines)-1],
			"another order":    head + strings.Join(swapped, ""),
			"an unknown key":   whole + "more x\n",
			"something behind": whole + "x",
			"an empty line":    whole + "\n",
			"a long value":     strings.Replace(whole, " ", " "+strings.Repeat("x", 5000), 1),
			"a control":        strings.Replace(whole, " ", " \x00", 1),
			"no UTF-8":         strings.Replace(whole, " ", " \xff", 1),
			"another kind":     head[:1] + "\x63" + text,
			"carriage returns": strings.ReplaceAll(whole, "\n", "\r\n"),
		} {
			if got, err := row.read([]byte(bad)); err == nil {
				t.Errorf("%s with %s is taken: %+v", row.name, what, got)
			}
		}
		for _, l := range lines { // cut within a line
			at := strings.Index(whole, l)
			for cut := at + 1; cut < at+len(l); cut++ {
				if got, err := row.read([]byte(whole[:cut])); err == nil {
					t.Errorf("%s cut to %q is taken: %+v", row.name, whole[:cut], got)
				}
			}
		}
		if _, err := row.read([]byte("\x02" + whole[1:])); !errors.Is(err, event.ErrVersion) {
			t.Errorf("%s of another version: %v", row.name, err)
		}
	}
}

// A value is never in the error: it may be the session's secret.
func TestErrorsTellNoValue(t *testing.T) {
	const canary = "canary4111"
	for _, row := range liners {
		whole := string(row.full.Append(nil))
		for i := range whole {
			if whole[i] != ' ' {
				continue
			}
			for _, end := range []string{"", "\x00", "\n\n", strings.Repeat("x", 5000)} {
				if _, err := row.read([]byte(whole[:i+1] + canary + end + whole[i+1:])); err != nil && strings.Contains(err.Error(), canary) {
					t.Errorf("%s: %v", row.name, err)
				}
			}
		}
	}
}

// A value cannot end its line: a page's text cannot add a key.
func TestValuesStayOnTheirLine(t *testing.T) {
	h := *liners[0].full.(*event.Hello)
	h.Agent = "agent\nwidth 1\r\x00\x7f"
	got, err := event.ReadHello(h.Append(nil))
	if err != nil || got.Agent != "agent width 1   " || got.Width != 1280 {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestHelloWithoutOptional(t *testing.T) {
	h := *liners[0].full.(*event.Hello)
	h.Ticket, h.Token, h.URL, h.Agent, h.Width, h.Height, h.Device, h.Policy, h.Release = "", "", "", "", 0, 0, "", "", ""
	frame := h.Append(nil)
	if got, err := event.ReadHello(frame); err != nil || got != h {
		t.Errorf("%+v, %v", got, err)
	}
	if n := strings.Count(string(frame), "\n"); n != 6 {
		t.Errorf("%d lines, want 6:\n%s", n, frame)
	}
}

func TestEveryCodeHasItsRow(t *testing.T) {
	for code, row := range event.Codes {
		if code == "" || row.Status < 400 || row.Status > 599 || row.Reaction > event.Later {
			t.Errorf("%q: %+v", code, row)
		}
	}
	for _, code := range []event.Code{event.BadFrame, event.BadChecksum, event.BadEvent, event.OutOfOrder, event.BadVersion, event.BadHello, event.UnknownSite,
		event.ForeignOrigin, event.NotAllowed, event.TicketExpired, event.TooLarge, event.TooFast, event.TooMany, event.Unavailable, event.TooSlow} {
		if _, ok := event.Codes[code]; !ok {
			t.Errorf("%s has no row", code)
		}
	}
}

// FuzzReadLines: what is taken is written and taken again as the same.
func FuzzReadLines(f *testing.F) {
	for _, row := range liners {
		f.Add(row.full.Append(nil))
	}
	f.Add([]byte("\x01\x01site \nsession \nsecret 0\nstream 0000000000000000\ntab \ntime 0\n"))
	f.Add([]byte("\x01\x03session a\nlast +1\nclient_index 007\ntime -0\n"))
	f.Fuzz(func(t *testing.T, frame []byte) {
		for _, row := range liners {
			got, err := row.read(frame)
			if err != nil {
				continue
			}
			again, err := row.read(got.Append(nil))
			if err != nil || !reflect.DeepEqual(again, got) {
				t.Errorf("%s %q:\n%+v, %v, then\n%+v", row.name, frame, got, err, again)
			}
		}
	})
}

func TestHundredths(t *testing.T) {
	for n, want := range map[int64]string{0: "0", 1: "0.01", 10: "0.1", 25: "0.25", 50: "0.5", 100: "1", 1234: "12.34"} {
		var d event.Details
		d.Hundredths("x", n)
		if got := string(d.JSON()); got != `{"x":`+want+"}" {
			t.Errorf("%d hundredths are %s, want %s", n, got, want)
		}
	}
}
