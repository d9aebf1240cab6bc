package uplink

import "github.com/cotrail/cotrail/masking/event"

// queue holds the lines of events acked+1 to last(), in order; those up to sent are on their way.
type queue struct {
	lines [][]byte
	bytes int
	acked uint64
	sent  uint64
}

func (q *queue) last() uint64 { return q.acked + uint64(len(q.lines)) }

func (q *queue) add(line []byte) {
	q.lines = append(q.lines, line)
	q.bytes += len(line)
}

// next gives the unsent events that one batch may hold.
func (q *queue) next(maxBytes int) (first uint64, lines [][]byte) {
	return q.after(q.sent, maxBytes)
}

// after gives the events after number n that one batch may hold.
func (q *queue) after(n uint64, maxBytes int) (first uint64, lines [][]byte) {
	waiting := q.lines[n-q.acked:]
	size, count := 0, 0
	for _, l := range waiting {
		if size += len(l); count > 0 && size > maxBytes || count == event.MaxEvents {
			break
		}
		count++
	}
	return n + 1, waiting[:count:count]
}

// ack drops the events up to n. A number beyond what was ever added is the relay's error and drops no more.
func (q *queue) ack(n uint64) {
	n = min(n, q.last())
	if n <= q.acked {
		return
	}
	gone := q.lines[:n-q.acked]
	for i := range gone {
		q.bytes -= len(gone[i])
		gone[i] = nil // the rest of the slice keeps the array alive
	}
	q.lines = q.lines[n-q.acked:]
	q.acked = n
	q.sent = max(q.sent, n)
}

// forget goes back to number n: the relay has no more, though it had acknowledged more. A gap takes the place of what
// it has lost, and what waits is numbered after that.
func (q *queue) forget(n uint64, now int64) {
	line := forgotten(q.acked-n, now)
	q.lines = append([][]byte{line}, q.lines...)
	q.bytes += len(line)
	q.acked, q.sent = n, n
}

// forgotten is the gap of so many events that the relay had acknowledged and has no more.
func forgotten(count uint64, now int64) []byte {
	e := gap{count: int64(count), first: now, last: now, reason: "forgotten"}.event()
	return e.AppendLine(nil)
}

// gap counts events that are missing.
type gap struct {
	count       int64
	first, last int64
	reason      event.Word
}

func (g *gap) add(time int64, large bool) {
	if g.count == 0 {
		g.first = time
	}
	g.count++
	g.last = time
	g.reason = "overflow"
	if large {
		g.reason = "too_large"
	}
}

func (g gap) event() event.Event {
	e := event.Event{Type: event.Gap, Time: g.last}
	e.Details.Int("count", g.count)
	e.Details.Int("first", g.first)
	e.Details.Int("last", g.last)
	e.Details.Word("reason", g.reason)
	return e
}
