package event_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/cotrail/cotrail/masking/event"
)

func someBatch() event.Batch {
	plain := []byte("{\"a\":1}\n{\"a\":2}\n")
	return event.Batch{Stream: event.StreamID{1, 2, 3, 4, 5, 6, 7, 8}, First: 300, Count: 2, Plain: len(plain), Checksum: event.Checksum(plain), Body: plain}
}

// TestLayout spells out the bytes, so that a change of the layout cannot pass unnoticed.
func TestLayout(t *testing.T) {
	b := someBatch()
	want := "\x01\x02\x01\x02\x03\x04\x05\x06\x07\x08" + string(binary.LittleEndian.AppendUint32(nil, b.Checksum)) + "\x00" + "\xac\x02" + "\x02" + "\x10" + string(b.Body)
	if got := string(b.Append(nil)); got != want {
		t.Errorf("batch\n%q, want\n%q", got, want)
	}
	if got := string(event.AppendAck(nil, 300)); got != "\x01\x04\xac\x02" {
		t.Errorf("ack %q", got)
	}
	if got := event.Checksum([]byte("123456789")); got != 0xe3069283 { // the check value of CRC-32C
		t.Errorf("checksum %#x", got)
	}
	if got := string(event.AppendPart(nil, []byte("abc"))); got != "\x03abc" {
		t.Errorf("part %q", got)
	}
}

func TestBatchRoundTrip(t *testing.T) {
	for name, edit := range map[string]func(*event.Batch){
		"plain":        func(*event.Batch) {},
		"brotli first": func(b *event.Batch) { b.Encoding, b.Body = event.BrotliFirst, []byte{1, 2, 3} },
		"brotli next":  func(b *event.Batch) { b.Encoding, b.Body = event.BrotliNext, []byte{} },
		"greatest": func(b *event.Batch) {
			b.First, b.Count, b.Plain, b.Body = 1<<53, event.MaxEvents, event.MaxPlain, make([]byte, event.MaxPlain)
		},
		"least": func(b *event.Batch) { b.First, b.Count, b.Plain, b.Body = 1, 1, 1, []byte{'x'} },
	} {
		b := someBatch()
		edit(&b)
		frame := b.Append(nil)
		got, err := event.ReadBatch(frame)
		if err != nil || got.Stream != b.Stream || got.First != b.First || got.Count != b.Count || got.Plain != b.Plain || got.Checksum != b.Checksum ||
			got.Encoding != b.Encoding || !bytes.Equal(got.Body, b.Body) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

func TestBadBatch(t *testing.T) {
	for _, row := range []struct {
		name string
		edit func(*event.Batch)
		want string
	}{
		{"first 0", func(b *event.Batch) { b.First = 0 }, "begins at event 0"},
		{"first beyond exact numbers", func(b *event.Batch) { b.First = 1<<53 + 1 }, "begins at event"},
		{"no events", func(b *event.Batch) { b.Count = 0 }, "batch of 0 events"},
		{"too many events", func(b *event.Batch) { b.Count = event.MaxEvents + 1 }, "batch of 1025 events"},
		{"no bytes", func(b *event.Batch) { b.Plain, b.Body = 0, nil }, "batch of 0 plain bytes"},
		{"too many bytes", func(b *event.Batch) { b.Plain = event.MaxPlain + 1 }, "plain bytes"},
		{"a body that is too short", func(b *event.Batch) { b.Body = b.Body[1:] }, "states another number"},
		{"a body that is too long", func(b *event.Batch) { b.Body = append(b.Body, 'x') }, "states another number"},
		{"an unknown encoding", func(b *event.Batch) { b.Encoding = 3 }, "which is unknown"},
	} {
		b := someBatch()
		row.edit(&b)
		if _, err := event.ReadBatch(b.Append(nil)); err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%s: %v, want %q", row.name, err, row.want)
		}
	}
	b := someBatch()
	frame := b.Append(nil)
	for cut := range frame {
		if _, err := event.ReadBatch(frame[:cut]); err == nil {
			t.Errorf("cut to %d of %d bytes: taken", cut, len(frame))
		}
	}
	long := bytes.Replace(frame, []byte("\xac\x02\x02"), []byte("\xac\x82\x00\x02"), 1) // 300 in three bytes
	if _, err := event.ReadBatch(long); err == nil {
		t.Error("a number written longer than it needs is taken")
	}
	other := append([]byte{event.Version + 1}, frame[1:]...)
	if _, err := event.ReadBatch(other); !errors.Is(err, event.ErrVersion) {
		t.Errorf("another version: %v", err)
	}
	if _, err := event.ReadBatch(event.AppendAck(nil, 1)); err == nil || errors.Is(err, event.ErrVersion) {
		t.Errorf("an acknowledgement read as a batch: %v", err)
	}
}

func TestAck(t *testing.T) {
	for _, last := range []uint64{0, 1, 127, 128, 1 << 53} {
		if got, err := event.ReadAck(event.AppendAck(nil, last)); err != nil || got != last {
			t.Errorf("%d becomes %d, %v", last, got, err)
		}
	}
	for _, bad := range []string{"", "\x01", "\x01\x04", "\x01\x04\x80", "\x01\x04\x01\x01", "\x01\x04\x80\x00", "\x02\x04\x01", "\x01\x02\x01"} {
		if last, err := event.ReadAck([]byte(bad)); err == nil {
			t.Errorf("%q is taken as %d", bad, last)
		}
	}
}

func TestParts(t *testing.T) {
	frames := [][]byte{[]byte("one"), {}, bytes.Repeat([]byte("x"), 300)}
	var body []byte
	for _, f := range frames {
		body = event.AppendPart(body, f)
	}
	for i, want := range frames {
		var got []byte
		var err error
		if got, body, err = event.CutPart(body); err != nil || !bytes.Equal(got, want) {
			t.Errorf("part %d: %q, %v", i, got, err)
		}
	}
	for _, bad := range []string{"", "\x01", "\x80", "\x05abcd", "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", "\x80\x00"} {
		if frame, _, err := event.CutPart([]byte(bad)); err == nil {
			t.Errorf("%q: part %q", bad, frame)
		}
	}
}

// The version's history stands at its constant, dated, one line a version.
func TestVersionHistory(t *testing.T) {
	source, err := os.ReadFile("frame.go")
	if err != nil {
		t.Fatal(err)
	}
	_, doc, _ := strings.Cut(string(source), "// Version is the version of the wire.\n")
	doc, _, found := strings.Cut(doc, "const Version = ")
	rows := regexp.MustCompile(`(?m)^//\t(\d+)  (\d{4}-\d{2}-\d{2})  \S`).FindAllStringSubmatch(doc, -1)
	if !found || len(rows) != event.Version {
		t.Fatalf("%d versions are told, the version is %d", len(rows), event.Version)
	}
	before := time.Time{}
	for i, row := range rows {
		day, err := time.Parse(time.DateOnly, row[2])
		if err != nil || day.Before(before) || row[1] != strconv.Itoa(i+1) {
			t.Errorf("line %d of the history: version %s of %s, %v", i+1, row[1], row[2], err)
		}
		before = day
	}
	if !strings.HasSuffix(event.Subprotocol, ".v"+strconv.Itoa(event.Version)) {
		t.Errorf("subprotocol %s is not of version %d", event.Subprotocol, event.Version)
	}
}

func TestLimitsFitTogether(t *testing.T) {
	b := event.Batch{First: 1 << 53, Count: event.MaxEvents, Plain: event.MaxPlain, Body: make([]byte, event.MaxPlain)}
	if n := len(b.Append(nil)); n > event.MaxFrame {
		t.Errorf("the greatest plain batch has %d bytes, a frame at most %d", n, event.MaxFrame)
	}
	if event.MaxStreamed < event.RenewAfter+event.MaxPlain {
		t.Error("a recorder that renews its brotli stream in time would be refused")
	}
}

// FuzzReadBatch: what is taken is written back as it was, so a batch has one form only.
func FuzzReadBatch(f *testing.F) {
	b := someBatch()
	f.Add(b.Append(nil))
	b.Encoding, b.Body = event.BrotliNext, []byte("\x0b\x02\x80compressed\x03")
	f.Add(b.Append(nil))
	f.Add(event.AppendAck(nil, 300))
	f.Add([]byte("\x01\x02garbage garbage garbage"))
	f.Fuzz(func(t *testing.T, frame []byte) {
		b, err := event.ReadBatch(frame)
		if err != nil {
			return
		}
		if again := b.Append(nil); !bytes.Equal(again, frame) {
			t.Errorf("%q\nis written back as\n%q", frame, again)
		}
	})
}
