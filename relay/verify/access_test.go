package verify

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/cotrail/cotrail/relay/chain"
)

// accessLog has lines of several days, so many on each.
func accessLog(days ...int) (lines []AccessLine) {
	var hash chain.Hash
	for day, entries := range days {
		for i := range entries {
			entry := fmt.Appendf(nil, `{"details":{"who":"audit"},"message":"Ann read %d","seq":%d,"site":"shop","time":"2026-11-%02dT12:00:00.000Z","type":"log_viewed"}`, i%2, i+1, day+20)
			hash = chain.Entry([16]byte{}, hash, entry)
			lines = append(lines, AccessLine{entry, hex.EncodeToString(hash[:])})
		}
	}
	return lines
}

func ndjson(t testing.TB, lines []AccessLine) []byte {
	t.Helper()
	var b bytes.Buffer
	for _, line := range lines {
		if err := json.NewEncoder(&b).Encode(line); err != nil {
			t.Fatal(err)
		}
	}
	return b.Bytes()
}

// accessChange is a line log that was altered.
type accessChange struct {
	what, kind string
	first      int // the first line that differs, from 1
	lines      []AccessLine
}

// accessChanges makes every change, removal, insertion and swap of single lines.
func accessChanges(list []AccessLine) (all []accessChange) {
	add := func(kind string, lines []AccessLine, what string, args ...any) {
		first := 0
		for first < min(len(lines), len(list)) && lines[first].Hash == list[first].Hash && bytes.Equal(lines[first].Entry, list[first].Entry) {
			first++
		}
		all = append(all, accessChange{fmt.Sprintf(what, args...), kind, first + 1, lines})
	}
	other := strings.Repeat("ab", 32)
	for i, line := range list {
		for _, from := range []string{`"Ann`, `"log_`, `"audit"`, `"seq":`, `"details"`} {
			changed := slices.Clone(list)
			changed[i].Entry = bytes.Replace(line.Entry, []byte(from), []byte(strings.Replace(from, `"`, `"B`, 1)), 1)
			add(Changed, changed, "%q of line %d is changed", from, i+1)
		}
		changed := slices.Clone(list)
		changed[i].Hash = other
		add(Changed, changed, "the hash of line %d is changed", i+1)
		add(Removed, slices.Delete(slices.Clone(list), i, i+1), "line %d is removed", i+1)
		for j := range i {
			changed := slices.Clone(list)
			changed[i], changed[j] = changed[j], changed[i]
			add(Reordered, changed, "lines %d and %d change places", j+1, i+1)
		}
	}
	for i := range len(list) + 1 {
		for _, more := range append([]AccessLine{{json.RawMessage(`{"seq":1,"site":"shop"}`), other}, {fmt.Appendf(nil, `{"seq":%d}`, i+1), other}}, list...) {
			add(Added, slices.Insert(slices.Clone(list), i, more), "%s is put before line %d", more.Entry, i+1)
		}
	}
	return all
}

// TestEveryChangeOfAccesses alters one line of an access log in every way there is, and wants the first that differs to
// be named. What happened is told too, but where the chain alone cannot tell: behind the last line, and at the end of a day.
func TestEveryChangeOfAccesses(t *testing.T) {
	for _, days := range [][]int{{1}, {3}, {2, 1, 3}} {
		good := accessLog(days...)
		kept := Checker{Kept: good}
		if r, err := kept.Log("access", ndjson(t, good)); err != nil || len(r.Findings) > 0 || r.AccessLog != "shop" || r.Entries != len(good) {
			t.Fatalf("a good one: %+v, %v", r, err)
		}
		for _, c := range accessChanges(good) {
			checker := &Checker{}
			if c.kind == Removed && c.first == len(good) {
				checker = &kept // of the last line nothing tells but who has kept it
			}
			if len(c.lines) == 0 {
				if r := checker.Access("access", c.lines); len(r.Findings) != 1 || r.Findings[0].Seq != 1 || r.Findings[0].Kind != Removed {
					t.Errorf("%v, %s: %+v", days, c.what, r)
				}
				continue
			}
			r, err := checker.Log("access", ndjson(t, c.lines))
			if err != nil || len(r.Findings) != 1 || r.Findings[0].Seq != uint64(c.first) {
				t.Errorf("%v, %s: %+v, %v; want line %d", days, c.what, r, err, c.first)
				continue
			}
			atLast := c.kind == Added && c.first > len(good)
			atDay := c.kind == Removed && c.first < len(good) && entryOf(good[c.first]).Seq == 1
			if got := r.Findings[0].Kind; got != c.kind && !atLast && !atDay {
				t.Errorf("%v, %s: %s, want %s", days, c.what, got, c.kind)
			}
		}
	}
}

// TestKeptAccesses: a chain that somebody has made anew is good in itself, and another one than was kept.
func TestKeptAccesses(t *testing.T) {
	kept := accessLog(2, 3)
	checker := &Checker{Kept: kept[:4]}
	again := accessLog(3, 3)
	elsewhere := slices.Clone(again)
	elsewhere[0].Entry = bytes.Replace(elsewhere[0].Entry, []byte("shop"), []byte("side"), 1)
	hash := chain.Entry([16]byte{}, chain.Hash{}, elsewhere[0].Entry)
	elsewhere = []AccessLine{{elsewhere[0].Entry, hex.EncodeToString(hash[:])}}
	for what, c := range map[string]struct {
		lines []AccessLine
		kind  string
		line  uint64
	}{
		"it has gone on":  {kept, "", 0},
		"it is the same":  {kept[:4], "", 0},
		"lines are gone":  {kept[:3], Removed, 4},
		"made anew":       {again, Rewritten, 3},
		"another site's":  {elsewhere, "", 0},
		"nothing is left": {nil, Removed, 1},
	} {
		r := checker.Access("access", c.lines)
		if c.kind == "" && len(r.Findings) > 0 || c.kind != "" && (len(r.Findings) != 1 || r.Findings[0].Kind != c.kind || r.Findings[0].Seq != c.line) {
			t.Errorf("%s: %+v, want %s of line %d", what, r, c.kind, c.line)
		}
	}
}

// TestAccessForms reads lines as pages, as lines, and written in another way.
func TestAccessForms(t *testing.T) {
	good := accessLog(2, 2)
	page := func(lines []AccessLine, next any) []byte {
		text, err := json.MarshalIndent(map[string]any{"access_log": lines, "next": next}, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	for what, text := range map[string][]byte{
		"lines": ndjson(t, good), "a page": page(good, nil), "two pages": append(page(good[:3], "2026-11-21.1"), page(good[3:], nil)...),
	} {
		r, err := (&Checker{}).Log("access", text)
		if err != nil || len(r.Findings) > 0 || r.Entries != 4 {
			t.Errorf("%s: %+v, %v", what, r, err)
		}
	}
	for what, text := range map[string][]byte{
		"a page without the first": page(good[1:], nil), "pages in another order": append(page(good[2:], nil), page(good[:2], nil)...),
	} {
		if r, err := (&Checker{}).Log("access", text); err != nil || len(r.Findings) != 1 || r.Findings[0].Seq != 1 {
			t.Errorf("%s: %+v, %v", what, r, err)
		}
	}
	for what, text := range map[string][]byte{
		"cut": ndjson(t, good)[:400], "something else behind": append(ndjson(t, good), `{"x":1}`...), "nothing": nil, "an empty page": page([]AccessLine{}, nil),
	} {
		if r, err := (&Checker{}).Log("access", text); err == nil {
			t.Errorf("%s: %+v", what, r)
		}
	}
	if _, err := (&Checker{}).Log("access", []byte(`{"session_logs":[]}`)); !errors.Is(err, ErrNoProof) {
		t.Errorf("a session's log: %v", err)
	}
}
