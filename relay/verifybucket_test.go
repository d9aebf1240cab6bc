package main

import (
	"bytes"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"

	"github.com/cotrail/cotrail/relay/deliver/servertest"
)

// TestVerifyBucket lets a relay deliver sessions into a bucket of a true S3 server, and verifies what lies there without
// the relay, before and after somebody alters it.
func TestVerifyBucket(t *testing.T) {
	address, owner := servertest.Gateway(t)
	err := owner.MakeBucket(t.Context(), "audit", minio.MakeBucketOptions{})
	if err != nil {
		t.Fatal(err)
	}
	dir, elsewhere := t.TempDir(), t.TempDir()
	login := write(t, filepath.Join(elsewhere, "credentials"), "[default]\naws_access_key_id = "+servertest.Access+"\naws_secret_access_key = "+servertest.Secret+"\n")
	wrong := write(t, filepath.Join(elsewhere, "wrong"), "[default]\naws_access_key_id = "+servertest.Access+"\naws_secret_access_key = wrong\n")
	conf := write(t, filepath.Join(elsewhere, "cotrail.yaml"), "sites:\n  - {key: shop, dev: true, deliver: [{type: s3, endpoint: \"http://"+address+"\", bucket: audit, prefix: logs, region: us-east-1, credentials_file: credentials}]}\n")
	serveBucket := func(sessions ...string) *relay {
		for _, id := range sessions {
			aged(t, dir, id, 0)
		}
		r := serve(t, dir, "--config", conf)
		for _, id := range sessions {
			for deadline := time.Now().Add(within); !strings.Contains(r.get("/v1/deliveries?state=delivered&session_id="+id), id); time.Sleep(20 * time.Millisecond) {
				if time.Now().After(deadline) {
					t.Fatal("it is not delivered")
				}
			}
		}
		return r
	}
	r := serveBucket(one, two)
	key := write(t, filepath.Join(elsewhere, "verify.key"), r.get("/v1/verify-key"))
	r.get("/v1/sessions/" + two + "/proof")
	since := write(t, filepath.Join(elsewhere, "checkpoint"), r.get("/v1/checkpoint"))
	verify := func(args ...string) (int, string, string) {
		return command(t, append([]string{"verify", "--verify-key", key, "--endpoint", "http://" + address, "--region", "us-east-1", "--credentials-file", login}, args...)...)
	}
	// The relay is asked because the two may have been sealed one after the other, each under a checkpoint of its own.
	if code, stdout, stderr := verify("--since", since, "--relay", r.url, "s3://audit/logs"); code != 0 || strings.Count(stdout, "good  s3://audit/logs/shop/") != 2 || stderr != "" {
		t.Errorf("what was delivered: exit %d\n%s%s", code, stdout, stderr)
	}
	r.end()
	if code, stdout, stderr := verify("s3://audit/logs"); code != 0 || strings.Count(stdout, "good") != 2 || stderr != "" {
		t.Errorf("what was delivered, without the relay: exit %d\n%s%s", code, stdout, stderr)
	}

	// The log goes on. Offline nothing joins the objects to the later checkpoint; a relay proves what came between.
	r = serveBucket(three)
	r.get("/v1/sessions/" + three + "/proof")
	later := write(t, filepath.Join(elsewhere, "later"), r.get("/v1/checkpoint"))
	if code, stdout, stderr := verify("--since", later, "--relay", r.url, "s3://audit/logs"); code != 0 || strings.Count(stdout, "good") != 3 {
		t.Errorf("proven by the relay: exit %d\n%s%s", code, stdout, stderr)
	}
	r.end()
	if code, stdout, stderr := verify("--since", later, "s3://audit/logs"); code != 2 || strings.Count(stdout, "good") != 1 || !strings.Contains(stderr, "by --relay") {
		t.Errorf("proven by nobody: exit %d\n%s%s", code, stdout, stderr)
	}

	for _, c := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"s3://audit/nowhere"}, 2, "there is no log (*.json), so nothing is proven"},
		{[]string{"s3://none"}, 2, "answered 404 Not Found"},
		{[]string{"--credentials-file", wrong, "s3://audit"}, 2, "answered 403 Forbidden"},
		{[]string{"--ca-file", key, "s3://audit"}, 2, "there is no certificate in it"},
		{[]string{"--endpoint", "", "s3://audit"}, 2, "--endpoint is missing"},
		{[]string{"--endpoint", "s3.example", "s3://audit"}, 2, "is no address like"},
		{[]string{t.TempDir()}, 2, "there is no log (*.json), so nothing is proven"},
	} {
		if code, stdout, stderr := verify(c.args...); code != c.code || !strings.Contains(stderr, c.says) || strings.Contains(stdout+stderr, servertest.Secret) {
			t.Errorf("verify %q: exit %d\n%s%s; want %s", c.args, code, stdout, stderr, c.says)
		}
	}

	// Somebody alters an object, puts a good one in the place of another, and leaves the word of an erasure.
	names := map[string]string{}
	for object := range owner.ListObjects(t.Context(), "audit", minio.ListObjectsOptions{Recursive: true}) {
		names[strings.TrimSuffix(filepath.Base(object.Key), ".json")] = object.Key
	}
	put := func(name, content string) {
		if _, err := owner.PutObject(t.Context(), "audit", name, strings.NewReader(content), int64(len(content)), minio.PutObjectOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	read := func(name string) string {
		object, err := owner.GetObject(t.Context(), "audit", name, minio.GetObjectOptions{})
		if err != nil {
			t.Fatal(err)
		}
		defer object.Close()
		content, err := io.ReadAll(object)
		if err != nil {
			t.Fatal(err)
		}
		return string(content)
	}
	second := bytes.Replace([]byte(read(names[one])), []byte(`"seq":2`), []byte(`"seq":2,"x":1`), 1)
	put(names[two], read(names[three]))
	put(names[one], string(second))
	put(strings.Replace(names[one], ".json", ".erased.json", 1), `{"type":"space.session.audit_logs_erased","session_id":"`+one+`","site":"shop","timestamp":"2026-11-22T12:00:00.000Z","removed":false}`)
	put("logs/readme.txt", "no log")
	code, stdout, stderr := verify("--json", "s3://audit")
	for _, want := range []string{`"findings":[{"kind":"changed","seq":2,"text":"Entry 2 was changed."}]`, `"kind":"misplaced"`, `"unsigned":true,"findings":[]`} {
		if code != 1 || strings.Count(stdout, want) != 1 || strings.Count(stdout, "\n") != 4 {
			t.Errorf("an altered bucket: exit %d, want once %s\n%s%s", code, want, stdout, stderr)
		}
	}
	if _, stdout, _ := verify("s3://audit"); !strings.Contains(stdout, "says a notice that nobody has signed") || strings.Count(stdout, "BAD") != 2 {
		t.Errorf("in words:\n%s", stdout)
	}
}
