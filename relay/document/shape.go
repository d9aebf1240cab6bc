package document

import (
	"strconv"
	"strings"
	"time"
)

// What stands in a shape in the place of a value.
const (
	aText     = '$' // a string: the next of its key's column
	aNumber   = '#' // a number: likewise
	anInstant = '~' // a time: its difference to the last one of its key
	derived   = '=' // what the other entries tell: the session, the number of the entry, that of the event in its stream
)

// The columns that are not of a key: no key of an entry has a space. Times stand apart from other texts of their key.
const (
	shapes = " shape"
	times  = " time "
)

// references are the keys whose texts are told by the strings that stand before them in the entry.
var references = map[string]bool{"message": true, "xpath": true}

// timeLayout is how entries write times.
const timeLayout = "2006-01-02T15:04:05.000Z"

// state is what is known of the entries before, on both ways.
type state struct {
	session string
	seq     uint64
	times   map[string]int64  // the last, by key
	streams map[string]uint64 // the last number in each stream

	key    string
	depth  int
	stream string   // named last
	texts  []string // the strings of this entry so far
}

func newState(session string, first uint64) state {
	return state{session: session, seq: first - 1, times: map[string]int64{}, streams: map[string]uint64{}}
}

func (s *state) begin() {
	s.seq++
	s.key, s.depth, s.stream, s.texts = "", 0, "", s.texts[:0]
}

// nest follows the brackets.
func (s *state) nest(c byte) {
	switch c {
	case '{', '[':
		s.depth++
	case '}', ']':
		s.depth--
	}
}

// text notes a string of the entry.
func (s *state) text(value string) {
	if s.key == "stream" {
		s.stream = value
	}
	s.texts = append(s.texts, value)
}

// expected gives the number that stands under the key, as far as the entries before tell it.
func (s *state) expected() (string, bool) {
	switch {
	case s.key == "seq" && s.depth == 1:
		return strconv.FormatUint(s.seq, 10), true
	case s.key == "stream_seq":
		return strconv.FormatUint(s.streams[s.stream]+1, 10), true
	}
	return "", false
}

// number notes a number of the entry.
func (s *state) number(value string) {
	if s.key == "stream_seq" {
		s.streams[s.stream], _ = strconv.ParseUint(value, 10, 64)
	}
}

// column is that of a value with this mark.
func (s *state) column(mark byte) string {
	if mark == anInstant {
		return times + s.key
	}
	return s.key
}

// splitter takes lines apart.
type splitter struct {
	state
	shapes  column
	columns columns
	shape   []byte
}

func newSplitter(session string, first uint64) *splitter {
	return &splitter{state: newState(session, first), columns: columns{}}
}

// line takes one line of canonical JSON. Of other lines Encode finds that they cannot be given back.
func (s *splitter) line(line []byte) {
	s.begin()
	s.shape = s.shape[:0]
	for i := 0; i < len(line); {
		switch c := line[i]; {
		case c == '"':
			end := min(closing(line, i), len(line)-1)
			value := string(line[i+1 : max(end, i+1)])
			if i = end + 1; i < len(line) && line[i] == ':' {
				s.key = value
				s.shape = append(append(append(s.shape, '"'), value...), '"', ':')
				i++
				continue
			}
			s.string(value)
		case c == '-' || c >= '0' && c <= '9':
			end := i + 1
			for end < len(line) && strings.IndexByte(",]}", line[end]) < 0 {
				end++
			}
			s.digits(string(line[i:end]))
			i = end
		default:
			s.nest(c)
			s.shape = append(s.shape, c)
			i++
		}
	}
	s.shapes.add(string(s.shape))
}

// closing finds the quote that ends the string which begins at i.
func closing(line []byte, i int) int {
	for i++; i < len(line) && line[i] != '"'; i++ {
		if line[i] == '\\' {
			i++
		}
	}
	return i
}

func (s *splitter) string(value string) {
	if s.key == "session_id" && value == s.session {
		s.shape = append(s.shape, derived)
		return
	}
	if at, ok := instant(value); ok {
		s.shape = append(s.shape, anInstant)
		s.columns.of(s.column(anInstant)).difference(at - s.times[s.key])
		s.times[s.key] = at
		return
	}
	s.shape = append(s.shape, aText)
	told := value
	if references[s.key] {
		told = refer(value, s.texts)
	}
	s.columns.of(s.column(aText)).add(told)
	s.text(value)
}

func (s *splitter) digits(value string) {
	if told, ok := s.expected(); ok && told == value {
		s.shape = append(s.shape, derived)
	} else {
		s.shape = append(s.shape, aNumber)
		s.columns.of(s.column(aNumber)).add(value)
	}
	s.number(value)
}

func instant(value string) (ms int64, ok bool) {
	if len(value) != len(timeLayout) || value[len(value)-1] != 'Z' {
		return 0, false
	}
	t, err := time.Parse(timeLayout, value)
	return t.UnixMilli(), err == nil && t.Format(timeLayout) == value
}
