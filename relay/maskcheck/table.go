package maskcheck

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// maxShown is how much of an entry stands in a line of the table; --json has all of it.
const maxShown = 160

// WriteTable writes the report for people: a line for each item, then what is undecided and what leaks.
func (r *Report) WriteTable(out io.Writer) {
	title := r.Page
	if r.URL != "" && r.URL != r.Page {
		title += " as " + r.URL
	}
	fmt.Fprintf(out, "%s\n\n", title)
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "WHAT\tDECISION\tRULE\tTHE LOG GETS")
	for _, item := range r.Items {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", plain(item.What), item.Action, plain(item.Rule), item.gets())
	}
	table.Flush()
	for _, u := range r.Undecided {
		fmt.Fprintf(out, "\nundecided: %s: %s\n", plain(u.What), u.Why)
	}
	for _, l := range r.Leaks {
		fmt.Fprintf(out, "\nleak: the text of --secret number %d gets through: %s, %s of %s\n", l.Secret, l.Key, l.Type, plain(l.Path))
	}
	fmt.Fprintf(out, "\n%d looked at, %d undecided, %d leaks\n\n", len(r.Items), len(r.Undecided), len(r.Leaks))
}

// gets is the first entry, in short.
func (i Item) gets() string {
	if len(i.Entries) == 0 {
		return "nothing"
	}
	first := i.Entries[0]
	s := plain(first.Type + " " + string(first.Details))
	if runes := []rune(s); len(runes) > maxShown {
		s = string(runes[:maxShown]) + "…"
	}
	if more := len(i.Entries) - 1; more > 0 {
		s += fmt.Sprintf(" and %d more", more)
	}
	return s
}

// plain keeps the signs of a page from moving the terminal's cursor or the table's columns.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7F && r < 0xA0 {
			return ' '
		}
		return r
	}, s)
}
