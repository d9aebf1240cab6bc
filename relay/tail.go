package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/url"
	"strconv"
	"strings"
	"unicode"

	"github.com/tidwall/gjson"
)

// tailCmd are the flags of cotrail tail.
type tailCmd struct {
	remote
	After   uint64 `placeholder:"SEQ" help:"Begin after this entry."`
	Session string `arg:"" name:"session" help:"Id of the session."`
}

// run writes a line for each entry as it comes, until the session ends.
func (c *tailCmd) run(ctx context.Context, stdout, stderr io.Writer) int {
	err := c.follow(ctx, stdout)
	switch {
	case ctx.Err() != nil: // whoever reads has had enough
	case err != nil:
		fmt.Fprintln(stderr, "cotrail:", err)
		return exitUsage
	}
	return exitGood
}

func (c *tailCmd) follow(ctx context.Context, w io.Writer) error {
	body, err := c.client().Open(ctx, "/v1/sessions/"+url.PathEscape(c.Session)+"/log", lines, "follow", "1", "after", strconv.FormatUint(c.After, 10))
	if err != nil {
		return err
	}
	defer body.Close()
	in := bufio.NewScanner(body)
	in.Buffer(nil, maxEntry)
	for in.Scan() {
		entry := gjson.ParseBytes(in.Bytes())
		if reason := entry.Get("cut"); reason.Exists() {
			return fmt.Errorf("the relay cut the log off: %s", visible(reason.Str))
		}
		if !entry.Get("seq").Exists() {
			continue // the relay only says that it is there
		}
		if _, err := fmt.Fprintln(w, readable(entry)); err != nil {
			return err
		}
	}
	if err := in.Err(); err != nil {
		return fmt.Errorf("the log was cut off: %w", err)
	}
	return nil
}

// readable writes an entry for a person at a terminal.
func readable(entry gjson.Result) string {
	at := entry.Get("time").Str
	if _, clock, found := strings.Cut(strings.TrimSuffix(at, "Z"), "T"); found {
		at = clock
	}
	var marks string
	if rule := entry.Get("masked_by.rule"); rule.Exists() {
		marks += " [masked: " + rule.Str + "]"
	}
	if entry.Get("late").Bool() {
		marks += " [late]"
	}
	if entry.Get("actor.basis").Str == "claimed" {
		marks += " [claimed]"
	}
	return visible(fmt.Sprintf("%5d  %s  %-18s %s%s", entry.Get("seq").Uint(), at, entry.Get("type").Str, entry.Get("message").Str, marks))
}

// visible writes control characters as text: a terminal obeys them, and what stands in a log was written by whoever
// was in the page. So are those that only change how a line reads.
func visible(line string) string {
	var b strings.Builder
	for _, r := range line {
		switch {
		case unicode.IsControl(r), unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Co), r == unicode.ReplacementChar:
			b.WriteString(strings.Trim(strconv.QuoteRuneToASCII(r), "'"))
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
