package main

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/cotrail/cotrail/relay/config"
)

// keyPrefix begins every key, so that one that was published by mistake can be recognised.
const keyPrefix = "cotrail_"

// keyCmd are the commands for API keys. They live in the configuration file, by their hashes.
type keyCmd struct {
	New    keyNewCmd    `cmd:"" help:"Make a key and print it, this once. Its hash goes into the configuration file, or is printed to be put there."`
	List   keyListCmd   `cmd:"" help:"List the keys of a configuration file."`
	Revoke keyRevokeCmd `cmd:"" help:"Take a key out of a configuration file."`
}

type keyNewCmd struct {
	Name   string   `required:"" placeholder:"NAME" help:"What the key is called in lists and logs."`
	Scope  []string `required:"" placeholder:"SCOPE,…" help:"What it may do: host, read, erase."`
	Site   []string `required:"" placeholder:"SITE,…" help:"The sites that it reaches; * for all."`
	Config string   `env:"COTRAIL_CONFIG" placeholder:"FILE" help:"Configuration file to add it to."`
}

type keyListCmd struct {
	Config string `required:"" env:"COTRAIL_CONFIG" placeholder:"FILE" help:"Configuration file."`
}

type keyRevokeCmd struct {
	Config string `required:"" env:"COTRAIL_CONFIG" placeholder:"FILE" help:"Configuration file."`
	Name   string `arg:"" help:"The key's name."`
}

// reloadHint says how a relay that runs learns of a key.
const reloadHint = "A relay that runs with this file learns of it by SIGHUP."

func (c *keyCmd) run(command string, stdout, stderr io.Writer) int {
	var err error
	switch command {
	case "new":
		err = c.New.run(stdout, stderr)
	case "list":
		err = c.List.run(stdout)
	default:
		if err = config.RemoveKey(c.Revoke.Config, c.Revoke.Name); err == nil {
			fmt.Fprintf(stderr, "The key %s is revoked. %s\n", c.Revoke.Name, reloadHint)
		}
	}
	if err != nil {
		fmt.Fprintln(stderr, "cotrail:", err)
		return exitUsage
	}
	return exitGood
}

// run makes a key. What it prints on stdout is the key, and nothing else when it is written into a file.
func (c *keyNewCmd) run(stdout, stderr io.Writer) error {
	var random [32]byte
	_, _ = rand.Read(random[:]) // never fails
	secret := keyPrefix + base64.RawURLEncoding.EncodeToString(random[:])
	line, err := config.KeyLine(c.Name, sha256.Sum256([]byte(secret)), c.Scope, c.Site)
	if err != nil {
		return err
	}
	if c.Config == "" {
		fmt.Fprintf(stdout, "%s\n\nkeys:\n  %s\n", secret, line)
		return nil
	}
	if err := config.AddKey(c.Config, line); err != nil {
		return err
	}
	fmt.Fprintln(stdout, secret)
	fmt.Fprintf(stderr, "The key %s is in %s, by its hash: it is not shown again. %s\n", c.Name, c.Config, reloadHint)
	return nil
}

// run lists what the file says of its keys.
func (c *keyListCmd) run(stdout io.Writer) error {
	conf, err := config.Load(c.Config, false)
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "NAME\tSCOPES\tSITES\tSHA256")
	for _, k := range conf.Keys {
		var scopes []string
		for _, s := range k.Scopes {
			scopes = append(scopes, string(s))
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%x…\n", k.Name, strings.Join(scopes, ","), strings.Join(k.Sites, ","), k.SHA256[:4])
	}
	return table.Flush()
}
