package servertest

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

// The owner of a gateway's buckets.
const (
	Access = "cotrail"
	Secret = "a secret of this test"
)

// Gateway starts a true S3 server, which keeps versions, and gives its address and a client of its owner.
func Gateway(t testing.TB) (address string, owner *minio.Client) {
	t.Helper()
	path, address, dir := Build(t, S3), Addresses(t, 1)[0], t.TempDir()
	for _, name := range []string{"data", "versions", "meta"} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	Start(t, address, path, "--quiet", "--port", address, "--access", Access, "--secret", Secret,
		"posix", "--versioning-dir", filepath.Join(dir, "versions"), "--sidecar", filepath.Join(dir, "meta"), filepath.Join(dir, "data"))
	owner, err := minio.New(address, &minio.Options{Creds: credentials.NewStaticV4(Access, Secret, "")})
	if err != nil {
		t.Fatal(err)
	}
	return address, owner
}
