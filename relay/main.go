// Command cotrail is the relay: it serves the recorder, receives what pages record, makes it the log of a session
// and lets auditors read it.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

// Exit codes.
const (
	exitGood  = 0
	exitFound = 1 // it ran, and found something wrong
	exitUsage = 2 // it could not run
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}
