package main

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"github.com/cotrail/cotrail/relay/config"
	"github.com/cotrail/cotrail/relay/deliver/webhook"
)

// webhookSecretCmd are the flags of cotrail webhook secret. A secret is never one of them: other users see them.
type webhookSecretCmd struct {
	Name    string `arg:"" help:"Name of the destination (webhook when it has none)."`
	Config  string `required:"" env:"COTRAIL_CONFIG" placeholder:"FILE" help:"Configuration file. The destination's secret_file need not be there yet."`
	Site    string `placeholder:"KEY" help:"The destination's site, if several have one of its name."`
	Data    string `default:"./data" env:"COTRAIL_DATA" placeholder:"DIR" help:"Data directory of the relay, where the key that encrypts is made when there is none (${default})."`
	Ed25519 bool   `name:"ed25519" help:"Make a pair of keys, of which the receiver needs the public one only."`
	Encrypt bool   `help:"Make no secret: encrypt those that stand plain in the file."`
}

// run makes a secret. What it prints on stdout is for the receiver, and nothing else.
func (c *webhookSecretCmd) run(stdout, stderr io.Writer) int {
	file, receivers, err := c.make()
	if err != nil {
		fmt.Fprintln(stderr, "cotrail:", err)
		return exitUsage
	}
	if receivers != "" {
		fmt.Fprintln(stdout, receivers)
	}
	fmt.Fprintf(stderr, "The secrets in %s are encrypted; what the receiver needs is not shown again. A relay signs by them from its next start on. While there are several it signs by each: take the line of the old one out when the receiver knows the new one.\n", file)
	return exitGood
}

// make changes the secret's file and gives its path, and what the receiver needs.
func (c *webhookSecretCmd) make() (path, receivers string, _ error) {
	conf, err := config.LoadToMakeSecrets(c.Config)
	if err != nil {
		return "", "", fmt.Errorf("the configuration cannot be used:\n%w", err)
	}
	hook, err := pickWebhook(conf, c.Site, c.Name)
	if err != nil {
		return "", "", err
	}
	if other, shared := sharesFile(conf, hook); shared {
		return "", "", fmt.Errorf("secret_file %s is that of %s/%s too; give each a file of its own, for a secret is encrypted for one destination", hook.Secrets.Path, other.site, other.Name)
	}
	secret := ""
	switch {
	case c.Encrypt && c.Ed25519:
		return "", "", errors.New("--encrypt makes no secret, so leave --ed25519 out")
	case c.Encrypt:
	case c.Ed25519:
		secret, receivers = webhook.NewEd25519()
	default:
		secret, receivers = webhook.NewHMAC()
	}
	key, err := webhook.MakeKey(filepath.Join(c.Data, webhook.KeyFile))
	if err != nil {
		return "", "", err
	}
	if err := hook.Secrets.Seal(key, hook.site, hook.Name, secret, time.Now()); err != nil {
		return "", "", fmt.Errorf("secret_file %s: %w", hook.Secrets.Path, err)
	}
	return hook.Secrets.Path, receivers, nil
}

// sharesFile finds another webhook with the same file of secrets.
func sharesFile(conf *config.Config, hook siteWebhook) (siteWebhook, bool) {
	for _, s := range conf.Sites {
		for _, d := range s.Deliver {
			if d.Type == config.DestWebhook && d != hook.Destination && d.Secrets.Path == hook.Secrets.Path {
				return siteWebhook{d, s.Key}, true
			}
		}
	}
	return siteWebhook{}, false
}
