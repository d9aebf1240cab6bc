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

func asJSON(v any) (string, error) {
	text, err := json.Marshal(v)
	return string(text), err
}
