package trail

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Checkpoint says what the log of all was at a time. Its text is that of C2SP's tlog-checkpoint, with the time as an
// extension line:
//
//	cotrail/5f0c9a5be1d24c7c
//	1042
//	qINS1GRFhWHwdkUeqLEoP4yEMkTBBzxBkGwGQlVlVcs=
//	time 2026-11-22T12:00:00Z
type Checkpoint struct {
	Origin string
	Size   int64
	Root   tlog.Hash
	Time   time.Time
}

const timeLine = "time "

// What a check may find. Each continues a sentence about what was checked.
var (
	ErrSignature     = errors.New("it is signed by none of the verifier keys")
	ErrNotIncluded   = errors.New("it is not in the tree of the checkpoint")
	ErrNotConsistent = errors.New("the log does not go on from the earlier checkpoint")
)

// Text writes the checkpoint without signatures.
func (c Checkpoint) Text() string {
	return fmt.Sprintf("%s\n%d\n%s\n%s%s\n", c.Origin, c.Size, base64.StdEncoding.EncodeToString(c.Root[:]), timeLine, c.Time.UTC().Format(time.RFC3339))
}

// ReadVerifiers reads verifier keys, one a line.
func ReadVerifiers(text string) (note.Verifiers, error) {
	var list []note.Verifier
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, comment) {
			continue
		}
		v, err := note.NewVerifier(line)
		if err != nil {
			return nil, fmt.Errorf("%q is no verifier key", line)
		}
		list = append(list, v)
	}
	if len(list) == 0 {
		return nil, errors.New("there is no verifier key")
	}
	return note.VerifierList(list...), nil
}

// Open gives the text of a note that one of the verifiers has signed.
func Open(signed []byte, v note.Verifiers) (string, error) {
	n, err := note.Open(signed, v)
	var unverified *note.UnverifiedNoteError
	switch {
	case errors.As(err, &unverified):
		return "", ErrSignature
	case err != nil:
		return "", fmt.Errorf("the signed note is damaged: %w", err)
	}
	return n.Text, nil
}

// OpenCheckpoint reads a checkpoint that one of the verifiers has signed.
func OpenCheckpoint(signed []byte, v note.Verifiers) (Checkpoint, error) {
	text, err := Open(signed, v)
	if err != nil {
		return Checkpoint{}, err
	}
	return parseCheckpoint(text)
}

func parseCheckpoint(text string) (c Checkpoint, err error) {
	lines := strings.Split(text, "\n")
	if len(lines) < 4 {
		return c, errors.New("the checkpoint has too few lines")
	}
	c.Origin = lines[0]
	if c.Size, err = strconv.ParseInt(lines[1], 10, 64); err != nil || c.Size < 0 {
		return c, fmt.Errorf("the checkpoint's size %q is no number", lines[1])
	}
	if c.Root, err = tlog.ParseHash(lines[2]); err != nil {
		return c, fmt.Errorf("the checkpoint's hash %q is none", lines[2])
	}
	for _, line := range lines[3:] {
		if at, ok := strings.CutPrefix(line, timeLine); ok {
			if c.Time, err = time.Parse(time.RFC3339, at); err != nil {
				return c, fmt.Errorf("the checkpoint's time %q is none", at)
			}
		}
	}
	return c, nil
}
