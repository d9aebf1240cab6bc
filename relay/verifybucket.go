package main

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"path"
	"strings"
	"time"

	"github.com/cotrail/cotrail/relay/deliver/s3"
)

// bucketScheme begins the address of a bucket: s3://BUCKET/PREFIX.
const bucketScheme = "s3://"

// bucketFlags say where the buckets are, in the words of a destination of type s3.
type bucketFlags struct {
	Endpoint        string `placeholder:"ADDRESS" help:"Where buckets are, like https://s3.example."`
	Region          string `placeholder:"REGION" help:"The buckets' region."`
	CredentialsFile string `placeholder:"FILE" help:"Credentials in the form of the AWS tools. Without it they are AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or those of the instance's role."`
	CAFile          string `name:"ca-file" placeholder:"FILE" help:"Certificates by which the endpoint is known, instead of the system's."`
}

// each calls fn with every log in a bucket, or under a prefix of it.
func (f *bucketFlags) each(ctx context.Context, address string, fn func(name string, content []byte, err error) error) error {
	if f.Endpoint == "" {
		return fmt.Errorf("%s: --endpoint is missing: say where the bucket is, like https://s3.example", address)
	}
	name, prefix, _ := strings.Cut(strings.TrimPrefix(address, bucketScheme), "/")
	c := s3.Config{Endpoint: f.Endpoint, Bucket: name, Prefix: prefix, Region: f.Region, Credentials: f.CredentialsFile, Now: time.Now}
	if f.CAFile != "" {
		content, err := os.ReadFile(f.CAFile)
		if err != nil {
			return err
		}
		c.Roots = x509.NewCertPool()
		if !c.Roots.AppendCertsFromPEM(content) {
			return errors.New("--ca-file: there is no certificate in it; it needs PEM")
		}
	}
	bucket, err := s3.New(c)
	if err != nil {
		return fmt.Errorf("%s: %w", address, err)
	}
	err = bucket.Each(ctx, func(object string, content []byte, err error) error {
		if path.Ext(object) != logExt {
			return nil
		}
		return fn(bucketScheme+name+"/"+object, content, err)
	})
	if err != nil {
		return fmt.Errorf("%s: %w", address, err)
	}
	return nil
}
