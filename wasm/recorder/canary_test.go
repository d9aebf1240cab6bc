package recorder

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/andybalholm/brotli"

	"github.com/cotrail/cotrail/masking"
	"github.com/cotrail/cotrail/masking/event"
	"github.com/cotrail/cotrail/wasm/capture"
)

// wire is a page whose relay reads every frame that was sent to it.
type wire struct {
	page
	frames *[][]byte
}

func (w *wire) Send(frame []byte) {
	*w.frames = append(*w.frames, bytes.Clone(frame))
	w.page.Send(frame)
}

// inflated reads the one body that it is given last, and goes on with the next.
type inflated struct{ body bytes.Reader }

func (i *inflated) Read(p []byte) (int, error) {
	if i.body.Len() == 0 {
		return 0, errors.New("the frame's bytes are used up")
	}
	return i.body.Read(p)
}

// told gives all that a recorder's frames hold: their bytes, and what is compressed in them.
func told(t *testing.T, frames [][]byte) string {
	var all strings.Builder
	var source inflated
	var stream *brotli.Reader
	for _, frame := range frames {
		all.Write(frame)
		b, err := event.ReadBatch(frame)
		if err != nil || b.Encoding == event.Plain {
			continue // a hello, which is plain
		}
		source.body.Reset(b.Body)
		plain := make([]byte, 1+b.Plain)
		if b.Encoding == event.BrotliFirst {
			stream, plain = brotli.NewReader(&source), plain[1:]
		}
		if _, err := io.ReadFull(stream, plain); err != nil {
			t.Fatal(err)
		}
		all.Write(plain)
	}
	return all.String()
}

// ways are the ways in which a policy masks a field, each with the row of a field that is masked so. The sensor gives
// the value as raw where it knows that it is hidden, else as value.
var ways = []struct {
	name   string
	policy func(*masking.Policy)
	row    string
}{
	{"by default", nil, "raw=CANARY;block=-1;mask=-1;allow=-1"},
	{"by default, unless the sensor knows", nil, "value=CANARY;block=-1;mask=-1;allow=-1"},
	{"by a mask", func(p *masking.Policy) { p.Default, p.Mask = masking.DefaultAllow, []string{"#a"} }, "value=CANARY;block=-1;mask=0;allow=-1"},
	{"by a block", func(p *masking.Policy) { p.Default, p.Block = masking.DefaultAllow, []string{"#a"} }, "value=CANARY;block=0;mask=-1;allow=-1"},
	{"by a mask over an allow", func(p *masking.Policy) { p.Mask, p.Allow = []string{"#a"}, []string{"#b"} }, "value=CANARY;block=-1;mask=0;allow=0"},
	{"as a password", func(p *masking.Policy) { p.Default = masking.DefaultAllow }, "value=CANARY;type=password;block=-1;mask=-1;allow=-1"},
	{"as what was a password", func(p *masking.Policy) { p.Default = masking.DefaultAllow }, "value=CANARY;denied=1;block=-1;mask=-1;allow=-1"},
	{"by its name", func(p *masking.Policy) { p.Default = masking.DefaultAllow }, "value=CANARY;name=card-number;block=-1;mask=-1;allow=-1"},
	{"by its label", func(p *masking.Policy) { p.Default = masking.DefaultAllow }, "value=CANARY;names=Your PIN code;block=-1;mask=-1;allow=-1"},
	{"by its autocomplete", func(p *masking.Policy) { p.Default = masking.DefaultAllow }, "value=CANARY;autocomplete=cc-csc;block=-1;mask=-1;allow=-1"},
	{"where it moved", func(p *masking.Policy) { p.Default = masking.DefaultAllow }, "value=CANARY;moved=1;block=-1;mask=-1;allow=-1"},
	{"by an address", func(p *masking.Policy) {
		p.Default = masking.DefaultAllow
		p.Pages = []masking.Page{{Match: "*", Closes: []masking.Closing{{Key: "default", Value: "mask"}}}}
	}, "value=CANARY;block=-1;mask=-1;allow=-1"},
	{"by no policy at all", func(p *masking.Policy) { *p = *masking.Strictest() }, "value=CANARY;block=-1;mask=-1;allow=0"},
}

// elsewhere are rows that repeat the value: what was masked in its field is withheld there too.
var elsewhere = []string{
	"",
	"t=click;node=button;shown_node=button;block=-1;mask=-1;allow=-1;shown_id=CANARY;shown_class=a CANARY;path=#CANARY\x1d;role=button;label=Send CANARY now",
	"t=click;node=a;shown_node=a;block=-1;mask=-1;allow=-1;path=html/body/a;href=https://a.example/ESCAPED?q=ESCAPED#/ESCAPED",
	"t=navigate;url=https://a.example/ESCAPED?q=ESCAPED;from=https://a.example/;title=For CANARY;kind=push",
	"t=submit;node=form;block=-1;mask=-1;allow=-1;path=html/body/form;id=CANARY;action=https://a.example/ESCAPED;method=get;fields=;via=user",
	"t=log;message=it was CANARY;level=warn",
	"t=log;message=it;data={QUOTED:[QUOTED]};level=warn",
	"t=said;type=x_own;data={\"of\":{QUOTED:QUOTED}}",
	"t=stopped;reason=CANARY",
	"t=download;url=https://a.example/ESCAPED;filename=CANARY.pdf",
}

// minCanary is the length from which a random text is nowhere else by chance.
const minCanary = 8

// FuzzCanary: a value of eight or more characters, masked in any way that a policy can, is nowhere in what the recorder
// sends, though other rows repeat it.
func FuzzCanary(f *testing.F) {
	for way := range ways {
		for where := range elsewhere {
			f.Add("sunflower 47", uint8(way), uint8(where), where%2 == 0)
		}
	}
	f.Add("4111 1111 1111 1111", uint8(0), uint8(3), true)
	f.Add("Zoë-Łódź-9", uint8(1), uint8(1), false)
	f.Add(`say "hello" \o/`, uint8(2), uint8(6), true)
	f.Fuzz(func(t *testing.T, canary string, way, where uint8, first bool) {
		if !utf8.ValidString(canary) || strings.ContainsAny(canary, "\x1c\x1d\x1e\x1f") || utf8.RuneCountInString(strings.TrimSpace(canary)) < minCanary || len(canary) > 200 {
			return // the sensor replaces what parts rows, and its encoder writes UTF-8
		}
		w, row := ways[int(way)%len(ways)], elsewhere[int(where)%len(elsewhere)]
		got := record(t, w.policy, w.row, row, canary, first)
		if other := record(t, w.policy, w.row, row, "zzqqzzqqzz", first); holds(other, canary) {
			return // it is a word of the log's own
		}
		if holds(got, canary) {
			t.Errorf("%s, and in %q: %q is told", w.name, row, canary)
		}
	})
}

// record gives what is sent of a masked field and of a row that repeats its value, before or after it.
func record(t *testing.T, change func(*masking.Policy), field, repeating, canary string, first bool) string {
	policy := masking.New()
	policy.Titles, policy.KeepQuery, policy.KeepIDs = true, []string{"q"}, true
	if change != nil {
		change(&policy)
	}
	var frames [][]byte
	p := &wire{page: page{now: 1}, frames: &frames}
	p.r = New(capture.Row{"site=demo", "session=s", "secret=x", "tab=t", "url=https://a.example/", "shown_url=https://a.example/", "field_key=00"}, &policy, nil, p)
	p.r.Tick(1)
	p.r.Opened(1)
	p.answer()
	input := "t=input;at=1795341873343;trusted=1;filled=1;node=input;form_value=1;id=a;path=#a\x1d;identity=https://a.example\n/\n\ninput\ntext\na;" + field
	rows := []string{input}
	if repeating != "" {
		rows = append(rows, repeating)
	}
	if first && repeating != "" {
		rows[0], rows[1] = rows[1], rows[0]
	}
	quoted, err := json.Marshal(canary)
	if err != nil {
		t.Fatal(err)
	}
	text := strings.NewReplacer(";", capture.FieldEnd).Replace(strings.Join(rows, capture.RowEnd))
	p.r.Rows(strings.NewReplacer("CANARY", canary, "ESCAPED", url.PathEscape(canary), "QUOTED", string(quoted)).Replace(text), 2)
	p.r.Flush("f", 2)
	p.answer()
	if len(frames) == 0 {
		t.Fatal("not even a hello was sent")
	}
	return told(t, frames)
}

// holds tells whether a text holds a value, as it stands or as JSON or an address writes it.
func holds(text, value string) bool {
	value = strings.TrimSpace(value)
	quoted := masking.Quote(value)
	text = strings.ToLower(text)
	for _, form := range []string{value, quoted[1 : len(quoted)-1], url.PathEscape(value), url.QueryEscape(value)} {
		if strings.Contains(text, strings.ToLower(form)) {
			return true
		}
	}
	return false
}
