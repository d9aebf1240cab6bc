// Package words tells by which words a session or an entry is found: the same words when it is written down as when
// somebody looks for it.
package words

import (
	"encoding/binary"
	"hash/fnv"
	"net/url"
	"slices"
	"strings"
	"unicode"

	"github.com/tidwall/gjson"
	"golang.org/x/text/unicode/norm"
)

const (
	// maxWord bounds a word, in bytes: what is longer is no word that somebody types, and is found by its beginning.
	maxWord = 64
	// maxWords bounds the words of a session. Beyond it the log is hardly read by people; what comes later is found by
	// time, participant, type and address.
	maxWords = 20_000
	// maxSteps bounds the steps of an address.
	maxSteps = 12
)

// Of gives the words of a text, without case and accents, each once.
func Of(text string) (list []string) {
	each(text, func(word string) {
		if !slices.Contains(list, word) {
			list = append(list, word)
		}
	})
	return list
}

// each calls fn with each word of a text: letters and digits that stand together.
func each(text string, fn func(word string)) {
	var b strings.Builder
	flush := func() {
		if b.Len() > 0 {
			fn(b.String())
			b.Reset()
		}
	}
	for _, r := range fold(text) {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			if b.Len() < maxWord {
				b.WriteRune(r)
			}
			continue
		}
		flush()
	}
	flush()
}

// fold writes a text without case and accents.
func fold(text string) string {
	plain := true
	for i := 0; i < len(text) && plain; i++ {
		plain = text[i] < 0x80
	}
	if plain {
		return strings.ToLower(text)
	}
	var b strings.Builder
	for _, r := range norm.NFKD.String(strings.ToLower(text)) {
		if !unicode.Is(unicode.Mn, r) {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// Same tells whether two names are the same, without case and accents.
func Same(a, b string) bool { return fold(strings.TrimSpace(a)) == fold(strings.TrimSpace(b)) }

// Contains tells whether all words stand in what an entry tells: its sentence, its page and its details.
func Contains(entry []byte, list []string) bool {
	left := len(list)
	found := make([]bool, len(list))
	tellings(gjson.ParseBytes(entry), func(text string) {
		each(text, func(word string) {
			for i, wanted := range list {
				if wanted == word && !found[i] {
					found[i] = true
					left--
				}
			}
		})
	})
	return left == 0
}

// tellings calls fn with every text that an entry tells in words.
func tellings(e gjson.Result, fn func(text string)) {
	fn(e.Get("message").Str)
	fn(e.Get("page.title").Str)
	fn(e.Get("page.url").Str)
	texts(e.Get("details"), fn)
}

func texts(v gjson.Result, fn func(string)) {
	switch {
	case v.Type == gjson.String:
		fn(v.Str)
	case v.IsObject(), v.IsArray():
		v.ForEach(func(_, one gjson.Result) bool { texts(one, fn); return true })
	}
}

// Kind is what a word is of.
type Kind byte

// The kinds of words by which a session is found.
const (
	Text        Kind = 'q' // of what its entries tell
	Type        Kind = 't' // of an entry
	Participant Kind = 'p' // a name, or a user_id
	URL         Kind = 'u' // of a page: the address, and every address that it lies under
)

// Hash gives the number of a word of a kind in a site. Numbers of different sites have nothing in common, so that a look
// into the index of one never meets another's sessions.
func Hash(site string, kind Kind, word string) int64 {
	h := fnv.New64a()
	h.Write([]byte(site))
	h.Write([]byte{0, byte(kind)})
	h.Write([]byte(word))
	return int64(binary.BigEndian.Uint64(h.Sum(nil)))
}

// Name gives the word of a participant's name or user_id.
func Name(name string) string { return fold(strings.TrimSpace(name)) }

// Address gives the word of an address: without query and fragment.
func Address(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return strings.ToLower(strings.TrimRight(address, "/"))
	}
	return strings.ToLower(u.Scheme+"://"+u.Host) + strings.TrimRight(u.EscapedPath(), "/")
}

// steps calls fn with an address and every one that it lies under.
func steps(address string, fn func(word string)) {
	word := Address(address)
	for range maxSteps {
		fn(word)
		at := strings.LastIndexByte(word, '/')
		if at < 0 || strings.HasSuffix(word[:at], "/") {
			return
		}
		word = word[:at]
	}
}

// Session gathers the words of a session's entries.
type Session struct {
	site string
	set  map[int64]struct{}
}

// NewSession begins with none.
func NewSession(site string) *Session { return &Session{site: site, set: map[int64]struct{}{}} }

// Add adds those of an entry.
func (s *Session) Add(entry []byte) {
	e := gjson.ParseBytes(entry)
	s.add(Type, e.Get("type").Str)
	for _, path := range []string{"actor.username", "details.name", "details.user_id", "details.username"} {
		if name := e.Get(path); name.Type == gjson.String && name.Str != "" && (path != "details.name" || e.Get("type").Str == "participant_joined") {
			s.add(Participant, Name(name.Str))
		}
	}
	for _, path := range []string{"page.url", "details.url", "details.start_url"} {
		if u := e.Get(path).Str; u != "" {
			steps(u, func(word string) { s.add(URL, word) })
		}
	}
	tellings(e, func(text string) { each(text, func(word string) { s.add(Text, word) }) })
}

func (s *Session) add(kind Kind, word string) {
	if word != "" && (kind != Text || len(s.set) < maxWords) {
		s.set[Hash(s.site, kind, word)] = struct{}{}
	}
}

// Has tells whether a word of the session has this number.
func (s *Session) Has(hash int64) bool {
	_, ok := s.set[hash]
	return ok
}

// Hashes gives the numbers of all words.
func (s *Session) Hashes() []int64 {
	list := make([]int64, 0, len(s.set))
	for hash := range s.set {
		list = append(list, hash)
	}
	slices.Sort(list)
	return list
}
