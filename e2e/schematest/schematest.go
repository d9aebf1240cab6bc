// Package schematest holds entries against their JSON Schema. Only tests import it.
package schematest

import (
	"bytes"
	"fmt"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/cotrail/cotrail/masking/event/schema"
)

// Check tells what is wrong with an entry, a line of the log without its line feed.
func Check(entry []byte) error {
	s, err := compiled()
	if err != nil {
		return err
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(entry))
	if err != nil {
		return fmt.Errorf("reading the entry: %w", err)
	}
	return s.Validate(value)
}

// Lines checks every line of a log in its NDJSON form.
func Lines(t testing.TB, log []byte) {
	t.Helper()
	for line := range bytes.Lines(log) {
		if err := Check(bytes.TrimSuffix(line, []byte{'\n'})); err != nil {
			t.Errorf("%s\nis no entry: %v", line, err)
		}
	}
}

var compiled = sync.OnceValues(func() (*jsonschema.Schema, error) {
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(schema.Document()))
	if err != nil {
		return nil, fmt.Errorf("reading the schema: %w", err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource(schema.ID, document); err != nil {
		return nil, fmt.Errorf("adding the schema: %w", err)
	}
	return c.Compile(schema.ID)
})
