package document

import (
	_ "embed"
	"fmt"

	"github.com/klauspost/compress/zstd"
)

// maxPlain bounds what a part may unpack to: several times MaxPart, for one line may be long.
const maxPlain = 64 << 20

// dictionary is what stands in most sessions: the shapes and sentences of all types, and the words of their
// vocabulary. TestTrain made it. It may never change, for what was compressed with it needs it; a better one gets a
// number of its own.
//
//go:embed dictionary1.zdict
var dictionary []byte

var (
	encoder = must(zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedBestCompression), zstd.WithEncoderConcurrency(1),
		zstd.WithEncoderDict(dictionary), zstd.WithSingleSegment(true), zstd.WithEncoderCRC(false)))
	decoder = must(zstd.NewReader(nil, zstd.WithDecoderMaxMemory(maxPlain), zstd.WithDecoderConcurrency(0),
		zstd.WithDecoderDicts(dictionary)))
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(fmt.Sprintf("document: %v", err)) // the options above are wrong
	}
	return v
}

func compress(plain []byte) []byte { return encoder.EncodeAll(plain, nil) }

func decompress(packed []byte) ([]byte, error) { return decoder.DecodeAll(packed, nil) }
