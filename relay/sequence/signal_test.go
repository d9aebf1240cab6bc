package sequence

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/cotrail/cotrail/relay/store"
)

// says is a line of the back end, of a type with a sentence that tells it apart.
func says(at int64, what string) string {
	return fmt.Sprintf(`{"type":"client_log","time":%d,"details":{"message":%q}}`, noon+at, what)
}

func ends(at int64) string {
	return fmt.Sprintf(`{"type":"session_end","time":%d,"details":{"reason":"ended_by_host"}}`, noon+at)
}

// backEnd opens the stream of the back end: its streams are named by '0'.
func (m *memory) backEnd(id string, received int64) { m.open(id, '0', "", received, 0) }

// TestSignalOrder: events of the back end stand where their time is, whatever the order in which they came.
func TestSignalOrder(t *testing.T) {
	m := newMemory()
	n := testNumberer(m)
	m.open("s", 'a', "t1", noon, 0)
	m.backEnd("s", noon)
	m.add("s", '0', noon+100, says(90, "h2"), says(20, "h1"))
	m.add("s", 'a', noon+110, said(50, "a1"), said(100, "a2"))
	m.add("s", '0', noon+900, says(899, "h4"), says(105, "h3"))
	mustRun(t, n, "s", 1110)
	if got := order(m.log(t, "s")); got != "h1 a1 h2 a2" {
		t.Errorf("got %s", got)
	}
	mustRun(t, n, "s", 2000)
	m.add("s", '0', noon+3000, says(30, "h0"))
	mustRun(t, n, "s", 4000)
	if got := order(m.log(t, "s")); got != "h1 a1 h2 a2 h3 h4 h0(late)" {
		t.Errorf("got %s", got)
	}
	log := m.log(t, "s")
	if got := strings.Join(told(log, "stream_seq"), ""); got != "-2-112435" {
		t.Errorf("numbers %s", got)
	}
}

// TestSignalsInAnyOrder: each event of the back end is in the log once, whichever of them are due in which run.
func TestSignalsInAnyOrder(t *testing.T) {
	for seed := range uint64(40) {
		random := rand.New(rand.NewPCG(seed, 1))
		m := newMemory()
		n := testNumberer(m)
		m.open("s", 'a', "t1", noon, 0)
		m.backEnd("s", noon)
		count, at := 0, int64(0)
		for range 12 {
			at += random.Int64N(700)
			var lines []string
			for range 1 + random.IntN(4) {
				count++
				lines = append(lines, says(at-random.Int64N(2500), fmt.Sprint("n", count)))
			}
			m.add("s", '0', noon+at, lines...)
			if random.IntN(2) == 0 {
				mustRun(t, n, "s", at+random.Int64N(1500))
			}
		}
		mustRun(t, n, "s", at+2000)
		log := order(m.log(t, "s"))
		for i := range count {
			if got := strings.Count(log+" ", fmt.Sprintf("n%d ", i+1)) + strings.Count(log, fmt.Sprintf("n%d(late)", i+1)); got != 1 {
				t.Fatalf("seed %d: n%d is there %d times: %s", seed, i+1, got, log)
			}
		}
		if left := len(m.sessions["s"].Pending); left > 0 {
			t.Fatalf("seed %d: %d batches are left", seed, left)
		}
	}
}

// TestEndIsLast: the back end's end waits for nothing, and is the last entry, also of a long backlog.
func TestEndIsLast(t *testing.T) {
	for what, backlog := range map[string]int{"a few": 3, "several runs": 2*maxRun + 5} {
		t.Run(what, func(t *testing.T) {
			m := newMemory()
			n := testNumberer(m)
			m.open("s", 'a', "t1", noon, 0)
			m.backEnd("s", noon)
			lines := make([]string, backlog)
			for i := range lines {
				lines[i] = said(5, fmt.Sprint("a", i))
			}
			m.add("s", '0', noon+10, says(9, "h1"), ends(10))
			m.add("s", 'a', noon+12, lines...)
			m.add("s", '0', noon+13, says(12, "h2"))
			runs := 0
			for at := int64(13); at != 0; runs++ {
				if at = mustRun(t, n, "s", at); at != 0 && at != 13 || runs > 5 {
					t.Fatalf("it is to be looked at again at %d", at)
				}
			}
			log := m.log(t, "s")
			types := told(log, "type")
			if types[len(types)-1] != "session_end" || strings.Count(string(log), `"session_end"`) != 1 || len(types) != backlog+5 || !m.sessions["s"].Ended {
				t.Errorf("%d entries, ended %v, the last %s", len(types), m.sessions["s"].Ended, types[len(types)-1])
			}
		})
	}
}

// TestLieOfAPage: a page that says that the session is over ends nothing.
func TestLieOfAPage(t *testing.T) {
	m := newMemory()
	n := testNumberer(m)
	m.open("s", 'a', "t1", noon, 0)
	m.add("s", 'a', noon+10, strings.Replace(ends(10), `,"details"`, `,"source":"page","details"`, 1))
	mustRun(t, n, "s", 10)
	if len(m.log(t, "s")) != 0 {
		t.Error("it closes the time to settle")
	}
	mustRun(t, n, "s", 1010)
	if log := string(m.log(t, "s")); !strings.Contains(log, `"basis":"claimed"`) || m.sessions["s"].Ended {
		t.Errorf("ended %v\n%s", m.sessions["s"].Ended, log)
	}
}

// TestSessionOfTheBackEnd: its session_created comes first, once it has settled, and no later than what a page saw.
func TestSessionOfTheBackEnd(t *testing.T) {
	m := newMemory()
	n := testNumberer(m)
	m.backEnd("s", noon)
	m.add("s", '0', noon, fmt.Sprintf(`{"type":"session_created","time":%d,"details":{"start_url":"https://quote.example/"}}`, noon))
	mustRun(t, n, "s", 500)
	if len(m.log(t, "s")) != 0 {
		t.Error("it has not settled")
	}
	m.open("s", 'a', "t1", noon+400, 0)
	m.add("s", 'a', noon+500, said(-300, "a1"))
	mustRun(t, n, "s", 1500)
	log := m.log(t, "s")
	if got := strings.Join(told(log, "type"), " "); got != "session_created participant_joined client_log" {
		t.Errorf("got %s", got)
	}
	if got := told(log, "source")[0] + told(log, "time")[0]; got != "host2026-11-22T11:59:59.700Z" {
		t.Errorf("got %s", got)
	}
}

// TestEndNow: a session that is to end is looked at now, also when it is being worked on.
func TestEndNow(t *testing.T) {
	m := newMemory()
	m.open("s", 'a', "t1", noon, 0)
	inBubble(t, m, func(b *bubble) {
		time.Sleep(10 * time.Second)
		now := time.Now().UnixMilli()
		_, _ = m.Open(t.Context(), store.Opening{Site: "quote", Session: "s", Stream: store.HostStream, Received: now})
		m.add("s", '0', now, ends(now-noon))
		b.seq.End("s")
		time.Sleep(time.Millisecond)
		m.mu.Lock()
		defer m.mu.Unlock()
		if !m.sessions["s"].Ended {
			t.Error("it waits")
		}
	})
	p := newPlan()
	at := time.UnixMilli(noon)
	p.wake("s", at)
	j, _ := p.next(at)
	p.hurry("s", at)
	p.done(j, visit{at: at.Add(time.Hour), settle: time.Second})
	if again, _ := p.next(at); again != j {
		t.Error("a run was under way, and there is no other after it")
	}
}
