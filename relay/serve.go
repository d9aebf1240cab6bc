package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/alecthomas/kong"

	"github.com/cotrail/cotrail/relay/assets"
	"github.com/cotrail/cotrail/relay/config"
	"github.com/cotrail/cotrail/relay/server"
)

// cli is the command line.
type cli struct {
	Serve     serveCmd         `cmd:"" help:"Serve the recorder, receive what pages record, and let auditors read it."`
	Key       keyCmd           `cmd:"" help:"Make, list and revoke API keys."`
	MaskCheck maskCheckCmd     `cmd:"" help:"Tell what would be recorded of saved pages, and by which rule. Exits 1 if a --secret gets through, 2 if something is undecided."`
	Backup    backupCmd        `cmd:"" help:"Copy the store of a data directory, also while a relay uses it."`
	Verify    verifyCmd        `cmd:"" help:"Check exported logs, or all that a relay serves. Exits 1 if something is not as it was sealed, 2 if something could not be checked."`
	Export    exportCmd        `cmd:"" help:"Write the logs of sessions as files."`
	Tail      tailCmd          `cmd:"" help:"Show a session's log in the terminal, and what comes while it is live."`
	Rotate    rotateCmd        `cmd:"" name:"rotate-signing-key" help:"Make a new key that signs the log's checkpoints; what the old one signed still verifies."`
	Webhook   webhookCmd       `cmd:"" help:"Try out a receiver of webhooks, and make the secrets that sign for it."`
	Version   kong.VersionFlag `help:"Print the version."`
}

// serveCmd are the flags of cotrail serve.
type serveCmd struct {
	Listen      string        `default:"127.0.0.1:8080" env:"COTRAIL_LISTEN" placeholder:"ADDRESS" help:"Address to serve on (${default})."`
	AdminListen string        `env:"COTRAIL_ADMIN_LISTEN" placeholder:"ADDRESS" help:"Address for metrics and health, instead of --listen."`
	Data        string        `default:"./data" env:"COTRAIL_DATA" placeholder:"DIR" help:"Directory of the relay's files, and of the store unless --store says otherwise (${default})."`
	Store       string        `default:"sqlite:" env:"COTRAIL_STORE" placeholder:"ADDRESS" help:"Store: sqlite: in the data directory, or postgres://USER:PASSWORD@HOST,HOST/DATABASE for one or several relays (${default})."`
	RequireSync bool          `name:"require-sync-replica" env:"COTRAIL_REQUIRE_SYNC_REPLICA" help:"Take nothing while PostgreSQL has no synchronous standby."`
	Config      string        `env:"COTRAIL_CONFIG" placeholder:"FILE" help:"Configuration file, YAML: sites and API keys."`
	SessionLogs string        `name:"session-log-dir" env:"COTRAIL_SESSION_LOG_DIR" placeholder:"DIR" help:"Directory for daily files with a line for every finished session."`
	SigningKey  string        `env:"COTRAIL_SIGNING_KEY" placeholder:"FILE" help:"Key that signs the log's checkpoints, made at the first start (in the data directory); the same for all relays of a PostgreSQL store."`
	Checkpoints time.Duration `name:"checkpoint-every" default:"1m" env:"COTRAIL_CHECKPOINT_EVERY" placeholder:"TIME" help:"Time from one checkpoint to the next when nothing happens (${default})."`
	OwnRecorder bool          `name:"own-recorder" env:"COTRAIL_OWN_RECORDER" help:"Serve the recorder of this release alone, to pages that pin an earlier one nothing."`
	Dev         bool          `env:"COTRAIL_DEV" help:"Development: loopback only, with a site, an API key and a demonstration."`
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
	}
	if strings.HasPrefix(asked.Command(), "key ") {
		return c.Key.run(asked.Selected().Name, stdout, stderr)
	}
	if strings.HasPrefix(asked.Command(), "webhook test") {
		return c.Webhook.Test.run(ctx, recorder, stdout, stderr)
	}
	if strings.HasPrefix(asked.Command(), "webhook secret") {
		return c.Webhook.Secret.run(stdout, stderr)
	}
	switch asked.Selected().Name {
	case "mask-check":
		return c.MaskCheck.run(ctx, stdout, stderr)
	case "backup":
		return c.Backup.run(ctx, stdout, stderr)
	case "verify":
		return c.Verify.run(ctx, stdout, stderr)
	case "export":
		return c.Export.run(ctx, stdout, stderr)
	case "tail":
		return c.Tail.run(ctx, stdout, stderr)
	case "rotate-signing-key":
		return c.Rotate.run(stdout, stderr)
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
		Listen: c.Listen, AdminListen: c.AdminListen, Data: c.Data, Store: c.Store, RequireSyncReplica: c.RequireSync,
		SessionLogs: c.SessionLogs, SigningKey: c.SigningKey, Checkpoints: c.Checkpoints, Dev: c.Dev, Assets: recorder, OwnRecorder: c.OwnRecorder, Log: log, Stdout: stdout,
	})
	if err != nil {
		fmt.Fprintln(stderr, "cotrail:", err)
		return exitUsage
	}
	to := stdout
	if forwardsToStdout(conf) {
		to = stderr // whoever collects standard output reads entries there and nothing else
	}
	c.announce(to, s.Address(), recorder)
	defer c.reloads(ctx, s, log)()
	if err := s.Run(ctx); err != nil {
		fmt.Fprintln(stderr, "cotrail:", err)
		return exitFound
	}
	return exitGood
}

// reloads reads the configuration anew at every SIGHUP; one that cannot be used is told of, and the old one stays. It
// gives what ends that.
func (c *serveCmd) reloads(ctx context.Context, s *server.Server, log *slog.Logger) (stop func()) {
	hangups := make(chan os.Signal, 1)
	signal.Notify(hangups, syscall.SIGHUP)
	var group sync.WaitGroup
	group.Go(func() {
		for range hangups {
			conf, err := config.Load(c.Config, c.Dev)
			if err == nil {
				err = s.Reload(ctx, conf)
			}
			if err != nil {
				log.Error("the configuration cannot be used; the old one stays in force", "error", err)
				continue
			}
			log.Info("the configuration was read anew", "sites", len(conf.Sites), "keys", len(conf.Keys))
		}
	})
	return func() {
		signal.Stop(hangups)
		close(hangups)
		group.Wait()
	}
}

// forwardsToStdout tells whether sessions of a site go to standard output.
func forwardsToStdout(conf *config.Config) bool {
	return slices.ContainsFunc(conf.Sites, func(site *config.Site) bool {
		return slices.ContainsFunc(site.Deliver, func(d *config.Destination) bool { return d.Type == config.DestStdout })
	})
}

// announce tells where to go.
func (c *serveCmd) announce(to io.Writer, address string, recorder *assets.Assets) {
	base, site := "https://RELAY", "SITE_KEY" // what the relay is called by others it cannot know
	if c.Dev {
		base, site = address, config.DemoSite
		fmt.Fprintf(to, "demonstration  %s/demo/\nlog            %s/v1/sessions\nAPI key        %s\n\n", address, address, config.DevKey)
		fmt.Fprintf(to, "Read the log:  curl -H 'Authorization: Bearer %s' %s/v1/sessions\n", config.DevKey, address)
	}
	if tag := recorder.Integrity(base, site); tag != "" {
		fmt.Fprintf(to, "Record a page: %s\n", tag)
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
