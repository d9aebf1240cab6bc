package e2e

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/heapprofiler"
	"github.com/chromedp/cdproto/network"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/cotrail/cotrail/e2e/chrome"
)

var (
	robotTime = flag.Duration("robot", 15*time.Second, "how long the robot acts on the demonstration")
	robotSeed = flag.Uint64("robot-seed", 0, "seed of what it does; drawn when 0")
)

// robot acts on the demonstration's page of questions as chance has it, and notes what the log must say of each act.
type robot struct {
	t     *testing.T
	page  *chrome.Page
	rand  *rand.Rand
	notes []string

	step     string // of the page's three
	exercise int    // the option that is selected
	hash     bool   // the address has one
}

var exercises = []string{"never", "weekly", "daily"}

// does acts and notes.
func (b *robot) does(act chrome.Step, notes ...string) {
	b.t.Helper()
	b.page.Do(b.t, act)
	b.notes = append(b.notes, notes...)
}

// goes clicks on what leads to another step.
func (b *robot) goes(id, label, step, kind string) {
	b.does(chromedp.Steps(chrome.Click("#"+id), chrome.WaitFor(`location.pathname === "/demo/`+step+`"`)), "click #"+id+" "+label, "navigate SITE/demo/"+step+" "+kind)
	b.step, b.hash = step, false
}

// act does one thing that can be done here.
func (b *robot) act() {
	b.t.Helper()
	switch choice := b.rand.IntN(10); {
	case choice == 0:
		b.does(chrome.Script(fmt.Sprintf(`cotrail.log("note %d")`, len(b.notes))), fmt.Sprintf("client_log note %d", len(b.notes)))
	case b.step == "health" && choice < 4:
		key, next := kb.ArrowDown, b.exercise+1
		if next == len(exercises) {
			key, next = kb.ArrowUp, b.exercise-1
		}
		b.exercise = next
		b.does(chromedp.Steps(chrome.Focus("#exercise"), chrome.Press(key)), fmt.Sprintf("input_change %s = %s selected", exercisePath(next), exercises[next]))
	case b.step == "health" && choice < 8:
		id := []string{"height", "weight"}[choice%2]
		b.does(chromedp.Steps(chrome.Type("#"+id, "1"), chrome.Press(kb.Backspace), chrome.Press("7"), chrome.Press(kb.Tab)), "click masked default input", "input_change masked default input filled")
	case b.step == "health":
		b.goes("habits-next", "Next", "health/history", "push")
	case b.step == "health/history" && choice < 3:
		b.does(chromedp.Steps(chrome.Click("label:has(#condition-asthma)"), chrome.Type("#doctor-name", "Quill"), chrome.Press(kb.Tab)))
	case b.step == "health/history" && choice < 5 && !b.hash:
		b.does(chromedp.Steps(chrome.Click("#why-link"), chrome.WaitFor(`location.hash`)), "click #why-link Why do we ask?", "navigate SITE/demo/health/history hash")
		b.hash = true
	case b.step == "health/history" && choice < 7:
		b.goes("history-back", "Back", "health", "push")
	case b.step == "health/history":
		b.goes("history-next", "Next", "health/message", "push")
	case choice < 6:
		b.does(chromedp.Steps(chrome.Type("#underwriter-note", "kind "), chrome.Press(kb.Tab)), "click masked default div", "input_change masked default div filled")
	default:
		b.goes("message-back", "Back", "health/history", "push")
	}
}

func exercisePath(option int) string {
	if option == 0 {
		return "/div/main/form/section/div/select/option"
	}
	return fmt.Sprintf("/div/main/form/section/div/select/option[%d]", option+1)
}

// leaves loads the page anew.
func (b *robot) leaves() {
	b.t.Helper()
	b.does(chromedp.Steps(anew, chrome.Leave(`location.assign("/demo/health?again")`), fresh),
		"relocate_start", "navigate SITE/demo/health load", "recorder_started")
	b.step, b.exercise, b.hash = "health", 0, false
}

// memory is what a page holds, in bytes: JavaScript after a garbage collection, and the recorder's linear memory.
type memory struct{ heap, linear int }

func (b *robot) memory() (m memory) {
	b.t.Helper()
	b.page.Do(b.t, chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		if _, err := cdp.Call(ctx, t, heapprofiler.CollectGarbage, cdp.Empty{}); err != nil {
			return err
		}
		usage, err := cdp.Call(ctx, t, runtime.GetHeapUsage, cdp.Empty{})
		if err == nil {
			m.heap = int(usage.UsedSize)
		}
		return err
	}))
	m.linear = chrome.MustEval[int](b.t, b.page, `recorderMemory.buffer.byteLength`)
	return m
}

// prepare keeps hold of the recorder's memory, and leaves out the demonstration's panel, which grows with the log.
var prepare = chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
	const hold = `const start = WebAssembly.instantiate; WebAssembly.instantiate = async (...args) => {
		const instance = await start(...args);
		window.recorderMemory = instance.exports.mem;
		return instance;
	}`
	if _, err := cdp.Call(ctx, t, cdppage.AddScriptToEvaluateOnNewDocument, cdppage.AddScriptToEvaluateOnNewDocumentParams{Source: hold}); err != nil {
		return err
	}
	if _, err := cdp.Call(ctx, t, network.Enable, network.EnableParams{}); err != nil {
		return err
	}
	_, err := cdp.Call(ctx, t, network.SetBlockedURLs, network.SetBlockedURLsParams{URLPatterns: []*network.BlockPattern{{URLPattern: "*://*:*/demo/js/log-panel.js", Block: true}}})
	return err
})

const (
	// samples of the memory are taken while the robot stays on one page, in the second half of its time.
	samples = 6
	// heapGrowth is what the last sample may have more than the third: what a page keeps of its own, and no garbage
	// collection frees at once. A leak of one kilobyte an act would be several times that in the long run.
	heapGrowth = 1 << 20
	// linearGrowth is the same of the recorder's memory, whose collector lets its heap grow to twice what lives in it.
	linearGrowth = 4 << 20
	// maxLinear is the recorder's memory that a page may be asked to give.
	maxLinear = 32 << 20
)

// TestRobot lets a robot act: first with pages that are left now and then, then on one page only. The log is what the
// robot has noted, and the memory of the page that stays levels off.
func TestRobot(t *testing.T) {
	t.Parallel()
	seed := *robotSeed
	if seed == 0 {
		seed = rand.Uint64()
	}
	t.Logf("seed %d", seed)
	r := startRelay(t)
	b := &robot{t: t, page: chrome.New(t).Open(t, "about:blank"), rand: rand.New(rand.NewPCG(seed, 0)), step: "health"}
	b.page.Do(t, prepare, chromedp.Navigate(r.url+"/demo/health"), reaches("/demo/health"))

	for end := time.Now().Add(*robotTime / 2); time.Now().Before(end); {
		for range 5 + b.rand.IntN(20) {
			b.act()
		}
		b.leaves()
	}
	var seen []memory
	for range samples {
		for end := time.Now().Add(*robotTime / 2 / samples); time.Now().Before(end); {
			b.act()
		}
		b.page.Do(t, flushed)
		seen = append(seen, b.memory())
	}
	t.Logf("%d notes; memory in bytes: %v", len(b.notes), seen)
	third, last := seen[samples/2-1], seen[samples-1]
	if last.heap > third.heap+heapGrowth || last.linear > third.linear+linearGrowth || last.linear > maxLinear {
		t.Errorf("the memory has not levelled off: %v", seen)
	}

	b.page.Do(t, chrome.Script(`cotrail.log("That is all")`), flushed)
	id := session(t, b.page)
	eventually(t, "the last note is there", func() bool { // not by reading all of it each time
		return strings.Contains(string(r.get("/v1/sessions/"+id+"/log?type=client_log")), "That is all")
	})
	var got []string
	for _, e := range sinceRecording(r.log(id)) {
		got = append(got, brief(e, r.url))
	}
	if want := append(b.notes, "client_log That is all"); !slices.Equal(got, want) {
		t.Errorf("the log differs from the robot's notes:\n%s", differ(got, want))
	}
}
