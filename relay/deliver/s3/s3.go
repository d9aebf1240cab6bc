// Package s3 keeps finished sessions in an S3-compatible bucket: one object each, by site, day and session.
//
// The promise: an object is whole, checked by its SHA-256, and never overwrites another; where the operator says so it is
// under Object Lock from its first moment. What is erased is removed with all its versions as far as the lock lets, and
// an object beside it says so.
package s3

import (
	"bytes"
	"context"
	"crypto/md5"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
	"github.com/minio/minio-go/v7/pkg/encrypt"

	"github.com/cotrail/cotrail/relay/deliver"
	"github.com/cotrail/cotrail/relay/store"
)

const (
	// Timeout bounds an attempt: a session of a hundred megabytes over a slow line.
	Timeout = 5 * time.Minute
	// partSize is from where on an object is sent in parts. S3 takes no smaller ones than 5 MiB, and 10,000 at most.
	partSize = 16 << 20
	// abortWithin bounds the time for taking back what was sent of an object that did not come to be.
	abortWithin = 10 * time.Second
)

// The metadata of an object.
const (
	logSum     = "Log-Sha256"     // of its entries: it tells whether an object has the same log
	contentSum = "Content-Sha256" // of all that is in it
)

// Config is what a Bucket needs.
type Config struct {
	Endpoint    string // like https://s3.example
	Bucket      string
	Region      string
	Prefix      string        // of all names; empty for none
	Lock        time.Duration // for how long an object cannot be removed; 0 for no lock
	Governance  bool          // the lock can be lifted by whoever has the right to
	Encryption  string        // "", "s3" or "kms"
	KMSKey      string        // of kms; empty for the bucket's own
	Credentials string        // file as the AWS tools have it; empty for the environment, then the instance's role
	Roots       *x509.CertPool
	Now         func() time.Time
}

// Bucket is a deliver.Destination.
type Bucket struct {
	Config
	client     *minio.Client
	encryption encrypt.ServerSide
}

// New makes a destination of a bucket, which must be there when something is delivered.
func New(c Config) (*Bucket, error) {
	u, err := url.Parse(c.Endpoint)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.User != nil || strings.Trim(u.Path, "/") != "" {
		return nil, errors.New("the endpoint is no address like https://s3.example")
	}
	transport, err := minio.DefaultTransport(u.Scheme == "https")
	if err != nil {
		return nil, fmt.Errorf("making the client: %w", err)
	}
	if c.Roots != nil && transport.TLSClientConfig != nil {
		transport.TLSClientConfig.RootCAs = c.Roots
	}
	b := &Bucket{Config: c}
	b.client, err = minio.New(u.Host, &minio.Options{
		Creds: keys(c.Credentials), Secure: u.Scheme == "https", Transport: transport, Region: c.Region,
		MaxRetries: 1, // the outbox tries again
	})
	if err != nil {
		return nil, fmt.Errorf("making the client: %w", err)
	}
	switch c.Encryption {
	case "s3":
		b.encryption = encrypt.NewSSE()
	case "kms":
		if b.encryption, err = encrypt.NewSSEKMS(c.KMSKey, nil); err != nil {
			return nil, fmt.Errorf("encryption by KMS: %w", err)
		}
	}
	return b, nil
}

// keys finds the credentials when they are needed, and again when they have ended.
func keys(file string) *credentials.Credentials {
	if file != "" {
		return credentials.NewFileAWSCredentials(file, "")
	}
	return credentials.NewChainCredentials([]credentials.Provider{&credentials.EnvAWS{}, &credentials.IAM{Client: &http.Client{Timeout: 10 * time.Second}}})
}

// Deliver implements deliver.Destination.
func (b *Bucket) Deliver(ctx context.Context, m deliver.Message) error {
	if m.Kind == store.KindErased {
		return b.erase(ctx, m)
	}
	return b.put(ctx, b.name(m.Name()), m.Document.Kept(), m.Document.LinesSum())
}

func (b *Bucket) name(name string) string {
	if b.Prefix == "" {
		return name
	}
	return strings.TrimSuffix(b.Prefix, "/") + "/" + name
}

// put makes an object, when there is none of this name.
func (b *Bucket) put(ctx context.Context, name string, content []byte, sum [sha256.Size]byte) error {
	whole := sha256.Sum256(content)
	o := minio.PutObjectOptions{
		ContentType: "application/json", ServerSideEncryption: b.encryption,
		UserMetadata: map[string]string{logSum: hex.EncodeToString(sum[:]), contentSum: hex.EncodeToString(whole[:])},
	}
	if b.Lock > 0 {
		o.Mode, o.RetainUntilDate = minio.Compliance, b.Now().Add(b.Lock).UTC().Truncate(time.Second)
		if b.Governance {
			o.Mode = minio.Governance
		}
	}
	var err error
	if len(content) > partSize {
		err = b.parts(ctx, name, content, o)
	} else {
		o.SetMatchETagExcept("*")
		o.DisableMultipart = true
		o.UserMetadata["X-Amz-Checksum-Sha256"] = base64.StdEncoding.EncodeToString(whole[:]) // the server checks it
		_, err = b.client.PutObject(ctx, b.Bucket, name, bytes.NewReader(content), int64(len(content)), o)
	}
	if minio.ToErrorResponse(err).StatusCode == http.StatusPreconditionFailed {
		return b.there(ctx, name, sum)
	}
	return told("writing the object", err)
}

// parts makes a large object. The library would leave out the condition, which belongs to the last request.
func (b *Bucket) parts(ctx context.Context, name string, content []byte, o minio.PutObjectOptions) (err error) {
	core := minio.Core{Client: b.client}
	upload, err := core.NewMultipartUpload(ctx, b.Bucket, name, o)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil { // else its parts would lie there for ever
			within, cancel := context.WithTimeout(context.WithoutCancel(ctx), abortWithin)
			defer cancel()
			_ = core.AbortMultipartUpload(within, b.Bucket, name, upload) // what went wrong before says more
		}
	}()
	var done []minio.CompletePart
	for part := range slices.Chunk(content, partSize) {
		sent, err := core.PutObjectPart(ctx, b.Bucket, name, upload, len(done)+1, bytes.NewReader(part), int64(len(part)), sums(part))
		if err != nil {
			return err
		}
		done = append(done, minio.CompletePart{PartNumber: sent.PartNumber, ETag: sent.ETag})
	}
	var whole minio.PutObjectOptions
	whole.SetMatchETagExcept("*")
	_, err = core.CompleteMultipartUpload(ctx, b.Bucket, name, upload, done, whole)
	return err
}

// sums are by which the server checks a part: its SHA-256, which is signed, and the MD5 without which AWS takes no part
// of an object under a lock.
func sums(part []byte) minio.PutObjectPartOptions {
	signed, short := sha256.Sum256(part), md5.Sum(part)
	return minio.PutObjectPartOptions{Sha256Hex: hex.EncodeToString(signed[:]), Md5Base64: base64.StdEncoding.EncodeToString(short[:])}
}

// there tells whether the object of this name is the one that an attempt before has made.
func (b *Bucket) there(ctx context.Context, name string, sum [sha256.Size]byte) error {
	info, err := b.client.StatObject(ctx, b.Bucket, name, minio.StatObjectOptions{})
	if err != nil {
		return told("looking at the object of this name", err)
	}
	if info.UserMetadata[logSum] != hex.EncodeToString(sum[:]) {
		return &deliver.Never{Err: errors.New("there is another object of this name, which is not overwritten")}
	}
	return nil
}

// notice says that a session was erased, and whether its object could be removed.
type notice struct {
	Type      string `json:"type"`
	SessionID string `json:"session_id"`
	Site      string `json:"site"`
	Timestamp string `json:"timestamp"`
	Removed   bool   `json:"removed"` // false when a lock keeps a copy
}

// erase removes every version of the session's object and leaves the word of it.
func (b *Bucket) erase(ctx context.Context, m deliver.Message) error {
	removed, err := b.remove(ctx, b.name(m.Name()))
	if err != nil {
		return err
	}
	content, err := json.Marshal(notice{m.Type(), m.Session, m.Site, deliver.Timestamp(m.Made), removed})
	if err != nil {
		return err
	}
	return b.put(ctx, b.name(m.ErasedName()), append(content, '\n'), sha256.Sum256([]byte(m.ID)))
}

// remove removes every version of an object, and tells whether all of them could be.
func (b *Bucket) remove(ctx context.Context, name string) (all bool, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // ends the listing when it is left early
	all = true
	for version := range b.client.ListObjects(ctx, b.Bucket, minio.ListObjectsOptions{Prefix: name, Recursive: true, WithVersions: true}) {
		if version.Err != nil {
			return false, told("listing the versions", version.Err)
		}
		if version.Key != name || version.IsDeleteMarker {
			continue
		}
		err := b.client.RemoveObject(ctx, b.Bucket, name, minio.RemoveObjectOptions{VersionID: version.VersionID})
		switch minio.ToErrorResponse(err).StatusCode {
		case http.StatusForbidden, http.StatusConflict:
			all = false // under its lock
		default:
			if err != nil {
				return false, told("removing a version", err)
			}
		}
	}
	return all, nil
}

// told keeps of a server's answer its status and code: the rest is the server's own words.
func told(doing string, err error) error {
	if err == nil {
		return nil
	}
	var answer minio.ErrorResponse
	if !errors.As(err, &answer) || answer.StatusCode == 0 {
		return fmt.Errorf("%s: %w", doing, err)
	}
	if answer.StatusCode == http.StatusServiceUnavailable || answer.StatusCode == http.StatusTooManyRequests {
		return &deliver.Refused{Status: answer.StatusCode}
	}
	return fmt.Errorf("%s: answered %d %s", doing, answer.StatusCode, http.StatusText(answer.StatusCode))
}
