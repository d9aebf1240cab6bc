package store

import "bytes"

// Chunk is entries in a row, from First on, each with its line feed. Last is the number of the last one, as its row says.
type Chunk struct {
	First, Last uint64
	Lines       []byte
}

// Each calls fn with each entry after seq, without its line feed, and gives the number after which to go on: never one
// before the row's last, or a row from which somebody has taken entries would be read for ever.
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
	return max(seq-1, c.Last), nil
}
