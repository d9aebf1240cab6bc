package webhook

import (
	"io"
	"log"
	"testing"

	"go.uber.org/goleak"
)

// quiet takes what a server says of clients that went away.
var quiet = log.New(io.Discard, "", 0)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
