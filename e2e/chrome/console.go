package chrome

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
)

// Exception is the level of a Message that is an uncaught error or an unhandled rejection.
const Exception = "exception"

// Message is one line of a page's console.
type Message struct {
	// Level is Exception, or the browser's word: log, debug, info, warning, error.
	Level string

	// Text is the arguments, separated by spaces, or the exception with its stack.
	Text string
}

// Console returns what the page wrote so far, in order: its own calls, uncaught errors, and the
// browser's remarks (refused by the content security policy, a failed request).
func (p *Page) Console() []Message {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.console)
}

// Errors returns the messages of Console that are exceptions or errors.
func (p *Page) Errors() []Message {
	return slices.DeleteFunc(p.Console(), func(m Message) bool {
		return m.Level != Exception && m.Level != "error"
	})
}

// listen runs before the command that caused the event returns, so a test that asks after a step
// misses nothing.
func (p *Page) listen(event any) {
	var m Message
	switch e := event.(type) {
	case *runtime.EventConsoleAPICalled:
		var words []string
		for _, arg := range e.Args {
			words = append(words, word(arg))
		}
		m = Message{Level: string(e.Type), Text: strings.Join(words, " ")}
	case *runtime.EventExceptionThrown:
		m = Message{Level: Exception, Text: e.ExceptionDetails.Text}
		if thrown := e.ExceptionDetails.Exception; thrown != nil {
			m.Text += " " + word(thrown)
		}
	case *log.EventEntryAdded:
		m = Message{Level: string(e.Entry.Level), Text: e.Entry.Text}
		if e.Entry.URL != "" {
			m.Text += " (" + e.Entry.URL + ")"
		}
	default:
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.console = append(p.console, m)
}

// word writes a value as a developer would see it: a string bare, an object by its description.
func word(o *runtime.RemoteObject) string {
	var s string
	if json.Unmarshal(o.Value, &s) == nil && len(o.Value) > 0 {
		return s
	}
	if o.Description != "" {
		return o.Description
	}
	return string(o.Value)
}
