package maskcheck

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"unicode"
)

// Leak is a text that was looked for and that an entry would show. The text itself is not repeated: reports are kept
// in places where it does not belong.
type Leak struct {
	Secret int    `json:"secret"` // the how manyth --secret, from 1
	Path   string `json:"path"`
	Type   string `json:"type"` // of the entry
	Key    string `json:"key"`  // in its details
}

// look finds texts in whatever an entry could show, also of elements that are in no list because nobody means to
// click them. Case, spaces and signs do not matter, and escapes of addresses are undone.
func (c *checker) look(secrets []string) {
	for _, item := range slices.Concat(c.report.Items, c.unlisted) {
		for _, e := range item.Entries {
			leaves(e.Details, func(key, text string) {
				for i, secret := range secrets {
					if shows(text, secret) {
						c.report.Leaks = append(c.report.Leaks, Leak{i + 1, item.Path, e.Type, key})
					}
				}
			})
		}
	}
}

// leaves visits the texts and numbers of a JSON value, each with the keys that lead to it.
func leaves(raw json.RawMessage, visit func(key, text string)) {
	var value any
	if err := json.Unmarshal(raw, &value); err != nil {
		panic("maskcheck: details are no JSON: " + err.Error())
	}
	var walk func(key string, v any)
	walk = func(key string, v any) {
		switch v := v.(type) {
		case map[string]any:
			for k, inner := range v {
				walk(strings.TrimPrefix(key+"."+k, "."), inner)
			}
		case []any:
			for i, inner := range v {
				walk(fmt.Sprintf("%s[%d]", key, i), inner)
			}
		case string:
			visit(key, v)
		}
	}
	walk("", value)
}

// shows tells whether a text has a secret in it, in any spelling.
func shows(text, secret string) bool {
	texts := []string{text}
	if plain, err := url.QueryUnescape(text); err == nil {
		texts = append(texts, plain)
	}
	if plain, err := url.PathUnescape(text); err == nil {
		texts = append(texts, plain)
	}
	bare := squeeze(secret)
	return slices.ContainsFunc(texts, func(t string) bool {
		return strings.Contains(strings.ToLower(t), strings.ToLower(secret)) || bare != "" && strings.Contains(squeeze(t), bare)
	})
}

// squeeze leaves of a text its letters and digits, in small letters.
func squeeze(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}
