package s3

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"

	"github.com/cotrail/cotrail/relay/deliver"
	"github.com/cotrail/cotrail/relay/deliver/servertest"
	"github.com/cotrail/cotrail/relay/store"
)

const access, secret = servertest.Access, servertest.Secret

// gateway starts a true S3 server with a bucket under Object Lock and one without, and gives its address and a client of
// its owner.
func gateway(t *testing.T) (endpoint string, owner *minio.Client) {
	t.Helper()
	address, owner := servertest.Gateway(t)
	for bucket, locks := range map[string]bool{"locked": true, "open": false} {
		if err := owner.MakeBucket(t.Context(), bucket, minio.MakeBucketOptions{ObjectLocking: locks}); err != nil {
			t.Fatal(err)
		}
	}
	return "http://" + address, owner
}

// strict stands before a gateway and refuses, as AWS does, what goes under a lock without a sum in its header. That is told
// of the object, and holds for its parts, of which nothing tells it.
func strict(t *testing.T, endpoint string) string {
	t.Helper()
	to, err := url.Parse(endpoint)
	if err != nil {
		t.Fatal(err)
	}
	pass := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(to)
		r.Out.Host = r.In.Host // it is signed
	}}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		locked := r.Header.Get("X-Amz-Object-Lock-Mode") != "" || r.URL.Query().Has("partNumber")
		if r.Method == http.MethodPut && locked && r.Header.Get("Content-Md5") == "" && r.Header.Get("X-Amz-Checksum-Sha256") == "" {
			http.Error(w, "Content-MD5 OR x-amz-checksum- HTTP header is required", http.StatusBadRequest)
			return
		}
		pass.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	return s.URL
}

// bucket is a destination whose credentials stand in a file.
func bucket(t *testing.T, endpoint, name string, edit func(*Config)) *Bucket {
	t.Helper()
	file := filepath.Join(t.TempDir(), "credentials")
	content := fmt.Sprintf("[default]\naws_access_key_id = %s\naws_secret_access_key = %s\n", access, secret)
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	c := Config{Endpoint: endpoint, Bucket: name, Region: "us-east-1", Credentials: file, Now: time.Now}
	if edit != nil {
		edit(&c)
	}
	b, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func message(lines string) deliver.Message {
	return deliver.Message{ID: "d1", Kind: store.KindCreated, Site: "shop", Session: "s1", Began: time.Date(2026, 11, 22, 23, 59, 0, 0, time.UTC),
		Made: time.Date(2026, 11, 23, 1, 0, 0, 0, time.UTC), Document: deliver.Document{Lines: []byte(lines), Count: 1}}
}

func try(t *testing.T, b *Bucket, m deliver.Message) error {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), Timeout)
	defer cancel()
	return b.Deliver(ctx, m)
}

func content(t *testing.T, owner *minio.Client, bucket, name string) (string, minio.ObjectInfo) {
	t.Helper()
	o, err := owner.GetObject(t.Context(), bucket, name, minio.GetObjectOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer o.Close()
	text, err := io.ReadAll(o)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	info, err := owner.StatObject(t.Context(), bucket, name, minio.StatObjectOptions{Checksum: true})
	if err != nil {
		t.Fatal(err)
	}
	return string(text), info
}

const objectName, erasedName = "logs/shop/2026/11/22/s1.json", "logs/shop/2026/11/22/s1.erased.json"

func TestLockedBucket(t *testing.T) {
	endpoint, owner := gateway(t)
	b := bucket(t, strict(t, endpoint), "locked", func(c *Config) { c.Prefix, c.Lock = "logs/", 400*24*time.Hour })
	for range 2 { // the second time as after a crash before the outbox was told
		if err := try(t, b, message("{\"seq\":1}\n")); err != nil {
			t.Fatal(err)
		}
	}
	text, info := content(t, owner, "locked", objectName)
	if text != "{\"session_logs\":[\n{\"seq\":1}\n]}\n" || info.ContentType != "application/json" || info.ChecksumSHA256 == "" || info.UserMetadata[contentSum] != fmt.Sprintf("%x", sha256.Sum256([]byte(text))) {
		t.Errorf("%q of type %s, SHA-256 %q, %v", text, info.ContentType, info.ChecksumSHA256, info.UserMetadata)
	}
	until, err := time.Parse(time.RFC3339, info.Metadata.Get("X-Amz-Object-Lock-Retain-Until-Date"))
	if mode := info.Metadata.Get("X-Amz-Object-Lock-Mode"); err != nil || mode != "COMPLIANCE" || time.Until(until) < 399*24*time.Hour || time.Until(until) > 401*24*time.Hour {
		t.Errorf("lock %s until %s, %v", mode, until, err)
	}
	if err := owner.RemoveObject(t.Context(), "locked", objectName, minio.RemoveObjectOptions{VersionID: info.VersionID, GovernanceBypass: true}); err == nil {
		t.Error("its owner could remove a locked object")
	}

	var never *deliver.Never
	if err := try(t, b, message("{\"seq\":2}\n")); !errors.As(err, &never) {
		t.Errorf("another object of the name: %v", err)
	}
	if again, _ := content(t, owner, "locked", objectName); again != text {
		t.Errorf("the object was overwritten with %q", again)
	}

	erased := message("")
	erased.Kind = store.KindErased
	for range 2 {
		if err := try(t, b, erased); err != nil {
			t.Fatal(err)
		}
	}
	if text, _ := content(t, owner, "locked", erasedName); !strings.Contains(text, `"type":"space.session.audit_logs_erased"`) || !strings.Contains(text, `"removed":false`) {
		t.Errorf("the word of the erasure: %s", text)
	}
	if _, err := owner.StatObject(t.Context(), "locked", objectName, minio.StatObjectOptions{VersionID: info.VersionID}); err != nil {
		t.Errorf("the locked version: %v", err)
	}
}

func TestOpenBucket(t *testing.T) {
	endpoint, owner := gateway(t)
	b := bucket(t, endpoint, "open", func(c *Config) { c.Prefix = "logs" })
	if err := try(t, b, message("{\"seq\":1}\n")); err != nil {
		t.Fatal(err)
	}
	erased := message("")
	erased.Kind = store.KindErased
	if err := try(t, b, erased); err != nil {
		t.Fatal(err)
	}
	if text, _ := content(t, owner, "open", erasedName); !strings.Contains(text, `"removed":true`) {
		t.Errorf("the word of the erasure: %s", text)
	}
	if _, err := owner.StatObject(t.Context(), "open", objectName, minio.StatObjectOptions{}); minio.ToErrorResponse(err).StatusCode != 404 {
		t.Errorf("what was erased: %v", err)
	}
}

// A large session goes in parts, and is no more overwritten than a small one.
func TestParts(t *testing.T) {
	endpoint, owner := gateway(t)
	b := bucket(t, strict(t, endpoint), "locked", func(c *Config) { c.Prefix, c.Lock = "logs", 24*time.Hour })
	large := message(string(bytes.Repeat([]byte("{\"filler\":\"0123456789abcdef\"}\n"), 3*partSize/30)))
	for range 2 {
		if err := try(t, b, large); err != nil {
			t.Fatal(err)
		}
	}
	text, info := content(t, owner, "locked", objectName)
	if text != string(large.Document.Log()) || !strings.Contains(info.ETag, "-") {
		t.Errorf("%d bytes, want %d; ETag %s of no multipart", len(text), len(large.Document.Log()), info.ETag)
	}
	var never *deliver.Never
	other := message(string(large.Document.Lines) + "{}\n")
	if err := try(t, b, other); !errors.As(err, &never) {
		t.Errorf("another large object of the name: %v", err)
	}
}

// What the server answers is not shown but for its status.
func TestRefusals(t *testing.T) {
	endpoint, _ := gateway(t)
	for what, row := range map[string]struct {
		edit func(*Config)
		want string
	}{
		"no such bucket": {func(c *Config) { c.Bucket = "nowhere" }, "answered 404 Not Found"},
		"wrong secret": {func(c *Config) {
			c.Credentials = ""
			t.Setenv("AWS_ACCESS_KEY_ID", access)
			t.Setenv("AWS_SECRET_ACCESS_KEY", "wrong")
		}, "answered 403 Forbidden"},
		"nobody there":    {func(c *Config) { c.Endpoint = "http://" + servertest.Addresses(t, 1)[0] }, "connection refused"},
		"no credentials":  {func(c *Config) { c.Credentials = "/nowhere" }, "no such file"},
		"no lock allowed": {func(c *Config) { c.Lock = 24 * time.Hour }, "answered 400 Bad Request"},
	} {
		t.Run(what, func(t *testing.T) {
			if err := try(t, bucket(t, endpoint, "open", row.edit), message("{}\n")); err == nil || !strings.Contains(err.Error(), row.want) || strings.Contains(err.Error(), secret) {
				t.Errorf("%v, want %s", err, row.want)
			}
		})
	}
	for _, endpoint := range []string{"s3.example", "ftp://s3.example", "https://a:b@s3.example", "https://s3.example/bucket"} {
		if _, err := New(Config{Endpoint: endpoint, Bucket: "b"}); err == nil {
			t.Errorf("%s is taken as an endpoint", endpoint)
		}
	}
}
