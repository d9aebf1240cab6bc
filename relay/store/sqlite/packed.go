package sqlite

import (
	"fmt"

	"github.com/klauspost/compress/zstd"
)

// maxPacked bounds what a row of entries may unpack to: several times what one run of the sequencer makes of the
// largest events that ingest lets in.
const maxPacked = 1 << 30

// packing compresses rows of entries. They are alike, so a tenth is left, and of the disk's time as much: the writer
// writes them twice, into the write-ahead log and into the database. Both halves may be used by many at once.
type packing struct {
	encoder *zstd.Encoder
	decoder *zstd.Decoder
}

func newPacking() (packing, error) {
	// The fastest level: the next one costs twice the time for a tenth less.
	encoder, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest))
	if err != nil {
		return packing{}, fmt.Errorf("make compressor: %w", err)
	}
	decoder, err := zstd.NewReader(nil, zstd.WithDecoderMaxMemory(maxPacked), zstd.WithDecoderConcurrency(0))
	if err != nil {
		return packing{}, fmt.Errorf("make decompressor: %w", err)
	}
	return packing{encoder, decoder}, nil
}

func (p packing) pack(lines []byte) []byte { return p.encoder.EncodeAll(lines, nil) }

func (p packing) unpack(packed []byte) ([]byte, error) { return p.decoder.DecodeAll(packed, nil) }

func (p packing) close() {
	_ = p.encoder.Close() // it writes nowhere
	p.decoder.Close()
}
