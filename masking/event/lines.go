package event

import (
	"errors"
	"strconv"
	"strings"
)

// Frames other than batches and acknowledgements carry `key value` lines, which the loader's JavaScript can
// write as well as Go can. Keys come in a fixed order; an unknown key, a repeat or a missing one is an error.

// line is one key of such a frame and where its value lives: a *string, *int64, *uint64, *bool or *StreamID.
type line struct {
	key string
	to  any
	opt bool // may be left out; it is when its value is zero
}

// maxLine bounds one value: the longest are user agents and addresses.
const maxLine = 4096

func appendLines(dst []byte, kind Kind, lines []line) []byte {
	dst = append(dst, Version, byte(kind))
	for _, l := range lines {
		value, zero := "", ""
		switch v := l.to.(type) {
		case *string:
			value = strings.Map(oneLine, *v)
		case *int64:
			value, zero = strconv.FormatInt(*v, 10), "0"
		case *uint64:
			value, zero = strconv.FormatUint(*v, 10), "0"
		case *bool:
			value, zero = strconv.FormatBool(*v), "false"
		case *StreamID:
			value = v.String()
		}
		if l.opt && value == zero {
			continue
		}
		dst = append(dst, l.key+" "+value+"\n"...)
	}
	return dst
}

// oneLine keeps a value on its line.
func oneLine(r rune) rune {
	if r < ' ' || r == 0x7F {
		return ' '
	}
	return r
}

func readLines(frame []byte, want Kind, lines []line) error {
	kind, err := FrameKind(frame)
	if err != nil {
		return err
	}
	if kind != want {
		return bad("frame of kind", kind, "where another is expected")
	}
	text := string(frame[2:])
	for _, l := range lines {
		value, found := strings.CutPrefix(text, l.key+" ")
		if !found {
			if l.opt {
				continue
			}
			return errors.New(l.key + " is missing")
		}
		value, rest, ok := strings.Cut(value, "\n")
		if !ok || len(value) > maxLine {
			return errors.New(l.key + " is cut or over " + strconv.Itoa(maxLine) + " bytes")
		}
		text = rest
		if err := setLine(l.to, value); err != nil {
			return errors.New(l.key + ": " + err.Error())
		}
	}
	if text != "" {
		return errors.New("unknown, repeated or misplaced key after the last known one")
	}
	return nil
}

func setLine(to any, value string) (err error) {
	switch v := to.(type) {
	case *string:
		if strings.Map(oneLine, value) != value {
			return errors.New("control characters or invalid UTF-8")
		}
		*v = value
	case *int64:
		*v, err = strconv.ParseInt(value, 10, 64)
	case *uint64:
		*v, err = strconv.ParseUint(value, 10, 64)
	case *bool:
		if value != "true" && value != "false" {
			return errors.New("neither true nor false")
		}
		*v = value == "true"
	case *StreamID:
		if !Unhex(v[:], value) {
			return errors.New("not 16 hexadecimal digits")
		}
	}
	if err != nil {
		return errors.New("malformed value") // never the value: it may be a secret
	}
	return nil
}
