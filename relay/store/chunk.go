package store

import "bytes"

// Chunk is entries in a row, from First on, each with its line feed.
type Chunk struct {
	First uint64
	Lines []byte
}

// Each calls fn with each entry after seq, without its line feed, and gives the number of the last entry.
func (c Chunk) Each(after uint64, fn func(seq uint64, line []byte) error) (last uint64, err error) {
	seq := c.First
	for line := range bytes.Lines(c.Lines) {
		if seq > after {
			if err := fn(seq, bytes.TrimSuffix(line, []byte{'\n'})); err != nil {
				return seq, err
			}
		}
		seq++
	}
	return seq - 1, nil
}
