package masking

import (
	"fmt"
	"strings"
	"testing"
)

// TestHiddenIsBounded: the oldest values go when there are too many or they are too long, never the newest.
func TestHiddenIsBounded(t *testing.T) {
	for _, length := range []int{8, 400} {
		p := New()
		value := func(i int) string { return fmt.Sprintf("value%d %s", i, strings.Repeat("x", length)) }
		for i := range 5 * maxHidden {
			p.Hide(value(i))
			if len(p.hidden.values) > maxHidden || p.hidden.bytes > maxHiddenBytes {
				t.Fatalf("%d values of %d bytes are remembered", len(p.hidden.values), p.hidden.bytes)
			}
			if !p.withholds("this is " + value(i)) {
				t.Fatalf("the newest of %d values is forgotten", i)
			}
		}
		if p.withholds(value(0)) {
			t.Error("the oldest is remembered")
		}
		if n := len(p.hidden.values); n < maxHidden/10 {
			t.Errorf("only %d values are left", n)
		}
	}
}

// A long value is withheld by its beginning, up to the last word that is whole.
func TestHiddenLongValue(t *testing.T) {
	p := New()
	long := strings.Repeat("word ", 200)
	p.Hide(long)
	if !p.withholds("see: "+long) || p.withholds("word word") {
		t.Error("a long value is compared otherwise")
	}
	p = New()
	p.Hide(strings.Repeat("山", maxHiddenValue))
	if !p.withholds(strings.Repeat("山", maxHiddenValue)) || p.withholds("山") {
		t.Error("a long word is cut within a character")
	}
}

// Of a value of several lines each line is withheld, and the whole is.
func TestHiddenLines(t *testing.T) {
	p := New()
	p.Hide("12 Rook Lane\r\nHavenby\n\nIL\n")
	for text, want := range map[string]bool{"Deliver to Havenby": true, "12 rook lane": true, "12 Rook Lane, Havenby, IL": true, "Rook Lane": false, "Il y a": false, "": false} {
		if got := p.withholds(text); got != want {
			t.Errorf("%q: withheld is %v", text, got)
		}
	}
}

// A number is withheld in any grouping. One of few digits must be all of the groups that it is in.
func TestHiddenNumbers(t *testing.T) {
	for _, number := range []string{"51234", "51 234", "51.234"} {
		p := New()
		p.Hide(number)
		for text, want := range map[string]bool{
			"51234": true, "pay 51 234 today": true, "51,234.00": true, "5 1-2.3 4": true, "/x/51_234": true,
			"151 234": false, "51 2345": false, "5123": false, "7751234": false, "51 x 234": false, "": false,
		} {
			if got := p.withholds(text); got != want {
				t.Errorf("%q, and %q is hidden: withheld is %v", text, number, got)
			}
		}
	}
	p := New()
	p.Hide("512 340")
	p.Hide("1234")
	for text, want := range map[string]bool{"no. 77512340": true, "5-12-34-0": true, "on 12.34": true, "51234": false, "5 1234": true, "12345": false} {
		if got := p.withholds(text); got != want {
			t.Errorf("%q: withheld is %v", text, got)
		}
	}
}

// A value that is cut off by the bound of a text is withheld all the same.
func TestHiddenAtTheBound(t *testing.T) {
	p := New()
	p.Hide("Ada Miller of Lisbon")
	raw := strings.Repeat("x ", (maxTextBytes-6)/2) + "Ada Miller of Lisbon"
	if got := p.Free(raw).String(); got != Stars {
		t.Errorf("got …%q", got[len(got)-20:])
	}
	card := strings.Repeat("x ", (maxTextBytes-10)/2) + "4111 1111 1111 1111"
	if got := p.Free(card).String(); strings.Contains(got, "4111") {
		t.Errorf("a card is cut in two: …%q", got[len(got)-20:])
	}
}

// TestHiddenTwice: the same value is remembered once.
func TestHiddenTwice(t *testing.T) {
	p := New()
	for range 3 {
		p.Hide("Sunflower")
		p.Hide("  SUNFLOWER ")
	}
	if n := len(p.hidden.values); n != 1 {
		t.Errorf("%d values", n)
	}
}

// TestWithheldAgain: another policy that is given the hidden values withholds what the first one did, and counts on.
func TestWithheldAgain(t *testing.T) {
	p, again := New(), New()
	for _, v := range []string{"Ada Miller", "4929 1234 5678 9012", "%%%%\n&&", "Ada Miller"} {
		p.Hide(v)
	}
	if n := p.HiddenCount(); n != 4 { // a line of the signs is one of its own
		t.Errorf("%d values", n)
	}
	again.Withhold(p.Withheld())
	for _, text := range []string{"of ada miller", "no. 4929-1234-5678-9012", "it is %%%%\n&& here"} {
		if !again.withholds(text) {
			t.Errorf("%q is not withheld", text)
		}
	}
	if again.HiddenCount() != 4 || again.withholds("Ada") {
		t.Errorf("%q", again.Withheld())
	}
}

// FuzzHidden: a hidden value does not get through any text that has it between spaces, however it is written.
func FuzzHidden(f *testing.F) {
	f.Add("Ada Miller", "hello ", " bye")
	f.Add("!?!?", "", "")
	f.Add("471-108", "order ", ".")
	f.Add("山田太郎", "x", "y")
	f.Add("a%20b%20c", "1", "2")
	f.Add("\x00\x01ab", "", "\xff")
	f.Fuzz(func(t *testing.T, value, before, after string) {
		p := New()
		p.Hide(value)
		if p.hidden == nil || len(p.hidden.values) == 0 || len(value) > maxHiddenValue || len(before)+len(after) > maxTextBytes/2 {
			return
		}
		for name, form := range map[string]string{"plain": value, "upper case": strings.ToUpper(value), "percent": percent(value), "form": strings.ReplaceAll(percent(value), "%20", "+")} {
			small := strings.ToLower(value)
			if name == "upper case" && strings.ToLower(form) != small {
				continue // some letters have no way back from capitals
			}
			text := before + " " + form + " " + after
			if len(text) > maxTextBytes {
				continue
			}
			if got := p.Free(text).String(); got != Stars {
				t.Errorf("%s of %q in %q gives %q", name, value, text, got)
			}
		}
	})
}

func percent(s string) string {
	var b strings.Builder
	for i := range len(s) {
		fmt.Fprintf(&b, "%%%02X", s[i])
	}
	return b.String()
}
