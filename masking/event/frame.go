package event

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"slices"
	"strconv"
)

// Version is the version of the wire.
//
//	1  2026-11-22  the first
const Version = 1

// Subprotocol is the WebSocket subprotocol of Version.
const Subprotocol = "cotrail.v1"

// Kind is what a frame is.
type Kind byte

// The kinds of frames. A frame is one WebSocket message, or one length-prefixed part of a POST body:
//
//	byte 0    version
//	byte 1    kind
//	byte 2…   by kind
const (
	KindHello   Kind = 1 // page to relay, first: the lines of Hello
	KindBatch   Kind = 2 // page to relay: events, see Batch
	KindWelcome Kind = 3 // relay to page, answer to Hello: the lines of Welcome
	KindAck     Kind = 4 // relay to page: uvarint, the number up to which all is durable
	KindRefuse  Kind = 5 // relay to page: the lines of Refusal
	KindFailure Kind = 6 // page to relay, after Hello: why nothing is recorded, the lines of Failure
)

// Limits of a frame.
const (
	// MaxFrame bounds what the relay reads of one message: two uncompressed batches would fit; a browser's
	// keepalive request carries at most 64 KiB.
	MaxFrame = 128 << 10
	// MaxPlain bounds the plain bytes of a batch. The recorder closes a batch far earlier.
	MaxPlain = 64 << 10
	// MaxEvents bounds the events of a batch.
	MaxEvents = 1024
	// RenewAfter is the number of plain bytes after which the recorder starts a new brotli stream, so that the
	// relay's decoder needs no more memory than that for a connection.
	RenewAfter = 192 << 10
	// MaxStreamed is what the relay reads of one brotli stream before it refuses the connection: the recorder
	// renews once RenewAfter has been passed, at most one batch later.
	MaxStreamed = RenewAfter + MaxPlain + 1
)

// Encoding is how a batch's plain bytes are carried.
type Encoding byte

// The encodings. After each brotli batch the writer also encodes one line feed, which pushes the last bits of
// the batch out and reaches the reader at the head of the next: a reader of BrotliNext first reads and drops it.
const (
	Plain       Encoding = 0 // as they are
	BrotliFirst Encoding = 1 // the first batch of a new brotli stream
	BrotliNext  Encoding = 2 // goes on with the brotli stream of the batch before
)

// StreamID names one recorder instance: 64 random bits.
type StreamID [8]byte

// Batch is consecutive events of a stream. Its frame:
//
//	0      version
//	1      KindBatch
//	2-9    stream
//	10-13  CRC-32C of the plain bytes, little endian
//	14     encoding
//	…      uvarint first: the number of the first event, from 1
//	…      uvarint count: how many
//	…      uvarint plain: length of the plain bytes
//	…      the body: the plain bytes, one JSON line an event, in the encoding
type Batch struct {
	Stream   StreamID
	First    uint64
	Count    int
	Plain    int
	Checksum uint32
	Encoding Encoding
	Body     []byte
}

const batchHead = 15

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Checksum is the CRC-32C of plain bytes.
func Checksum(plain []byte) uint32 { return crc32.Checksum(plain, castagnoli) }

// Append writes the batch as a frame.
func (b *Batch) Append(dst []byte) []byte {
	dst = slices.Grow(dst, batchHead+3*binary.MaxVarintLen64+len(b.Body))
	dst = append(dst, Version, byte(KindBatch))
	dst = append(dst, b.Stream[:]...)
	dst = binary.LittleEndian.AppendUint32(dst, b.Checksum)
	dst = append(dst, byte(b.Encoding))
	dst = binary.AppendUvarint(dst, b.First)
	dst = binary.AppendUvarint(dst, uint64(b.Count))
	dst = binary.AppendUvarint(dst, uint64(b.Plain))
	return append(dst, b.Body...)
}

// ErrVersion says that a frame is of another version of the wire.
var ErrVersion = errors.New("unsupported version of the wire, this is " + strconv.Itoa(Version))

// bad says what is wrong with a number. It stands in for fmt, which would cost every page some 130 KB.
func bad[N ~int | ~byte | ~uint64](what string, n N, why string) error {
	return errors.New(what + " " + strconv.FormatUint(uint64(n), 10) + " " + why)
}

// FrameKind reads the first two bytes of a frame.
func FrameKind(frame []byte) (Kind, error) {
	switch {
	case len(frame) < 2:
		return 0, bad("frame of", len(frame), "bytes is too short")
	case frame[0] != Version:
		return 0, ErrVersion
	}
	return Kind(frame[1]), nil
}

// ReadBatch reads a frame of KindBatch; Body refers to frame. It checks every bound but the checksum, which is
// over bytes it has not yet seen.
func ReadBatch(frame []byte) (Batch, error) {
	var b Batch
	if kind, err := FrameKind(frame); err != nil {
		return b, err
	} else if kind != KindBatch {
		return b, bad("frame of kind", kind, "is no batch")
	}
	if len(frame) < batchHead {
		return b, bad("batch of", len(frame), "bytes is cut")
	}
	copy(b.Stream[:], frame[2:])
	b.Checksum = binary.LittleEndian.Uint32(frame[10:])
	b.Encoding = Encoding(frame[14])
	if b.Encoding > BrotliNext {
		return b, bad("batch has encoding", b.Encoding, "which is unknown")
	}
	rest := frame[batchHead:]
	var count, plain uint64
	for _, to := range []*uint64{&b.First, &count, &plain} {
		n := 0
		if *to, n = uvarint(rest); n <= 0 {
			return b, errors.New("batch is cut in its numbers")
		}
		rest = rest[n:]
	}
	b.Body = rest
	switch {
	case b.First == 0 || b.First > 1<<53:
		return b, bad("batch begins at event", b.First, "which is none")
	case count == 0 || count > MaxEvents:
		return b, bad("batch of", count, "events; 1 to "+strconv.Itoa(MaxEvents)+" are allowed")
	case plain == 0 || plain > MaxPlain:
		return b, bad("batch of", plain, "plain bytes; 1 to "+strconv.Itoa(MaxPlain)+" are allowed")
	case b.Encoding == Plain && uint64(len(rest)) != plain:
		return b, bad("batch has", len(rest), "bytes, and states another number")
	}
	b.Count, b.Plain = int(count), int(plain)
	return b, nil
}

// uvarint reads a number and refuses one that is written longer than it needs, so that a batch has one form only.
func uvarint(b []byte) (uint64, int) {
	v, n := binary.Uvarint(b)
	if n > 1 && b[n-1] == 0 {
		return 0, 0
	}
	return v, n
}

// AppendAck writes the acknowledgement of all events up to last.
func AppendAck(dst []byte, last uint64) []byte {
	return binary.AppendUvarint(append(dst, Version, byte(KindAck)), last)
}

// ReadAck reads a frame of KindAck.
func ReadAck(frame []byte) (uint64, error) {
	if kind, err := FrameKind(frame); err != nil {
		return 0, err
	} else if kind != KindAck {
		return 0, bad("frame of kind", kind, "is no acknowledgement")
	}
	last, n := uvarint(frame[2:])
	if n <= 0 || n != len(frame)-2 {
		return 0, errors.New("acknowledgement is cut")
	}
	return last, nil
}

// AppendPart writes a frame as one part of a POST body: its length as a uvarint, then the frame.
func AppendPart(dst, frame []byte) []byte {
	dst = slices.Grow(dst, binary.MaxVarintLen64+len(frame))
	return append(binary.AppendUvarint(dst, uint64(len(frame))), frame...)
}

// CutPart takes the first part off a POST body.
func CutPart(body []byte) (frame, rest []byte, err error) {
	n, size := uvarint(body)
	if size <= 0 || n > uint64(len(body)-size) {
		return nil, nil, errors.New("body is cut within a part")
	}
	body = body[size:]
	return body[:n], body[n:], nil
}
