package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"path/filepath"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/cotrail/cotrail/relay/assets"
	"github.com/cotrail/cotrail/relay/config"
	"github.com/cotrail/cotrail/relay/deliver"
	"github.com/cotrail/cotrail/relay/deliver/webhook"
)

// webhookCmd has what one can do with webhooks.
type webhookCmd struct {
	Test   webhookTestCmd   `cmd:"" help:"Send a receiver a signed test message, and tell how it answers. Exits 1 if it does not take it."`
	Secret webhookSecretCmd `cmd:"" help:"Make a secret for a webhook, print what the receiver needs, this once, and keep it encrypted in the webhook's secret_file."`
}

// webhookTestCmd are the flags of cotrail webhook test.
type webhookTestCmd struct {
	URL          string   `arg:"" optional:"" name:"url" help:"Address of the receiver, if it is not in the configuration."`
	SecretFile   string   `placeholder:"FILE" help:"The secret to sign with, for an address."`
	AllowNetwork []string `placeholder:"NETWORK" help:"Private network that the address may be in; may be repeated."`
	Config       string   `env:"COTRAIL_CONFIG" placeholder:"FILE" help:"Configuration file, for a destination of it."`
	Site         string   `placeholder:"KEY" help:"The destination's site, if several have one of its name."`
	Destination  string   `placeholder:"NAME" help:"Name of the destination (webhook when it has none)."`
	Data         string   `default:"./data" env:"COTRAIL_DATA" placeholder:"DIR" help:"Data directory of the relay, with the key of encrypted secrets (${default})."`
}

// testType is the type of a test message. Receivers take it like any type that they do not know.
const testType = "space.webhook.test"

// run sends a message once, without an outbox.
func (c *webhookTestCmd) run(ctx context.Context, recorder *assets.Assets, stdout, stderr io.Writer) int {
	conf, err := c.configure()
	if err != nil {
		fmt.Fprintln(stderr, "cotrail:", err)
		return exitUsage
	}
	conf.Agent, conf.Now = "cotrail/"+version(recorder), time.Now
	id, err := uuid.NewV7()
	if err != nil {
		fmt.Fprintln(stderr, "cotrail:", err)
		return exitUsage
	}
	body, err := json.Marshal(map[string]any{"type": testType, "timestamp": deliver.Timestamp(time.Now()), "data": map[string]string{"message": "A test of the webhook; nothing has happened."}})
	if err != nil {
		panic(err) // strings always have a JSON form
	}
	ctx, cancel := context.WithTimeout(ctx, webhook.Timeout)
	defer cancel()
	began := time.Now()
	if err := webhook.New(conf).Post(ctx, id.String(), body); err != nil {
		fmt.Fprintf(stderr, "cotrail: the receiver does not take the message %s: %v\n", id, err)
		return exitFound
	}
	fmt.Fprintf(stdout, "The receiver took the message %s within %s.\n", id, time.Since(began).Round(time.Millisecond))
	return exitGood
}

// configure finds out whom to send to, from the flags or from the configuration.
func (c *webhookTestCmd) configure() (webhook.Config, error) {
	if (c.URL == "") == (c.Config == "") {
		return webhook.Config{}, errors.New("give the receiver's address with its --secret-file, or a --config with the destination's name")
	}
	if c.Config == "" {
		return c.direct()
	}
	conf, err := config.Load(c.Config, false)
	if err != nil {
		return webhook.Config{}, fmt.Errorf("the configuration cannot be used:\n%w", err)
	}
	hook, err := pickWebhook(conf, c.Site, c.Destination)
	if err != nil {
		return webhook.Config{}, err
	}
	secrets, err := hook.Secrets.Open(filepath.Join(c.Data, webhook.KeyFile), hook.site, hook.Name)
	if err != nil {
		return webhook.Config{}, fmt.Errorf("secret_file %s: %w", hook.Secrets.Path, err)
	}
	return webhook.Config{Name: hook.Name, URL: hook.URL, Secrets: secrets, Gzip: hook.Gzip, Networks: hook.AllowNetworks, Roots: hook.Roots}, nil
}

// siteWebhook is a destination of a site.
type siteWebhook struct {
	*config.Destination
	site string
}

// pickWebhook finds the one webhook of a configuration that fits a site and a name, of which either may be empty.
func pickWebhook(conf *config.Config, site, name string) (siteWebhook, error) {
	var found []siteWebhook
	var names []string
	for _, s := range conf.Sites {
		for _, d := range s.Deliver {
			if d.Type != config.DestWebhook {
				continue
			}
			names = append(names, s.Key+"/"+d.Name)
			if (site == "" || site == s.Key) && (name == "" || name == d.Name) {
				found = append(found, siteWebhook{d, s.Key})
			}
		}
	}
	if len(found) != 1 {
		return siteWebhook{}, fmt.Errorf("%d webhooks fit the site and the name; the configuration has: %s", len(found), strings.Join(names, ", "))
	}
	return found[0], nil
}

// direct is the receiver of the flags.
func (c *webhookTestCmd) direct() (webhook.Config, error) {
	conf := webhook.Config{Name: "test", URL: c.URL}
	for _, text := range c.AllowNetwork {
		network, err := netip.ParsePrefix(text)
		if err != nil {
			return conf, fmt.Errorf("--allow-network: %q is no network like 10.0.0.0/8", text)
		}
		conf.Networks = append(conf.Networks, network)
	}
	if err := webhook.CheckURL(c.URL, conf.Networks); err != nil {
		return conf, fmt.Errorf("the address %w", err)
	}
	file, err := webhook.ReadFile(c.SecretFile)
	if err == nil && file.Sealed() {
		err = fmt.Errorf("%s is encrypted for a destination; give --config and --destination instead", c.SecretFile)
	}
	if err == nil {
		conf.Secrets, err = file.Open("", "", "")
	}
	if err != nil {
		return conf, fmt.Errorf("--secret-file: %w", err)
	}
	return conf, nil
}
