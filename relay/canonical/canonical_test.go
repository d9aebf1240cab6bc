package canonical

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/cotrail/cotrail/masking/event/catalog"
)

func TestAppend(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"literals", ` [ true , false,null ] `, `[true,false,null]`},
		{"empty", `{ "b" : [ ] , "a" : { } }`, `{"a":{},"b":[]}`},
		{"nested objects are sorted too", `{"b":{"y":1,"x":[{"d":0,"c":0}]},"a":2}`, `{"a":2,"b":{"x":[{"c":0,"d":0}],"y":1}}`},
		{"a key before its longer one", `{"aa":1,"a":2,"":3}`, `{"":3,"a":2,"aa":1}`},
		{"needless escapes go", `"\u0041\/\u00e9"`, `"A/é"`},
		{"needed escapes are the shortest", `"\u0008\u0009\u000a\u000c\u000d\u0022\u005c\u0001\u001F"`, `"\b\t\n\f\r\"\\\u0001\u001f"`},
		{"DEL and line separators stay", "\"\x7f\u2028\"", "\"\x7f\u2028\""},
		{"a surrogate pair becomes one character", `"\ud83d\ude02"`, `"😂"`},
		{"a key may be escaped", `{"\u0062":1,"a":2}`, `{"a":2,"b":1}`},
		{"no normalisation", `"A\u030a"`, "\"A\u030a\""},
		// RFC 8785 section 3.2.2
		{"RFC 8785, primitive data", `{
			"numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
			"string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
			"literals": [null, true, false]
		}`, `{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`},
		// RFC 8785 section 3.2.3: an emoji before U+FB33, for it begins with a surrogate
		{"RFC 8785, sorting", `{"\u20ac":"Euro Sign","\r":"Carriage Return","\ufb33":"Hebrew Letter Dalet With Dagesh","1":"One","\ud83d\ude00":"Emoji: Grinning Face","\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis"}`,
			"{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\u0080\":\"Control\",\"ö\":\"Latin Small Letter O With Diaeresis\",\"€\":\"Euro Sign\",\"😀\":\"Emoji: Grinning Face\",\"\ufb33\":\"Hebrew Letter Dalet With Dagesh\"}"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Append([]byte("x"), []byte(tt.in))
			if err != nil || string(got) != "x"+tt.want {
				t.Errorf("got  %s %v\nwant %s", got, err, "x"+tt.want)
			}
		})
	}
}

// TestNumbers has the IEEE 754 samples of RFC 8785, appendix B.
func TestNumbers(t *testing.T) {
	for _, tt := range []struct {
		bits uint64
		want string
	}{
		{0x0000000000000000, "0"},
		{0x8000000000000000, "0"},
		{0x0000000000000001, "5e-324"},
		{0x8000000000000001, "-5e-324"},
		{0x7fefffffffffffff, "1.7976931348623157e+308"},
		{0xffefffffffffffff, "-1.7976931348623157e+308"},
		{0x4340000000000000, "9007199254740992"},
		{0xc340000000000000, "-9007199254740992"},
		{0x4430000000000000, "295147905179352830000"},
		{0x44b52d02c7e14af5, "9.999999999999997e+22"},
		{0x44b52d02c7e14af6, "1e+23"},
		{0x44b52d02c7e14af7, "1.0000000000000001e+23"},
		{0x444b1ae4d6e2ef4e, "999999999999999700000"},
		{0x444b1ae4d6e2ef4f, "999999999999999900000"},
		{0x444b1ae4d6e2ef50, "1e+21"},
		{0x3eb0c6f7a0b5ed8c, "9.999999999999997e-7"},
		{0x3eb0c6f7a0b5ed8d, "0.000001"},
		{0x41b3de4355555553, "333333333.3333332"},
		{0x41b3de4355555554, "333333333.33333325"},
		{0x41b3de4355555555, "333333333.3333333"},
		{0x41b3de4355555556, "333333333.3333334"},
		{0x41b3de4355555557, "333333333.33333343"},
		{0xbecbf647612f3696, "-0.0000033333333333333333"},
		{0x43143ff3c1cb0959, "1424953923781206.2"},
	} {
		f := math.Float64frombits(tt.bits)
		in := strconv.FormatFloat(f, 'e', 25, 64)
		if got, err := Append(nil, []byte(in)); err != nil || string(got) != tt.want {
			t.Errorf("%016x: got %s %v, want %s", tt.bits, got, err, tt.want)
		}
	}
	for in, want := range map[string]string{
		"-0": "0", "0": "0", "-7": "-7", "999999999999999": "999999999999999", "9007199254740993": "9007199254740992",
		"123456789012345678901234567890": "1.2345678901234568e+29", "1e0": "1", "1E+2": "100", "0.5": "0.5", "1e-400": "0",
	} {
		if got, err := Append(nil, []byte(in)); err != nil || string(got) != want {
			t.Errorf("%s: got %s %v, want %s", in, got, err, want)
		}
	}
}

func TestRefused(t *testing.T) {
	for _, tt := range []struct {
		name, in string
		want     error
	}{
		{"nothing", ``, ErrSyntax},
		{"two values", `1 2`, ErrSyntax},
		{"cut", `{"a":[1,`, ErrSyntax},
		{"a comma too many", `[1,]`, ErrSyntax},
		{"a comma too many in an object", `{"a":1,}`, ErrSyntax},
		{"no key", `{1:2}`, ErrSyntax},
		{"no colon", `{"a" 1}`, ErrSyntax},
		{"an open string", `"a`, ErrSyntax},
		{"a control character", "\"\n\"", ErrSyntax},
		{"an unknown escape", `"\x"`, ErrSyntax},
		{"a cut escape", `"\u12"`, ErrSyntax},
		{"a leading zero", `01`, ErrSyntax},
		{"a leading plus", `+1`, ErrSyntax},
		{"no digit behind the point", `1.`, ErrSyntax},
		{"no exponent", `1e`, ErrSyntax},
		{"NaN", `NaN`, ErrSyntax},
		{"half a literal", `tru`, ErrSyntax},
		{"a key twice", `{"a":1,"b":2,"a":3}`, ErrDuplicate},
		{"a key twice in a row", `{"a":1,"a":3}`, ErrDuplicate},
		{"a key twice, once escaped", `{"a":1,"\u0061":3}`, ErrDuplicate},
		{"a key twice within", `[{"b":{"a":1,"a":3}}]`, ErrDuplicate},
		{"half a pair", `"\ud83d"`, ErrText},
		{"the wrong half", `"\ude02\ud83d"`, ErrText},
		{"no UTF-8", "\"\xff\"", ErrText},
		{"no UTF-8 beside an escape", "\"\\n\xff\"", ErrText},
		{"too large a number", `1e309`, ErrNumber},
		{"too deep", strings.Repeat("[", maxDepth+1) + strings.Repeat("]", maxDepth+1), ErrDepth},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Append([]byte("x"), []byte(tt.in))
			if !errors.Is(err, tt.want) || string(got) != "x" {
				t.Errorf("got %q %v, want %v", got, err, tt.want)
			}
		})
	}
	if _, err := Append(nil, []byte(strings.Repeat("[", maxDepth)+strings.Repeat("]", maxDepth))); err != nil {
		t.Errorf("at the depth that is allowed: %v", err)
	}
}

// FuzzAppend holds what is written against encoding/json: the same value, and writing it again changes nothing.
func FuzzAppend(f *testing.F) {
	for _, s := range catalog.Types {
		f.Add([]byte(s.Sample))
	}
	f.Add([]byte(`{"\ufb33":1e400,"\ud83d\ude00":[-0,1e21,"\u000f"]}`))
	f.Fuzz(func(t *testing.T, in []byte) {
		out, err := Append(nil, in)
		if err != nil {
			return
		}
		var a, b any
		if err := json.Unmarshal(in, &a); err != nil {
			t.Fatalf("%q was taken; encoding/json says %v", in, err)
		}
		if err := json.Unmarshal(out, &b); err != nil || !reflect.DeepEqual(a, b) {
			t.Fatalf("%q became %q: %v", in, out, err)
		}
		if again, err := Append(nil, out); err != nil || !bytes.Equal(out, again) {
			t.Fatalf("%q became %q and then %q: %v", in, out, again, err)
		}
	})
}

func BenchmarkAppend(b *testing.B) {
	spec := catalog.Find("input_change")
	in := []byte(`{"type":"input_change","time":1795341873343,"details":` + spec.Sample + `}`)
	var dst []byte
	b.SetBytes(int64(len(in)))
	b.ReportAllocs()
	for b.Loop() {
		dst, _ = Append(dst[:0], in)
	}
}
