package store

import "context"

// RecorderFile is a file of the recorder that pages load. Its name has its content's hash.
type RecorderFile struct {
	Name   string
	Packed []byte // with brotli
}

// Recorders is what serving the recorder needs to pages that have the script of another release.
type Recorders interface {
	// KeepRecorder keeps the files of a relay that starts now, in milliseconds since 1970. It forgets those whose relays
	// were all started before the most other times that are the latest.
	KeepRecorder(ctx context.Context, files []RecorderFile, now int64, most int) error
	// RecorderFiles lists the names of the files that are kept.
	RecorderFiles(ctx context.Context) ([]string, error)
	// RecorderFile gives a file, packed with brotli. ErrNotFound when it is not kept.
	RecorderFile(ctx context.Context, name string) ([]byte, error)
}
