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
