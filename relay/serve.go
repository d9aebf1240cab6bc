package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"

	"github.com/alecthomas/kong"

	"github.com/cotrail/cotrail/relay/assets"
	"github.com/cotrail/cotrail/relay/config"
	"github.com/cotrail/cotrail/relay/server"
)

// cli is the command line.
type cli struct {
	Serve     serveCmd         `cmd:"" help:"Serve the recorder, receive what pages record, and let auditors read it."`
	MaskCheck maskCheckCmd     `cmd:"" help:"Tell what would be recorded of saved pages, and by which rule. Exits 1 if a --secret gets through, 2 if something is undecided."`
	Webhook   webhookCmd       `cmd:"" help:"Try out a receiver of webhooks."`
	Version   kong.VersionFlag `help:"Print the version."`
}

// serveCmd are the flags of cotrail serve.
type serveCmd struct {
	Listen      string `default:"127.0.0.1:8080" env:"COTRAIL_LISTEN" placeholder:"ADDRESS" help:"Address to serve on (${default})."`
	AdminListen string `env:"COTRAIL_ADMIN_LISTEN" placeholder:"ADDRESS" help:"Address for metrics and health, instead of --listen."`
	Data        string `default:"./data" env:"COTRAIL_DATA" placeholder:"DIR" help:"Directory of the store (${default})."`
	Config      string `env:"COTRAIL_CONFIG" placeholder:"FILE" help:"Configuration file, YAML: sites and API keys."`
	Dev         bool   `env:"COTRAIL_DEV" help:"Development: loopback only, with a site, an API key and a demonstration."`
}

// run does what the command line says and gives the exit code.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	recorder, err := assets.Embedded()
	if err != nil {
		fmt.Fprintln(stderr, "cotrail:", err)
		return exitUsage
	}
	var c cli
	done := false // help or version was asked for and given
	parser, err := kong.New(&c, kong.Name("cotrail"), kong.Description("The audit trail of a co-browsing session."),
		kong.Vars{"version": "cotrail " + version(recorder)}, kong.Writers(stdout, stderr), kong.Exit(func(int) { done = true }))
	if err != nil {
		panic(err) // the struct above is wrong
	}
	asked, err := parser.Parse(args)
	switch {
	case done:
		return exitGood
	case err != nil:
		fmt.Fprintf(stderr, "cotrail: %v; see cotrail --help\n", err)
		return exitUsage
	case asked.Selected().Name == "mask-check":
		return c.MaskCheck.run(ctx, stdout, stderr)
	case asked.Command() == "webhook test", asked.Command() == "webhook test <url>":
		return c.Webhook.Test.run(ctx, recorder, stdout, stderr)
	}
	return c.Serve.run(ctx, recorder, stdout, stderr)
}

func version(recorder *assets.Assets) string {
	if v := recorder.Version(); v != "" {
		return v
	}
	return "without a recorder: run make build"
}

// run serves until ctx ends or something fails.
func (c *serveCmd) run(ctx context.Context, recorder *assets.Assets, stdout, stderr io.Writer) int {
	log := logger(stderr)
	conf, err := config.Load(c.Config, c.Dev)
	if err != nil {
		fmt.Fprintf(stderr, "cotrail: the configuration cannot be used:\n%v\n", err)
		return exitUsage
	}
	s, err := server.New(ctx, conf, server.Options{
		Listen: c.Listen, AdminListen: c.AdminListen, Data: c.Data, Dev: c.Dev, Assets: recorder, Log: log,
	})
	if err != nil {
		fmt.Fprintln(stderr, "cotrail:", err)
		return exitUsage
	}
	c.announce(stdout, s.Address(), recorder)
	if err := s.Run(ctx); err != nil {
		fmt.Fprintln(stderr, "cotrail:", err)
		return exitFound
	}
	return exitGood
}

// announce tells where to go.
func (c *serveCmd) announce(stdout io.Writer, address string, recorder *assets.Assets) {
	base, site := "https://RELAY", "SITE_KEY" // what the relay is called by others it cannot know
	if c.Dev {
		base, site = address, config.DemoSite
		fmt.Fprintf(stdout, "demonstration  %s/demo/\nlog            %s/v1/sessions\nAPI key        %s\n\n", address, address, config.DevKey)
		fmt.Fprintf(stdout, "Read the log:  curl -H 'Authorization: Bearer %s' %s/v1/sessions\n", config.DevKey, address)
	}
	if tag := recorder.Integrity(base, site); tag != "" {
		fmt.Fprintf(stdout, "Record a page: %s\n", tag)
	}
}

// logger writes for people at a terminal, and for machines elsewhere.
func logger(stderr io.Writer) *slog.Logger {
	if f, ok := stderr.(*os.File); ok {
		if info, err := f.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
			return slog.New(slog.NewTextHandler(stderr, nil))
		}
	}
	return slog.New(slog.NewJSONHandler(stderr, nil))
}
