package ingest

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/cotrail/cotrail/masking"
	"github.com/cotrail/cotrail/masking/event"
	"github.com/cotrail/cotrail/masking/event/catalog"
)

// shopPolicy is the default one, with what the tests need of the others.
func shopPolicy() *masking.Policy {
	p := masking.New()
	p.Mask, p.Titles, p.Chat = []string{"#iban-4111111111111111"}, true, masking.ChatText
	p.KeepQuery = []string{"page"}
	return &p
}

func lookAt(p *masking.Policy, line string) (string, []finding) {
	l := look{site: p, policy: p, check: &checker{}}
	out, found := l.lines([]byte(line + "\n"))
	return strings.TrimSuffix(string(out), "\n"), found
}

const card = "4111111111111111"

// TestLook: what a recorder that does not do its work lets through is hidden before it is stored.
func TestLook(t *testing.T) {
	for _, row := range []struct{ name, kind, in, want, found string }{
		{"a card in a label", "click", `{"node_name":"button","label":"Pay ` + card + `","trusted":true}`, `{"node_name":"button","label":"Pay [card]","trusted":true}`, "card details.label"},
		{"in a value, with an escape", "input_change", `{"node_name":"input","value":"a\n` + card + `","xpath":"/html"}`, `{"node_name":"input","value":"a\n[card]","xpath":"/html"}`, "card details.value"},
		{"an address", "navigate", `{"url":"https://a.example/x?token=abc&page=2#y","kind":"load"}`, `{"url":"https://a.example/x?token=&page=2","kind":"load"}`, "url details.url"},
		{"a class that is data, beside one that is none", "click", `{"node_name":"a","attributes":{"class":"wide user-82173"}}`, `{"node_name":"a","attributes":{"class":"wide"}}`, "attributes details.attributes.class"},
		{"an id that is data", "click", `{"node_name":"a","attributes":{"id":"patient-12345","name":"x"}}`, `{"node_name":"a","attributes":{"name":"x"}}`, "attributes details.attributes.id"},
		{"a path by such an id", "click", `{"node_name":"a","xpath":"//*[@id=\"patient-12345\"]"}`, `{"node_name":"a"}`, "xpath details.xpath"},
		{"a name that is none", "click", `{"node_name":"Ada Miller"}`, `{"node_name":""}`, "name details.node_name"},
		{"a list", "submit", `{"form":{"action":"https://a.example/?q=1"},"fields":[{"name":"plan"},{"name":"user-82173","type":"text"}]}`,
			`{"form":{"action":"https://a.example/?q="},"fields":[{"name":"plan"},{"type":"text"}]}`, "url details.form.action, attributes details.fields.name"},
		{"any JSON", "client_log", `{"message":"x","data":{"pin":"1234","list":["a@b.example"]}}`, `{"message":"x","data":{"pin":"**********","list":["[email]"]}}`, "email details.data"},
		{"a rule that is none", "click", `{"is_masked":true,"node_name":"a","rule":"` + card + `"}`, `{"is_masked":true,"node_name":"a","rule":"[card]"}`, "card details.rule"},
		{"a field that is a card", "click", `{"is_masked":true,"node_name":"a","rule":"default","field":"` + card + `"}`, `{"is_masked":true,"node_name":"a","rule":"default"}`, "digest details.field"},
		{"a tab that is a card", "tab_created", `{"tab_id":"` + card + `"}`, `{"tab_id":"[card]"}`, "card details.tab_id"},
		{"a hash that is a card", "page participant_joined", `{"client_index":0,"email":"` + card + `"}`, `{"client_index":0,"email":"**********"}`, "identity details.email"},
		{"a field that is no hash", "click", `{"is_masked":true,"node_name":"a","rule":"default","field":"Ada Miller"}`, `{"is_masked":true,"node_name":"a","rule":"default"}`, "digest details.field"},
		{"a password", "input_change", `{"node_name":"input","attributes":{"id":"x"},"value":"canary","xpath":"/html","input_type":"password","label":"canary","cause":"user","trusted":true}`,
			`{"is_masked":true,"node_name":"input","rule":"hard_deny","filled":true,"cause":"user","trusted":true}`, "hard_deny details"},
		{"a field by its name", "input_change", `{"node_name":"input","attributes":{"name":"card_number"},"value":"","xpath":""}`, `{"is_masked":true,"node_name":"input","rule":"hard_deny","filled":false}`, "hard_deny details"},
		{"a field by its id", "click", `{"node_name":"input","attributes":{"id":"pin"},"xpath":"/html/body/input","role":"textbox","button":0,"x":0.5,"trusted":true,"via":"pointer"}`,
			`{"is_masked":true,"node_name":"input","rule":"hard_deny","button":0,"trusted":true,"via":"pointer"}`, "hard_deny details"},
		{"a button that is called after one", "click", `{"node_name":"button","attributes":{"id":"show-password"},"role":"button"}`, "", ""},
		{"a rule that is the policy's", "click", `{"is_masked":true,"node_name":"a","rule":"mask:#iban-` + card + `"}`, "", ""},
		{"the recorder's own numbers", "gap", `{"count":1,"first":` + card + `,"last":2,"reason":"crash"}`, "", ""},
		{"the app's", "page document_share", `{"document_id":` + card + `,"size":` + card + `}`, `{"document_id":"**********"}`, "hard_deny details.document_id, hard_deny details.size"},
		{"a required one", "page participant_left", `{"client_index":` + card + `}`, `{"client_index":0}`, "hard_deny details.client_index"},
		{"keys of the app's own", "page x_offer", `{"plan":"plus","` + card + `":"a@b.example"}`, `{"plan":"plus","[card]":"[email]"}`, "card details.*"},
		{"beside those of the type", "page document_edit", `{"document_id":1,"content":"canary","page":2}`, `{"document_id":1,"page":2,"content":"**********"}`, "hard_deny details.*"},
		{"a person's address that is no hash", "page participant_joined", `{"client_index":0,"name":"Ada Miller","email":"a@b.example"}`, `{"client_index":0,"name":"Ada Miller","email":"**********"}`, "identity details.email"},
		{"the value of a field that the app says", "page input_change", `{"node_name":"div","value":"canary","xpath":"/html"}`, `{"node_name":"div","value":"**********","xpath":"/html"}`, "hard_deny details.value"},
		{"a field by its label", "input_change", `{"node_name":"input","attributes":{"id":"x"},"value":"canary","xpath":"//*[@id=\"x\"]","label":"Your PIN"}`,
			`{"is_masked":true,"node_name":"input","rule":"hard_deny","filled":true}`, "hard_deny details"},
		{"a click on such a field", "click", `{"node_name":"select","role":"combobox","label":"Your PIN"}`, `{"is_masked":true,"node_name":"select","rule":"hard_deny"}`, "hard_deny details"},
		{"a button of such a name", "click", `{"node_name":"button","role":"button","label":"Forgot your PIN"}`, `{"node_name":"button","role":"button","label":"Forgot your PIN"}`, ""},
		{"what names itself, as a custom box does", "input_change", `{"node_name":"my-box","value":"on","label":"Send me the PIN"}`, `{"node_name":"my-box","value":"on","label":"Send me the PIN"}`, ""},
		{"a field by the id in its path", "input_change", `{"node_name":"input","value":"canary","xpath":"//*[@id=\"host\"] >> //*[@id=\"otp\"]"}`, `{"is_masked":true,"node_name":"input","rule":"hard_deny","filled":true}`, "hard_deny details"},
		{"a file's name", "file_download", `{"url":"https://a.example/x","filename":"Ada Miller.pdf"}`, `{"url":"https://a.example/x","filename":"*.pdf"}`, "filenames details.filename"},
	} {
		t.Run(row.name, func(t *testing.T) {
			source, kind, fromApp := strings.Cut(row.kind, " ")
			if !fromApp {
				source, kind = "", row.kind
			} else {
				source = `"source":"` + source + `",`
			}
			head := fmt.Sprintf(`{"type":%q,"time":%d,%s`, kind, noon, source)
			in, want := head+`"details":`+row.in+"}", head+`"details":`+row.in+"}"
			var paths, told []string
			if row.found != "" {
				for _, f := range strings.Split(row.found, ", ") {
					rule, path, _ := strings.Cut(f, " ")
					told = append(told, fmt.Sprintf(`{"rule":%q,"path":%q}`, rule, path))
				}
				want = head + `"corrected":[` + strings.Join(told, ",") + `],"details":` + row.want + "}"
			}
			if err := checkLine(in); err != nil {
				t.Fatal(err)
			}
			got, found := lookAt(shopPolicy(), in)
			for _, f := range found {
				paths = append(paths, f.Rule+" "+f.Path)
			}
			if got != want || strings.Join(paths, ", ") != row.found {
				t.Errorf("%s becomes\n%s, want\n%s\nfound %q", in, got, want, paths)
			}
			if row.found == "" {
				return
			}
			stored := head + `"details":` + row.want + "}"
			if err := checkLine(stored); err != nil && row.name != "the app's" {
				t.Errorf("what is stored is no event: %v", err)
			}
			if again, found := lookAt(shopPolicy(), stored); again != stored || found != nil {
				t.Errorf("once more it becomes %s, %v", again, found)
			}
		})
	}
}

// TestLookClosed: where nothing in the policy opens a field, none is open.
func TestLookClosed(t *testing.T) {
	open := line("input_change", `{"node_name":"input","value":"canary","xpath":"/html","trusted":true}`)
	hidden := line("input_change", `{"is_masked":true,"node_name":"input","rule":"default","filled":true,"trusted":true}`)
	hidden = strings.Replace(hidden, `"details"`, `"corrected":[{"rule":"default","path":"details"}],"details"`, 1)
	for name, row := range map[string]struct {
		change func(*masking.Policy)
		want   string
	}{
		"the page's marks may open": {func(p *masking.Policy) {}, open},
		"a selector may open":       {func(p *masking.Policy) { p.Markup, p.Allow = false, []string{"#a"} }, open},
		"the default opens":         {func(p *masking.Policy) { p.Markup, p.Default = false, masking.DefaultAllow }, open},
		"nothing opens":             {func(p *masking.Policy) { p.Markup = false }, hidden},
	} {
		p := shopPolicy()
		row.change(p)
		if got, _ := lookAt(p, open); got != row.want {
			t.Errorf("%s: %s, want %s", name, got, row.want)
		}
	}
}

// TestLookPages: the rules of a page hold from the navigation to it on, and not where its address is not known.
func TestLookPages(t *testing.T) {
	p := shopPolicy()
	p.Pages = []masking.Page{{Match: "https://a.example/pay*", Closes: []masking.Closing{{Key: "labels", Value: "off"}, {Key: "titles", Value: "off"}}}}
	click := line("click", `{"node_name":"button","label":"Send"}`)
	to := func(url string) string { return line("navigate", `{"url":"`+url+`","title":"Pay","kind":"push"}`) }
	l := look{site: p, policy: p, check: &checker{}}
	for _, step := range []struct {
		line  string
		found string
	}{
		{click, ""}, {to("https://a.example/pay/4"), "titles details.title"}, {click, "labels details.label"}, {to("https://a.example/"), ""}, {click, ""},
		{to("https://a.example/pay"), "titles details.title"}, {to("https://a.example"), ""}, {click, ""},
		{strings.Replace(to("https://a.example/pay"), `"details"`, `"source":"page","details"`, 1), ""}, {click, ""}, // the app may say it of another tab
	} {
		_, found := l.lines([]byte(step.line + "\n"))
		told := ""
		for _, f := range found {
			told += f.Rule + " " + f.Path
		}
		if told != step.found {
			t.Errorf("%s: found %q, want %q", step.line, told, step.found)
		}
	}
	l.at("https://a.example/pay/card")
	if _, found := l.lines([]byte(click + "\n")); found == nil {
		t.Error("the address of the hello does not count")
	}
}

// TestLookAtBatch: the lines around one that is masked stay.
func TestLookAtBatch(t *testing.T) {
	good, bad := line("click", `{"node_name":"a"}`), line("click", `{"node_name":"a","label":"`+card+`"}`)
	for _, lines := range [][]string{{good}, {bad}, {good, bad}, {bad, good}, {good, bad, good}, {bad, bad}} {
		var in, want string
		for _, l := range lines {
			in += l + "\n"
			masked, _ := lookAt(shopPolicy(), l)
			want += masked + "\n"
		}
		l := look{site: shopPolicy(), policy: shopPolicy(), check: &checker{}}
		got, _ := l.lines([]byte(in))
		if string(got) != want || strings.Contains(string(got), card) {
			t.Errorf("got\n%swant\n%s", got, want)
		}
	}
}

// FuzzLookKeeps: what a recorder makes of what an app signals is left as it is, byte for byte.
func FuzzLookKeeps(f *testing.F) {
	for _, s := range catalog.Types {
		f.Add(string(s.Type), s.Sample)
		f.Add("x_own", s.Sample)
		f.Add(string(s.Type), strings.Replace(s.Sample, "{", `{"more":[1e40,"a",{"is_masked":true}],"a@b.example":1,"c@d.example":2,"text":"Call +1 415 555 0133, or data:x",`, 1))
		for _, k := range s.Spec().Keys {
			for _, value := range []string{`"x"`, "7", card, `"` + card + `"`, `"https://u:p@a.example/x/` + card + `?a=1;b#/c"`, `"javascript:alert(1)"`, `"  a  b "`, `"ü"`, `"a@b.example and ` + card + `"`, `"[card] GB82 WEST 1234 5698 7654 32"`} {
				f.Add(string(s.Type), strings.Replace(s.Sample, "{", `{"`+k.Name+`":`+value+",", 1))
			}
		}
	}
	closed := masking.Policy{}
	custom := *shopPolicy()
	custom.Custom = []masking.Custom{mustCustom(f, "member_no", `M-\d{8}`)}
	policies := []*masking.Policy{shopPolicy(), &closed, &custom, masking.Strictest()}
	f.Fuzz(func(t *testing.T, kind, details string) {
		if !utf8.ValidString(kind + details) {
			return // a page's encoder writes UTF-8
		}
		for _, policy := range policies {
			signals := event.Signaller{Policy: policy}
			typ, d, err := signals.Details(kind, details)
			if err != nil {
				continue
			}
			e := event.Event{Type: typ, Time: noon, Source: event.SourceExtension, Details: d}
			keeps(t, policy, e.AppendLine(nil))
		}
	})
}

// TestLookKeepsTheRecordersOwn: so is what the recorder senses, in each type's own form.
func TestLookKeepsTheRecordersOwn(t *testing.T) {
	for _, c := range catalog.Types {
		if c.Spec().By&event.ByRecorder == 0 {
			continue
		}
		for _, sample := range []string{c.Sample, c.Masked} {
			if sample != "" {
				keeps(t, shopPolicy(), []byte(line(string(c.Type), sample)+"\n"))
			}
		}
	}
}

func keeps(t *testing.T, policy *masking.Policy, line []byte) {
	t.Helper()
	l := look{site: policy, policy: policy, check: &checker{}}
	if got, found := l.lines(bytes.Clone(line)); !bytes.Equal(got, line) || found != nil {
		t.Errorf("%s becomes\n%s%v", line, got, found)
	}
}

func mustCustom(t testing.TB, name, expression string) masking.Custom {
	t.Helper()
	c, err := masking.NewCustom(name, expression)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// FuzzHarmless: the quick look never keeps what the long one would change.
func FuzzHarmless(f *testing.F) {
	for _, s := range []string{"next", "button primary", "eyJhbGciOi", "Bearer abc12def", "a  b", " a", "a ", "A", "x-12", "user-82173", "averyveryverylongword", "pin", "sk-12"} {
		f.Add(s)
	}
	policy := shopPolicy()
	keys := []event.Key{{Name: "id", Treat: event.Attribute}, {Name: "class", Treat: event.Attribute}, {Treat: event.Name}, {Treat: event.Label}, {Treat: event.Free}, {Treat: event.Ident}, {}}
	f.Fuzz(func(t *testing.T, s string) {
		l := look{site: policy, policy: policy, check: &checker{}}
		for _, k := range keys {
			value := []byte(masking.Quote(s))
			if l.harmless(value, &k) && l.treated(&k, s) != s {
				t.Errorf("%q with treatment %d becomes %q", s, k.Treat, l.treated(&k, s))
			}
		}
		path := `//*[@id="` + s + `"]`
		if k := (event.Key{Treat: event.Path}); l.harmless([]byte(masking.Quote(path)), &k) && l.treated(&k, path) != path {
			t.Errorf("%q becomes %q", path, l.treated(&k, path))
		}
	})
}

// BenchmarkLook tells what the second look costs beside the check, see BenchmarkCheck.
func BenchmarkLook(b *testing.B) {
	p := page{hello: event.Hello{Time: noon}, next: 1}
	plain := p.realLines(20)
	l := look{site: shopPolicy(), policy: shopPolicy(), check: &checker{}}
	b.ReportAllocs()
	for b.Loop() {
		if _, found := l.lines(plain); found != nil {
			b.Fatal(found)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/20, "ns/event")
}
