package dts

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the generated part anew")

// TestDeclarations holds the committed file against what the descriptions give.
func TestDeclarations(t *testing.T) {
	file := filepath.Join("..", "..", "..", "js", "cotrail.d.ts")
	have, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	want, ok := Replace(have)
	if !ok {
		t.Fatalf("%s has no generated part", file)
	}
	if *update {
		if err := os.WriteFile(file, want, 0o644); err != nil {
			t.Fatal(err)
		}
	} else if !bytes.Equal(have, want) {
		t.Errorf("%s is not what the types give: go generate ./masking/event/dts writes it anew", file)
	}
}

func TestEvents(t *testing.T) {
	text := string(events())
	for _, want := range []string{
		"\n  chat: {\n", "    from: string | number;\n", "    to?: string | number | null;\n", "    /** characters */\n    length?: number;\n",
		"    channel: \"email\" | \"sms\" | \"link\" | \"pin\";\n", "    media?: Array<\"audio\" | \"video\" | \"screen\">;\n",
		"    user_params?: Record<string, unknown>;\n", "    is_masked: true;\n", "    attributes?: {\n      /** the element's id",
		"    [more: string]: unknown;\n", "    data?: unknown;\n", "    to_url: string | null;\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("there is no %q", want)
		}
	}
	for _, not := range []string{"recipient_hash", "recorder_started", "gap: {", "masking_corrected"} {
		if strings.Contains(text, not) {
			t.Errorf("there is %q, which no app signals", not)
		}
	}
	if _, ok := Replace([]byte("export {};\n")); ok {
		t.Error("a file without a generated part was written anew")
	}
}
