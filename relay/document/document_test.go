package document

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tidwall/gjson"
	"pgregory.net/rapid"
)

// TestSize measures visits that the dictionary does not know.
func TestSize(t *testing.T) {
	const aim = 25 // bytes an event
	count, size := 0, 0
	for _, v := range visits(t)[trainedOn:] {
		part, err := Encode(v.id, 1, v.lines)
		if err != nil {
			t.Fatal(err)
		}
		if part[0] != formColumns {
			t.Errorf("session %s is kept in form %d", v.id, part[0])
		}
		count, size = count+v.count, size+len(part)
	}
	each := float64(size) / float64(count)
	t.Logf("%.1f bytes an event over %d events", each, count)
	if each > aim {
		t.Errorf("%.1f bytes an event; the aim is %d", each, aim)
	}
}

func TestAnyLines(t *testing.T) {
	for what, lines := range map[string]string{
		"no JSON":               "no JSON at all\n",
		"an open string":        "{\"a\":\"b\n",
		"an open escape":        "{\"a\":\"b\\\n",
		"a key without value":   "{\"a\":\n",
		"marks as they are":     "$#~=\n",
		"empty lines":           "\n\n\n",
		"a list of texts":       "{\"a\":[\"x\",\"y\",\"x\"],\"b\":[1,1,2]}\n",
		"escapes":               `{"message":"\"\\\u0001 $","x":"\\"}` + "\n",
		"an almost-time":        `{"time":"2026-13-22T12:00:00.000Z","t":"2026-11-22T12:00:00.000Z"}` + "\n",
		"another session":       `{"session_id":"other","seq":7}` + "\n",
		"numbers out of row":    `{"stream":"a","stream_seq":9}` + "\n" + `{"stream":"a","stream_seq":10}` + "\n" + `{"stream":"a","stream_seq":3}` + "\n",
		"the same in a text":    `{"actor":"Ada Miller","message":"Ada Miller met Ada Miller's \"Ada\""}` + "\n",
		"a key with a mark":     `{"$#":"x","a b":1}` + "\n",
		"capital digits":        `{"a":"ABCDEF0123456789","b":"abcdef0123456789","c":"abcdef01234567890"}` + "\n",
		"control in a sentence": "{\"message\":\"\x01 \"}\n",
	} {
		part, err := Encode("s", 1, []byte(lines))
		if err != nil {
			t.Errorf("%s: %v", what, err)
			continue
		}
		if back, err := Decode("s", 1, part); err != nil || string(back) != lines {
			t.Errorf("%s: %q became %q, %v", what, lines, back, err)
		}
	}
	if _, err := Encode("s", 1, []byte("{}")); err == nil {
		t.Error("a line without its end is taken")
	}
}

func TestRandomLines(t *testing.T) {
	value := rapid.OneOf(rapid.Just(`null`), rapid.Just(`true`), rapid.StringMatching(`"[a-z0-9\x{e4}\x{1f600} $#~='/:]{0,20}"`),
		rapid.StringMatching(`"[0-9a-f]{16}"`), rapid.StringMatching(`-?(0|[1-9][0-9]{0,5})(\.[0-9]{1,3})?`),
		rapid.StringMatching(`"202[0-9]-0[1-9]-1[0-9]T12:00:0[0-9]\.[0-9]{3}Z"`))
	key := rapid.SampledFrom(strings.Fields("seq session_id stream stream_seq message xpath time received url a"))
	rapid.Check(t, func(t *rapid.T) {
		var lines []byte
		for range rapid.IntRange(1, 20).Draw(t, "lines") {
			var members []string
			for range rapid.IntRange(0, 8).Draw(t, "members") {
				v := value.Draw(t, "value")
				if rapid.Bool().Draw(t, "nested") {
					v = `{"id":[` + v + `,` + v + `]}`
				}
				members = append(members, `"`+key.Draw(t, "key")+`":`+v)
			}
			lines = append(lines, "{"+strings.Join(members, ",")+"}\n"...)
		}
		part, err := Encode("s", 5, lines)
		if err != nil {
			t.Fatal(err)
		}
		if back, err := Decode("s", 5, part); err != nil || !bytes.Equal(back, lines) || part[0] != formColumns {
			t.Fatalf("form %d: %s became %s, %v", part[0], lines, back, err)
		}
	})
}

// FuzzDecode holds that a damaged part is an error and never the end of the relay.
func FuzzDecode(f *testing.F) {
	quote := quoteLog(f)
	f.Add(split(gjson.GetBytes(quote, "session_id").Str, 1, quote))
	f.Fuzz(func(_ *testing.T, plain []byte) { _, _ = join("s", 1, plain) })
}

func quoteLog(t testing.TB) []byte {
	raw, err := os.ReadFile(filepath.Join("..", "..", "testdata", "sessions", "quote.log.ndjson"))
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// TestOldParts reads what the first version wrote: a part is kept for years.
func TestOldParts(t *testing.T) {
	const fingerprint = "0f7af8eb6d4e91a4f65ad25274a1395feaad4ac71867578f82fa3da60f1a1af9"
	if sum := sha256.Sum256(dictionary); hex.EncodeToString(sum[:]) != fingerprint {
		t.Errorf("the dictionary has changed: %x", sum)
	}
	packed, err := base64.StdEncoding.DecodeString(strings.ReplaceAll(firstPart, "\n", ""))
	if err != nil {
		t.Fatal(err)
	}
	quote := quoteLog(t)
	id := gjson.GetBytes(quote, "session_id").Str
	lines := bytes.SplitAfterN(quote, []byte{'\n'}, 7)
	want := bytes.ReplaceAll(bytes.Join(lines[:6], nil), []byte(`"clock_offset_ms":0,`), nil) // which it did not have yet
	if back, err := Decode(id, 1, packed); err != nil || !bytes.Equal(back, want) {
		again, _ := Encode(id, 1, want)
		t.Errorf("read %s, %v; today it would be\n%s", back, err, base64.StdEncoding.EncodeToString(again))
	}
}

// firstPart is the first six entries of the quote.
const firstPart = `ASi1L/1hAcQIrQoA1AkGACSAiIWywGgA2AQAAMhM8IQAKADYMQACAgICAAABAAADAgACAgAAc2VyCjAKMWNocm9taXVtcnkKcXVvdGVDMTgwASRBZGEgTXIK
MQoxLjAuMAoyODAuZXhhbXBsZS80CjEKNQpRKVBULy8qW0BpZD1cIgEjXCJdLwEnWzNdCghb4dJMfI5vAAiQpOHH1StvOAihCJ0sHwp3s+ZFRPwCRegPFaAG
mpD6AfoGCeIiYjJrqLZ6cOkGJOZ1u2Gi9pfDpsKZ/F8XNFrI0gncX4hawZkSRIIAjuBUS7FUWgIUm0B6FwXDe6pqbI8nGhAqSa8nuhmq30Eqy1GnewAZIryu
3fCkE6yYh2BIYcwATmdm5vguHG5FcrWIOEIE8vcBs+Qenr2Fu7cHhS9fR5hLiaWj95WlsmVtQ/gJ98hsxhxVmIx0yPUkqgk7kDixuUpg9GScMYQ=`
