// Package packed compresses rows of lines for the engines of the store.
package packed

import (
	"fmt"

	"github.com/klauspost/compress/zstd"
)

// maxPacked bounds what a row may unpack to: several times what one run of the sequencer makes of the largest events
// that ingest lets in.
const maxPacked = 1 << 30

// Packing compresses rows. Their lines are alike, so a tenth is left, and of the disk's time as much: an engine writes
// each row twice, into its log and into its table. Both halves may be used by many at once.
type Packing struct {
	encoder *zstd.Encoder
	decoder *zstd.Decoder
}

// New makes a Packing. It must be closed.
func New() (Packing, error) {
	// The fastest level: the next one costs twice the time for a tenth less.
	encoder, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest))
	if err != nil {
		return Packing{}, fmt.Errorf("make compressor: %w", err)
	}
	decoder, err := zstd.NewReader(nil, zstd.WithDecoderMaxMemory(maxPacked), zstd.WithDecoderConcurrency(0))
	if err != nil {
		return Packing{}, fmt.Errorf("make decompressor: %w", err)
	}
	return Packing{encoder, decoder}, nil
}

// Pack compresses a row.
func (p Packing) Pack(lines []byte) []byte { return p.encoder.EncodeAll(lines, nil) }

// Unpack gives what Pack was given.
func (p Packing) Unpack(packed []byte) ([]byte, error) { return p.decoder.DecodeAll(packed, nil) }

// Close frees what a Packing holds.
func (p Packing) Close() {
	_ = p.encoder.Close() // it writes nowhere
	p.decoder.Close()
}
