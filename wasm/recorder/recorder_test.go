package recorder

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/cotrail/cotrail/masking"
	"github.com/cotrail/cotrail/masking/event"
	"github.com/cotrail/cotrail/wasm/capture"
	"github.com/cotrail/cotrail/wasm/uplink"
)

// page takes everything and answers at once, as a relay nearby would.
type page struct {
	r        *Recorder
	now      int64
	sent     int
	flushed  []string
	wake     int64
	last     uint64
	answers  [][]byte
	taught   [][]string // the block lists
	backups  []int      // bytes of each
	withheld [][]byte
}

func (p *page) Connect()                         {}
func (p *page) Close()                           {}
func (p *page) Post([]byte, bool)                {}
func (p *page) Keep([][]byte)                    {}
func (p *page) Remember(values [][]byte)         { p.withheld = values }
func (p *page) Session(string)                   {}
func (p *page) Status(uplink.Status, event.Code) {}
func (p *page) Flushed(id string)                { p.flushed = append(p.flushed, id) }
func (p *page) Wake(ms int64)                    { p.wake = ms }
func (p *page) Backup(bodies [][]byte) {
	size := 0
	for _, b := range bodies {
		size += len(b)
	}
	p.backups = append(p.backups, size)
}
func (p *page) Rules(block, _, _ []string, _, _, _ bool) bool {
	p.taught = append(p.taught, block)
	return !slices.Contains(block, "no selector")
}
func (p *page) Send(frame []byte) {
	p.sent += len(frame)
	if kind, _ := event.FrameKind(frame); kind == event.KindHello {
		w := event.Welcome{Session: "s"}
		p.answers = append(p.answers, w.Append(nil))
	} else if b, err := event.ReadBatch(frame); err == nil {
		p.last += uint64(b.Count)
		p.answers = append(p.answers, event.AppendAck(nil, p.last))
	}
}

func (p *page) answer() {
	for len(p.answers) > 0 {
		a := p.answers[0]
		p.answers = p.answers[1:]
		p.r.Message(a, p.now)
	}
}

func newPage(policy *masking.Policy) *page {
	p := &page{now: 1}
	facts := capture.Row{"site=demo", "session=s", "secret=x", "tab=t", "url=https://a.example/?q=1", "shown_url=https://a.example/?q=1", "field_key=00"}
	p.r = New(facts, policy, nil, p)
	p.r.Tick(1)
	p.r.Opened(1)
	p.answer()
	return p
}

// rows are what the sensor tells of n acts: masked fields and clicks on buttons, turn by turn.
func rows(n, from int) string {
	var out []string
	for i := range n {
		at := 1795341873343 + int64(from+i)*700
		if i%2 == 0 {
			out = append(out, fmt.Sprintf("t=input\x1fat=%d\x1ftrusted=1\x1ffilled=1\x1fnode=input\x1fblock=-1\x1fmask=-1\x1fallow=-1\x1fform_value=1\x1fdenied=0\x1ftype=text\x1fidentity=https://a.example\n/quote\nquote\ninput\ntext\nfield%d", at, i))
		} else {
			out = append(out, fmt.Sprintf("t=click\x1fat=%d\x1ftrusted=1\x1fbutton=0\x1fvia=pointer\x1fnode=button\x1fblock=-1\x1fmask=-1\x1fallow=-1\x1fform_value=0\x1fshown_node=button\x1fshown_id=b%d\x1fpath=#b%d\x1d\x1frole=button\x1flabel=Button %d\x1fidentity=x%d\x1fx=50\x1fy=50", at, i, i, i, i))
		}
	}
	return strings.Join(out, capture.RowEnd)
}

func TestFlushIsAnsweredWhenDurable(t *testing.T) {
	policy := masking.New()
	p := newPage(&policy)
	p.r.Rows(rows(3, 0), 2)
	p.r.Flush("f", 2)
	if len(p.flushed) != 0 {
		t.Fatal("answered before the relay was")
	}
	p.answer()
	if len(p.flushed) != 1 || p.flushed[0] != "f" {
		t.Errorf("flushed %v", p.flushed)
	}
	p.r.Flush("g", 3)
	if len(p.flushed) != 2 {
		t.Error("with nothing waiting a flush waits")
	}
}

func TestBrokenPolicyHidesEverything(t *testing.T) {
	for _, text := range []string{"", "cotrail-policy 9", "<html>"} {
		if p := Policy([]byte(text)); !p.Broken() {
			t.Errorf("%q is taken for a policy", text)
		}
	}
	good := masking.New()
	if p := Policy(good.Compile()); p.Broken() {
		t.Error("a good policy is not taken")
	}
}

// BenchmarkRows gives the time of one row, from the sensor's text to the frame.
func BenchmarkRows(b *testing.B) {
	policy := masking.New()
	p := newPage(&policy)
	text := rows(10, 0)
	b.ReportAllocs()
	for b.Loop() {
		p.r.Rows(text, p.now)
		p.answer()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*10), "ns/row")
}

// TestPages: the sensor learns the rules of the page's address at the start, and others when the address changes.
func TestPages(t *testing.T) {
	policy := masking.New()
	policy.Block = []string{"#a"}
	policy.Pages = []masking.Page{{Match: "*/pay", Closes: []masking.Closing{{Key: "block", Value: "#b"}}}, {Match: "*/bad", Closes: []masking.Closing{{Key: "block", Value: "no selector"}}}}
	p := newPage(&policy)
	reach := func(path string) { p.r.Rows("t=navigate\x1fkind=push\x1furl=https://a.example/"+path, 2) }
	reach("cart")
	reach("pay")
	reach("pay")
	reach("cart")
	reach("bad")
	var taught []string
	for _, block := range p.taught {
		taught = append(taught, strings.Join(block[:len(block)-len(masking.Marks.Block)], " "))
	}
	if want := []string{"#a", "#a #b", "#a", "#a no selector"}; !slices.Equal(taught, want) {
		t.Errorf("the sensor learnt %q, want %q", taught, want)
	}
	if !p.r.capture.Policy.Broken() {
		t.Error("a policy whose selector is none is believed")
	}
	p.r.Flush("", 2)
	for p.answer(); p.last < 6; p.answer() {
		if len(p.answers) == 0 {
			t.Fatalf("%d events, want five navigations and a policy_loaded", p.last)
		}
	}
	reach("cart")
	if !p.r.capture.Policy.Broken() || len(p.taught) != 4 {
		t.Errorf("it is believed again at the next address: %q", p.taught)
	}
}

// TestBackups: the page has everything in its backup before any of it is sent, and while there is no connection the
// copies together stay a few times as large as what waits.
func TestBackups(t *testing.T) {
	p := newPage(masking.Strictest())
	p.r.Closed(p.now)
	p.backups = nil
	last, copied := 0, 0
	for i := range 500 {
		p.r.Rows(rows(10, i*10), p.now)
	}
	for _, size := range p.backups {
		last, copied = size, copied+size
	}
	if last < 500<<10 || copied > 8*last {
		t.Errorf("%d backups of %d bytes in all, the last of %d", len(p.backups), copied, last)
	}
	made := len(p.backups)
	p.r.Tick(p.now + 60_000)
	if len(p.backups) != made+1 || p.backups[made] <= last {
		t.Errorf("%d backups before the next connection, want one more", len(p.backups)-made)
	}
	p.r.Opened(p.now)
	p.answer()
	sent := len(p.backups)
	p.r.Rows(rows(2, 0), p.now)
	if len(p.backups) != sent+1 {
		t.Errorf("%d backups after rows with a connection, want one", len(p.backups)-sent)
	}
}
