package s3

import (
	"context"
	"errors"
	"io"
	"strings"

	"github.com/minio/minio-go/v7"
)

// maxObject bounds what is read of an object into memory: a log of a million entries.
const maxObject = 1 << 30

// Each calls fn with every object under the prefix, in the order of their names, and with what went wrong in reading it.
// What fn answers ends it.
func (b *Bucket) Each(ctx context.Context, fn func(name string, content []byte, err error) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // ends the listing when it is left early
	prefix := strings.TrimSuffix(b.Prefix, "/")
	for object := range b.client.ListObjects(ctx, b.Bucket, minio.ListObjectsOptions{Prefix: prefix, Recursive: true}) {
		if object.Err != nil {
			return told("listing the bucket", object.Err)
		}
		under := prefix == "" || object.Key == prefix || strings.HasPrefix(object.Key, prefix+"/")
		if !under || strings.HasSuffix(object.Key, "/") { // what stands for a folder
			continue
		}
		content, err := b.read(ctx, object.Key)
		if err := fn(object.Key, content, err); err != nil {
			return err
		}
	}
	return ctx.Err() // a listing that was cut short ends without a word
}

func (b *Bucket) read(ctx context.Context, name string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, Timeout)
	defer cancel()
	object, err := b.client.GetObject(ctx, b.Bucket, name, minio.GetObjectOptions{})
	if err != nil {
		return nil, told("reading the object", err)
	}
	defer object.Close()
	content, err := io.ReadAll(io.LimitReader(object, maxObject+1))
	if err == nil && len(content) > maxObject {
		err = errors.New("it is too large")
	}
	return content, told("reading the object", err)
}
