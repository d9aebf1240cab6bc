package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/cotrail/cotrail/relay/config"
	"github.com/cotrail/cotrail/relay/maskcheck"
)

// maskCheckCmd are the flags of cotrail mask-check.
type maskCheckCmd struct {
	Policy string   `required:"" placeholder:"FILE" help:"The policy, YAML, as policy_file names it."`
	URL    string   `name:"url" placeholder:"ADDRESS" help:"The page's address: it decides which rules of pages hold. Without it all of them do."`
	Secret []string `sep:"none" placeholder:"TEXT" help:"A text that must not get through; may be repeated."`
	JSON   bool     `name:"json" help:"Write JSON: one report a line."`
	Pages  []string `arg:"" name:"page" help:"Saved pages, or addresses that Chromium opens."`
}

// run checks all pages, and gives what is wrong with the worst of them.
func (c *maskCheckCmd) run(ctx context.Context, stdout, stderr io.Writer) int {
	policy, err := config.LoadPolicy(c.Policy)
	if err != nil {
		fmt.Fprintf(stderr, "cotrail: the policy cannot be used:\n%v\n", err)
		return exitUsage
	}
	for _, secret := range c.Secret {
		if strings.TrimSpace(secret) == "" {
			fmt.Fprintln(stderr, "cotrail: a --secret is empty; it would be found everywhere")
			return exitUsage
		}
	}
	leaks, undecided := 0, 0
	for _, page := range c.Pages {
		report, err := c.check(ctx, policy, page)
		if err != nil {
			fmt.Fprintln(stderr, "cotrail:", err)
			return exitUsage
		}
		leaks, undecided = leaks+len(report.Leaks), undecided+len(report.Undecided)
		if !c.JSON {
			report.WriteTable(stdout)
		} else if err := json.NewEncoder(stdout).Encode(report); err != nil {
			fmt.Fprintln(stderr, "cotrail:", err)
			return exitUsage
		}
	}
	switch {
	case leaks > 0:
		return exitFound
	case undecided > 0:
		return exitUsage
	}
	return exitGood
}

func (c *maskCheckCmd) check(ctx context.Context, policy *config.PolicyFile, page string) (*maskcheck.Report, error) {
	content, err := maskcheck.Read(ctx, page)
	if err != nil {
		return nil, err
	}
	address := c.URL
	if address == "" && maskcheck.IsAddress(page) {
		address = page
	}
	return maskcheck.Check(policy, page, address, content, c.Secret...)
}
