package maskcheck

import (
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/cotrail/cotrail/masking"
)

// blocks are the examples of docs/masking.md in their order: language and text.
func blocks(t *testing.T) [][]string {
	t.Helper()
	b, err := os.ReadFile("../../docs/masking.md")
	if err != nil {
		t.Fatal(err)
	}
	return regexp.MustCompile("(?ms)^```([a-z]+)\n(.*?)^```$").FindAllStringSubmatch(string(b), -1)
}

// shown gives the first entry of whatever of an example is more than a label, one a line.
func shown(t *testing.T, policy, page string) string {
	t.Helper()
	var b strings.Builder
	for _, i := range check(t, policy, page).Items {
		if len(i.Entries) > 0 && i.Node != "label" && i.Node != "page" {
			line, err := json.Marshal(i.Entries[0])
			if err != nil {
				t.Fatal(err)
			}
			b.Write(append(line, '\n'))
		}
	}
	return b.String()
}

// TestDocumentedPolicies reads each policy of docs/masking.md, and compares what the document says that the log then
// shows with what it shows.
func TestDocumentedPolicies(t *testing.T) {
	policy, page, told := "", "", map[string]int{}
	for _, b := range blocks(t) {
		switch language, text := b[1], b[2]; language {
		case "yaml":
			policy = text
			policyOf(t, policy)
		case "html":
			page = text
		case "json":
			if got := shown(t, policy, page); got != text {
				t.Errorf("under\n%sthe log shows of\n%s\n%sand the document says\n%s", policy, page, got, text)
			}
		case "text":
			for line := range strings.Lines(text) {
				documentedText(t, policy, strings.TrimSuffix(line, "\n"))
			}
		}
		told[b[1]]++
	}
	if told["yaml"] < 15 || told["html"] != told["json"] || told["html"] < 10 || told["text"] < 6 {
		t.Errorf("the examples are %v", told)
	}
}

// documentedText holds one line of an example: what kind of text, the text, and what the log shows of it.
func documentedText(t *testing.T, yaml, line string) {
	t.Helper()
	p := &policyOf(t, yaml).Policy
	said, want, _ := strings.Cut(line, " => ")
	kind, raw, _ := strings.Cut(said, " ")
	var got masking.Text
	switch kind {
	case "url":
		got = p.URL(raw)
	case "title":
		got = p.Title(raw)
	case "text":
		got = p.Label(raw)
	case "chat":
		got = p.ChatText(raw)
	case "filename":
		got = p.Filename(raw)
	case "name":
		got = p.Person(masking.FieldKey{1}, raw)
	case "email":
		got = p.Mail(masking.FieldKey{1}, raw)
	default:
		t.Errorf("%q is no kind of text", kind)
	}
	if want == "16 hexadecimal digits" {
		want = regexp.MustCompile(`^[0-9a-f]{16}$`).FindString(got.String())
	}
	if got.String() != want || want == "" {
		t.Errorf("under\n%sthe log shows %q, and the document says %q", yaml, got, line)
	}
}

// TestDocumentedMarks: docs/masking.md lists each mark of other tools.
func TestDocumentedMarks(t *testing.T) {
	b, err := os.ReadFile("../../docs/masking.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, list := range [][]string{masking.Marks.Block, masking.Marks.Mask} {
		for _, mark := range list[1:] {
			if !strings.Contains(string(b), "`"+mark+"`") {
				t.Errorf("docs/masking.md does not list %s", mark)
			}
		}
	}
}
