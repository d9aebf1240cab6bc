package verify

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"

	"github.com/cotrail/cotrail/relay/deliver"
	"github.com/cotrail/cotrail/relay/deliver/s3"
	"github.com/cotrail/cotrail/relay/deliver/servertest"
	"github.com/cotrail/cotrail/relay/store"
)

// bucket starts a true S3 server and gives a destination under a prefix of a bucket, and the bucket's owner.
func bucket(t *testing.T) (at func(prefix string) *s3.Bucket, owner *minio.Client) {
	t.Helper()
	address, owner := servertest.Gateway(t)
	err := owner.MakeBucket(t.Context(), "audit", minio.MakeBucketOptions{})
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("AWS_ACCESS_KEY_ID", servertest.Access)
	t.Setenv("AWS_SECRET_ACCESS_KEY", servertest.Secret)
	return func(prefix string) *s3.Bucket {
		b, err := s3.New(s3.Config{Endpoint: "http://" + address, Bucket: "audit", Prefix: prefix, Region: "us-east-1", Now: time.Now})
		if err != nil {
			t.Fatal(err)
		}
		return b
	}, owner
}

// TestEveryChangeInABucket delivers a session, changes one entry of its object in every way there is, and wants the
// first that differs to be named, under a checkpoint that was kept elsewhere.
func TestEveryChangeInABucket(t *testing.T) {
	at, owner := bucket(t)
	a := newArchive(t)
	good := a.session(7)
	since, _ := a.checkpoint(noon)
	a.checker.Since = &since

	const name = "shop/2026/11/22/s.json"
	m := deliver.Message{ID: "d1", Kind: store.KindCreated, Site: "shop", Session: "s", Began: noon, Made: noon,
		Document: deliver.Document{Lines: append(bytes.Join(raw(good), []byte("\n")), '\n'), Count: 7, Export: good.json()}}
	if err := at("good").Deliver(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	want := map[string]change{"good/" + name: {}}
	for i, c := range changes(good.Entries) {
		bad := good
		bad.Entries = c.entries
		text, key := bad.json(), fmt.Sprintf("bad%04d/%s", i, name)
		if _, err := owner.PutObject(t.Context(), "audit", key, bytes.NewReader(text), int64(len(text)), minio.PutObjectOptions{}); err != nil {
			t.Fatal(err)
		}
		want[key] = c
	}
	seen := 0
	err := at("").Each(t.Context(), func(key string, content []byte, err error) error {
		if err != nil {
			return err
		}
		seen++
		c, ok := want[key]
		r, err := a.checker.Log(key, content)
		switch {
		case !ok || err != nil:
			t.Errorf("%s: %v", key, err)
		case c.kind == "" && len(r.Findings) > 0, c.kind != "" && (len(r.Findings) != 1 || r.Findings[0].Seq != c.first || r.Findings[0].Kind != c.kind):
			t.Errorf("%s, %s: %+v; want entry %d %s", key, c.what, r, c.first, c.kind)
		}
		return nil
	})
	if err != nil || seen != len(want) || seen < 100 {
		t.Errorf("%d objects of %d, %v", seen, len(want), err)
	}
}

func raw(e exported) (lines [][]byte) {
	for _, entry := range e.Entries {
		lines = append(lines, entry)
	}
	return lines
}

// TestUnderPrefix: a prefix is a folder, and neither the beginning of another's name nor a folder's own object.
func TestUnderPrefix(t *testing.T) {
	at, owner := bucket(t)
	for _, name := range []string{"logs/a.json", "logs/b/c.json", "logs2/d.json", "e.json"} {
		if _, err := owner.PutObject(t.Context(), "audit", name, strings.NewReader(name), int64(len(name)), minio.PutObjectOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	for prefix, want := range map[string]string{
		"": "e.json logs/a.json logs/b/c.json logs2/d.json", "logs": "logs/a.json logs/b/c.json", "logs/": "logs/a.json logs/b/c.json",
		"logs/a.json": "logs/a.json", "none": "",
	} {
		var got []string
		err := at(prefix).Each(t.Context(), func(name string, content []byte, err error) error {
			if err != nil || string(content) != name {
				t.Errorf("%s has %q, %v", name, content, err)
			}
			got = append(got, name)
			return nil
		})
		if err != nil || strings.Join(got, " ") != want {
			t.Errorf("%q: %q, %v; want %s", prefix, got, err, want)
		}
	}
}

// TestMisplaced: a good log in the place of another hides that one.
func TestMisplaced(t *testing.T) {
	a := newArchive(t)
	good := a.session(2)
	for name, found := range map[string]bool{
		"shop/2026/11/22/s.json": false, "/var/log/shop/2026/11/22/s.json": false, "mine.json": false, "a/b.json": false,
		"shop/2026/11/22/t.json": true, "bank/2026/11/22/s.json": true, "s3://audit/logs/shop/2026/11/22/t.json": true,
	} {
		r, err := a.checker.Log(name, good.json())
		if err != nil || (len(r.Findings) == 1 && r.Findings[0].Kind == Misplaced) != found || len(r.Findings) > 1 {
			t.Errorf("%s: %+v, %v", name, r, err)
		}
	}
}
