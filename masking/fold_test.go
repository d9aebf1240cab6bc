package masking

import (
	"strings"
	"testing"
	"unicode"
)

// TestFoldDigits holds the table against Unicode's own.
func TestFoldDigits(t *testing.T) {
	for r := rune(0x80); r <= unicode.MaxRune; r++ {
		if unicode.Is(unicode.Nd, r) && decimal(r) < 0 {
			t.Errorf("%U is a digit", r)
		}
	}
	for i, zero := range zeros {
		if i > 0 && zero-zeros[i-1] < 10 {
			t.Errorf("%U is out of order", zero)
		}
		for d := range rune(10) {
			if got := decimal(zero + d); got != int(d) {
				t.Errorf("%U is %d, want %d", zero+d, got, d)
			}
		}
		if decimal(zero-1) >= 0 && (i == 0 || zero-zeros[i-1] != 10) || decimal(zero+10) >= 0 && (i+1 == len(zeros) || zeros[i+1]-zero != 10) {
			t.Errorf("beside %U a sign is a digit", zero)
		}
	}
}

func TestFold(t *testing.T) {
	for raw, want := range map[string]string{
		"plain - text": "plain - text", "a\u00ad\u200bb": "ab", "ＡＢ１２": "AB12", "𝐀𝒃𝟎𝟗": "Ab09", "ℂℎ": "Ch", "a\u0301": "a", "é": "\x80", "«a»": ";a;",
		"1\u00a02\u20093": "1 2 3", "–—−": "---", "%40%20%2b%2D%41": "@ +-%41", "a\xffb": "a;b", "\t\n\x00": "  ;", "€£": "$$", "。": ".", "😀": ";", "用": "\x80",
	} {
		f := fold(raw)
		if f.text != want {
			t.Errorf("%q is folded to %q, want %q", raw, f.text, want)
		}
		if f.at != nil && (len(f.at) != len(f.text)+1 || f.start(len(f.text)) != len(raw)) {
			t.Errorf("%q: places %v", raw, f.at)
		}
	}
	for i := 0; i < len(letterlikes); {
		_, size := foldNext(letterlikes[i:])
		if letterlikes[i] >= 0x80 {
			if c, _ := foldNext(letterlikes[i:]); string(rune(c)) != letterlikes[i+size:i+size+1] {
				t.Errorf("%s is folded to %c", letterlikes[i:i+size+1], c)
			}
		}
		i += size
	}
	if strings.Count(letterlikes, "") < 40 {
		t.Error("letters are missing")
	}
}
