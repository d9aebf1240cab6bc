package main

import (
	"encoding/json"

	"github.com/cotrail/cotrail/masking"
)

// denyWords gives, as JSON, the words by which the sensor knows a field whose
// value is never read, whatever the policy says.
func denyWords() (string, error) {
	words := masking.DenyWords
	return asJSON(map[string][]string{"whole": words.Whole, "part": words.Part})
}

// marks gives, as JSON, the selectors of what a page marks as hidden.
func marks() (string, error) {
	return asJSON(map[string][]string{"block": masking.Marks.Block, "mask": masking.Marks.Mask})
}

func asJSON(v any) (string, error) {
	text, err := json.Marshal(v)
	return string(text), err
}
