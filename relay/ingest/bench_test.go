package ingest

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/cotrail/cotrail/masking/event"
)

// BenchmarkRecord is relay and load together: connections that send batches of 20 events, compressed as a recorder
// does, each with up to four under way. An iteration is a batch that was acknowledged.
func BenchmarkRecord(b *testing.B) {
	const connections, events, underWay = 64, 20, 4
	r := newRelay(b, func(c *Config) { c.Limits.Events, c.Limits.Burst = 1e9, 1e9 })
	pages := make([]*page, connections)
	frames := make([][][]byte, connections)
	for i := range pages {
		pages[i] = r.record(b, someHello())
		for range (b.N + connections - 1) / connections {
			if pages[i].pen.streamed > event.RenewAfter {
				pages[i].pen = pen{}
			}
			frames[i] = append(frames[i], pages[i].realBatch(events))
		}
	}
	waits := make([][]time.Duration, connections)
	var all sync.WaitGroup
	b.ResetTimer()
	for i, p := range pages {
		sent := make(chan sentFrame, underWay)
		all.Go(func() {
			for n, f := range frames[i] {
				sent <- sentFrame{time.Now(), uint64(n+1) * events}
				if err := p.ws.Write(context.Background(), websocket.MessageBinary, f); err != nil {
					b.Error(err)
				}
			}
		})
		all.Go(func() {
			acked := uint64(0)
			for range frames[i] {
				f := <-sent
				for acked < f.last {
					frame, err := p.receive()
					if err == nil {
						acked, err = event.ReadAck(frame)
					}
					if err != nil {
						b.Errorf("%q, %v", frame, err)
						return
					}
				}
				waits[i] = append(waits[i], time.Since(f.at))
			}
		})
	}
	all.Wait()
	b.StopTimer()
	sorted := slices.Concat(waits...)
	slices.Sort(sorted)
	b.ReportMetric(float64(len(sorted)*events)/b.Elapsed().Seconds(), "events/s")
	b.ReportMetric(float64(sorted[len(sorted)/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(sorted[len(sorted)*99/100].Microseconds())/1000, "p99-ms")
}

// sentFrame is a batch that waits for its acknowledgement.
type sentFrame struct {
	at   time.Time
	last uint64 // its last event
}

// realBatch is the next events, as a person's acts make them: fields changed and buttons clicked.
func (p *page) realBatch(count int) []byte {
	first := p.next
	return p.compress(first, p.realLines(count))
}

func (p *page) realLines(count int) []byte {
	var plain []byte
	for range count {
		if p.next%2 == 0 {
			plain = fmt.Appendf(plain, `{"type":"click","time":%d,"details":{"attributes":{"id":"next-%d","class":"button primary"},"node_name":"button","xpath":"//*[@id=\"next-%d\"]","role":"button","label":"Next","button":0,"x":0.%d,"y":0.5,"trusted":true,"via":"pointer"}}`,
				p.hello.Time+int64(p.next)*137, p.next%7, p.next%7, 10+p.next%80)
		} else {
			plain = fmt.Appendf(plain, `{"type":"input_change","time":%d,"details":{"is_masked":true,"node_name":"input","rule":"default","field":"%016x","filled":true,"cause":"user","trusted":true}}`,
				p.hello.Time+int64(p.next)*137, (p.next%40)*0x9e3779b97f4a7c15)
		}
		plain = append(plain, '\n')
		p.next++
	}
	return plain
}

// BenchmarkIdle tells what a connection costs that says nothing, the client's side of it included.
func BenchmarkIdle(b *testing.B) {
	r := newRelay(b, nil)
	memory := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapInuse + m.StackInuse
	}
	before := memory()
	for b.Loop() {
		r.record(b, someHello())
	}
	b.ReportMetric(float64(memory()-before)/float64(b.N), "bytes/connection")
}
