package masking

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// The vectors in testdata/masking are what the package promises, case by case. They run natively, and in the build for
// the browser (wasm/vectors). A block of a file begins with headers, each of which may be left out:
//
//	policy: settings of the compiled form, parted by " | ", over those of a site that says nothing
//	url: the page's address
//	element: what the sensor read, as in parseElement
//	hide: a value that was masked before; there may be several
//	text: which kind of text it is, a key of makers
//
// and goes on with cases, `raw => want`, up to an empty line. \u{…} stands for a character. The second pass over what
// the first has given must give the same, but for kinds that read another language than they write.
func TestVectors(t *testing.T) {
	files, err := filepath.Glob("../testdata/masking/*.txt")
	if err != nil || len(files) < 5 {
		t.Fatalf("%v, %v", files, err)
	}
	for _, file := range files {
		if filepath.Base(file) == "names.txt" { // read by TestDeniedNames
			continue
		}
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			cases := 0
			for i, line := range strings.Split(string(text), "\n") {
				cases += runLine(t, i+1, line)
			}
			current = block{}
			if cases < 10 {
				t.Errorf("only %d cases were read", cases)
			}
		})
	}
}

// block is what the headers of a block say.
type block struct {
	policy  *Policy
	element Element
	kind    string
}

var current block

// runLine takes one line of a file, and tells how many cases it had.
func runLine(t *testing.T, number int, line string) int {
	if line == "" {
		current = block{}
		return 0
	}
	if strings.HasPrefix(line, "#") {
		return 0
	}
	b := &current
	if b.policy == nil {
		p := New()
		b.policy = p.At("https://a.example/")
		b.element = parseElement("")
	}
	if raw, want, ok := strings.Cut(line, " =>"); ok {
		raw, want = plain(raw), plain(strings.TrimPrefix(want, " "))
		if got := makers[b.kind](b, raw); got != want {
			t.Errorf("line %d: %s of %q\n got %q\nwant %q", number, b.kind, raw, got, want)
		} else if again := makers[b.kind](b, got); !once[b.kind] && again != got {
			t.Errorf("line %d: %s of %q gives %q, and of that %q", number, b.kind, raw, got, again)
		}
		return 1
	}
	switch key, value, _ := strings.Cut(line, ": "); key {
	case "policy":
		p := New()
		for _, setting := range strings.Split(value, " | ") {
			key, value, _ := strings.Cut(setting, " ")
			if setting == "strictest" {
				p = *Strictest()
			} else if key == "attribute" && len(p.Attributes) == 3 {
				p.Attributes = []string{value}
			} else if !p.read(key, value) {
				t.Fatalf("line %d: %q is no setting", number, setting)
			}
		}
		if err := p.Validate(); err != nil {
			t.Fatalf("line %d: %v", number, err)
		}
		b.policy = p.At("https://a.example/")
	case "url":
		b.policy = b.policy.At(value)
	case "hide":
		b.policy.Hide(plain(value))
	case "element":
		b.element = parseElement(value)
	case "text":
		if b.kind = value; makers[value] == nil {
			t.Fatalf("line %d: there is no text %q", number, value)
		}
	default:
		t.Fatalf("line %d: %q is neither a header nor a case", number, line)
	}
	return 0
}

// makers are the kinds of texts.
var makers = map[string]func(*block, string) string{
	"free":     func(b *block, s string) string { return b.policy.Free(s).String() },
	"label":    func(b *block, s string) string { return b.policy.Label(s).String() },
	"title":    func(b *block, s string) string { return b.policy.Title(s).String() },
	"value":    func(b *block, s string) string { return b.policy.Value(b.policy.Decide(b.element), s).String() },
	"url":      func(b *block, s string) string { return b.policy.URL(s).String() },
	"said":     func(b *block, s string) string { return b.policy.Said(s).String() },
	"ident":    func(b *block, s string) string { return b.policy.Ident(s).String() },
	"name":     func(b *block, s string) string { return b.policy.Name(s).String() },
	"xpath":    func(b *block, s string) string { return b.policy.XPath(s).String() },
	"data":     func(b *block, s string) string { return b.policy.Data(s).JSON() },
	"filename": func(b *block, s string) string { return b.policy.Filename(s).String() },
	"chat":     func(b *block, s string) string { return b.policy.ChatText(s).String() },
	"person":   func(b *block, s string) string { return b.policy.Person(FieldKey{}, s).String() },
	"mail":     func(b *block, s string) string { return b.policy.Mail(FieldKey{}, s).String() },
	"id":       attributeMaker("id"),
	"class":    attributeMaker("class"),
	"decision": func(b *block, s string) string {
		d := b.policy.Decide(parseElement(s))
		return map[Action]string{Mask: "mask", Block: "block", Allow: "allow"}[d.Action] + " " + d.Rule
	},
}

// once are the kinds whose outcome is not read again.
var once = map[string]bool{"decision": true, "person": true, "mail": true, "filename": true}

func attributeMaker(key string) func(*block, string) string {
	return func(b *block, s string) string {
		text, _ := b.policy.Attribute(key, s)
		return text.String()
	}
}

// parseElement reads `node=input type=text name=x block=0`, a form value that nothing matches but for what it says.
// An underscore in a value is a space.
func parseElement(s string) Element {
	e := Element{NodeName: "input", Type: "text", FormValue: true, Block: NoMatch, Mask: NoMatch, Allow: NoMatch}
	for _, field := range strings.Fields(s) {
		key, value, _ := strings.Cut(field, "=")
		value = strings.ReplaceAll(value, "_", " ")
		n, _ := strconv.Atoi(value)
		switch key {
		case "node":
			e.NodeName = value
		case "type":
			e.Type = value
		case "name":
			e.Name = value
		case "id":
			e.ID = value
		case "autocomplete":
			e.Autocomplete = value
		case "label":
			e.Labels = append(e.Labels, value)
		case "button":
			e.FormValue = false
		case "denied":
			e.Denied = true
		case "moved":
			e.Moved = true
		case "block":
			e.Block = n
		case "mask":
			e.Mask = n
		case "allow":
			e.Allow = n
		}
	}
	return e
}

// plain replaces each \u{…} by its character.
func plain(s string) string {
	var b strings.Builder
	for {
		before, rest, ok := strings.Cut(s, `\u{`)
		b.WriteString(before)
		if !ok {
			return b.String()
		}
		hex, after, _ := strings.Cut(rest, "}")
		r, _ := strconv.ParseUint(hex, 16, 32)
		b.WriteRune(rune(r))
		s = after
	}
}
