package verify

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/cotrail/cotrail/relay/canonical"
	"github.com/cotrail/cotrail/relay/chain"
)

// AccessLine is an entry of a site's access log and the hash that chains it to the one before.
type AccessLine struct {
	Entry json.RawMessage `json:"entry"`
	Hash  string          `json:"hash"`
}

// accessValue is a line, or a page of lines as GET /v1/access-log answers it.
type accessValue struct {
	AccessLine
	Page []AccessLine `json:"access_log"`
}

// AccessLines reads lines of an access log: pages, or lines one behind the other. There is nil for something else.
func AccessLines(content []byte) ([]AccessLine, error) {
	var lines []AccessLine
	decoder := json.NewDecoder(bytes.NewReader(content))
	for {
		var v accessValue
		switch err := decoder.Decode(&v); {
		case errors.Is(err, io.EOF):
			return lines, nil
		case err != nil && lines == nil:
			return nil, nil // it is no access log, and whoever reads it next says what is wrong
		case err != nil:
			return nil, fmt.Errorf("the access log cannot be read behind line %d: %w", len(lines), err)
		case v.Page != nil:
			lines = append(lines, v.Page...)
		case v.Entry != nil:
			lines = append(lines, v.AccessLine)
		case lines == nil:
			return nil, nil
		default:
			return nil, fmt.Errorf("behind line %d of the access log stands something else", len(lines))
		}
	}
}

// Access checks the whole of a site's access log, from its first line on, and names the first that is not what it was.
// Of lines that were taken from its end only Kept tells.
func (c *Checker) Access(name string, lines []AccessLine) *Report {
	r := &Report{Log: name, Entries: len(lines), Findings: []Finding{}}
	if len(lines) > 0 {
		r.AccessLog = entryOf(lines[0]).Site
	}
	var before chain.Hash
	for i, line := range lines {
		hash, fits := chained(before, line)
		if !fits {
			kind, text := nameLine(before, i, lines)
			r.find(kind, uint64(i)+1, text, i+1)
			return r
		}
		before = hash
	}
	c.kept(r, lines)
	return r
}

// kept checks that a good log begins with the lines of its site that were kept elsewhere.
func (c *Checker) kept(r *Report, lines []AccessLine) {
	if len(c.Kept) == 0 || len(lines) > 0 && entryOf(c.Kept[0]).Site != r.AccessLog {
		return
	}
	for i, line := range c.Kept {
		switch {
		case i >= len(lines):
			r.find(Removed, uint64(i)+1, "Line %d of the access log was removed, and all after it.", i+1)
			return
		case line.Hash != lines[i].Hash:
			r.find(Rewritten, uint64(i)+1, "Line %d of the access log is another one than was kept: it was rewritten from there on.", i+1)
			return
		}
	}
}

// chained gives the hash that a line has behind another, and whether it is the one beside it.
func chained(before chain.Hash, line AccessLine) (chain.Hash, bool) {
	form, err := canonical.Append(nil, line.Entry)
	if err != nil {
		return chain.Hash{}, false
	}
	hash := chain.Entry([16]byte{}, before, form)
	return hash, hex.EncodeToString(hash[:]) == line.Hash
}

// nameLine tells what happened to the line that is the first not to fit. If the line that does fit is further on, this one
// was moved here when it belongs further on too, else it was added. One whose number is too high has lost those before
// it; from one day to the next the numbers do not tell.
func nameLine(before chain.Hash, place int, lines []AccessLine) (kind, text string) {
	this := lines[place]
	belongs, again, fitting := false, false, false
	for _, line := range lines[place+1:] {
		_, fits := chained(before, line)
		fitting = fitting || fits
		again = again || line.Hash == this.Hash && bytes.Equal(line.Entry, this.Entry)
		if hash, err := hex.DecodeString(line.Hash); err == nil && len(hash) == len(before) {
			_, fits = chained(chain.Hash(hash), this)
			belongs = belongs || fits
		}
	}
	expected, now := uint64(1), entryOf(this)
	newDay := true
	if place > 0 {
		if last := entryOf(lines[place-1]); now.day() <= last.day() {
			expected, newDay = last.Seq+1, false
		}
	}
	switch {
	case fitting && belongs && !again:
		return Reordered, "Line %d of the access log is another one: the order was changed."
	case fitting:
		return Added, "Line %d of the access log was added."
	case now.Seq > expected:
		return Removed, "Line %d of the access log was removed."
	case place > 0 && newDay:
		return Changed, "Line %d of the access log was changed, or lines before it were removed from the end of a day."
	}
	return Changed, "Line %d of the access log was changed."
}

// accessEntry is what is looked at in an entry.
type accessEntry struct {
	Site string `json:"site"`
	Time string `json:"time"`
	Seq  uint64 `json:"seq"`
}

// day is that of its time, from which on the numbers begin anew.
func (e accessEntry) day() string {
	day, _, _ := strings.Cut(e.Time, "T")
	return day
}

func entryOf(line AccessLine) (e accessEntry) {
	if json.Unmarshal(line.Entry, &e) != nil {
		return accessEntry{}
	}
	return e
}
