package main

import (
	"cmp"
	"fmt"
	"io"
	"path/filepath"

	"github.com/cotrail/cotrail/relay/trail"
)

// rotateCmd are the flags of cotrail rotate-signing-key.
type rotateCmd struct {
	Data       string `default:"./data" env:"COTRAIL_DATA" placeholder:"DIR" help:"Directory of the store (${default})."`
	SigningKey string `env:"COTRAIL_SIGNING_KEY" placeholder:"FILE" help:"The key's file, where it is not in the data directory."`
}

// run makes a new key and prints the verifier keys.
func (c *rotateCmd) run(stdout, stderr io.Writer) int {
	keys, err := trail.RotateKeys(cmp.Or(c.SigningKey, filepath.Join(c.Data, trail.KeyFile)))
	if err != nil {
		fmt.Fprintln(stderr, "cotrail:", err)
		return exitUsage
	}
	fmt.Fprint(stdout, keys.Verifiers())
	fmt.Fprintln(stderr, "cotrail: a new key is in force from the relay's next start on, and signs together with the last one; give these verifier keys to those who verify")
	return exitGood
}
