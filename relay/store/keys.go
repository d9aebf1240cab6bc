package store

import "context"

// Key is an API key as a site has it.
type Key struct {
	Site   string
	Name   string
	Digest string // of all that makes the key what it is there; tells nothing of its secret
}

// Keys is what noting changes of API keys needs.
type Keys interface {
	// Keys lists the keys that were kept last, by site and name.
	Keys(ctx context.Context) ([]Key, error)
	// KeepKeys keeps these keys in the place of those before.
	KeepKeys(ctx context.Context, keys []Key) error
}
