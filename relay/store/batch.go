package store

import "bytes"

// From gives the part of the batch from event first on; of a batch that ends before, one with Count 0.
func (b Batch) From(first uint64) Batch {
	for b.Count > 0 && b.First < first {
		b.Lines = b.Lines[bytes.IndexByte(b.Lines, '\n')+1:]
		b.First++
		b.Count--
	}
	return b
}

// Join gives both batches as one, when next begins where b ends.
func (b Batch) Join(next Batch) (joined Batch, ok bool) {
	if b.Session != next.Session || b.Stream != next.Stream || next.First != b.First+uint64(b.Count) {
		return b, false
	}
	b.Lines = append(b.Lines[:len(b.Lines):len(b.Lines)], next.Lines...)
	b.Count += next.Count
	b.Received = next.Received
	return b, true
}
