package webhook

import (
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// The forms of a secret, as Standard Webhooks writes them.
const (
	prefixHMAC    = "whsec_" // 24 to 64 bytes in base64
	prefixEd25519 = "whsk_"  // a private key of ed25519, with or without its public half, in base64
	prefixPublic  = "whpk_"  // the public key, for the receiver
	comment       = "#"      // begins a line without a secret
)

const (
	leastHMAC = 24
	mostHMAC  = 64
	madeHMAC  = 32 // what we make: as long as the hash
	// maxSecrets bounds the signatures of a request: an old and a new secret of both kinds.
	maxSecrets = 4
)

// Secret signs. It has no exported field and tells nothing when it is printed.
type Secret struct {
	key     []byte
	private ed25519.PrivateKey // instead of key
}

// String keeps the secret out of logs.
func (Secret) String() string { return "[secret]" }

// GoString keeps the secret out of logs.
func (Secret) GoString() string { return "[secret]" }

// ReadSecrets reads secrets, one a line; while they are being changed there are two. Its errors say the line and never a
// part of it.
func ReadSecrets(content string) ([]Secret, error) {
	var secrets []Secret
	err := eachLine(content, func(line string) error {
		s, err := readSecret(line)
		secrets = append(secrets, s)
		return err
	})
	if err != nil {
		return nil, err
	}
	return secrets, nil
}

// eachLine calls read with every line that should have a secret.
func eachLine(content string, read func(line string) error) error {
	count := 0
	for i, line := range strings.Split(content, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, comment) {
			continue
		}
		if err := read(line); err != nil {
			return fmt.Errorf("line %d %w", i+1, err)
		}
		count++
	}
	switch {
	case count == 0:
		return errors.New("there is no secret; it needs a line with " + prefixHMAC + " or " + prefixEd25519 + ", or one that cotrail webhook secret makes")
	case count > maxSecrets:
		return fmt.Errorf("there are %d secrets; at most %d can be in use at once", count, maxSecrets)
	}
	return nil
}

func readSecret(line string) (Secret, error) {
	if text, ok := strings.CutPrefix(line, prefixHMAC); ok {
		key, err := base64.StdEncoding.DecodeString(text)
		if err != nil || len(key) < leastHMAC || len(key) > mostHMAC {
			return Secret{}, fmt.Errorf("is not %s and %d to %d bytes in base64", prefixHMAC, leastHMAC, mostHMAC)
		}
		return Secret{key: key}, nil
	}
	if text, ok := strings.CutPrefix(line, prefixEd25519); ok {
		key, err := base64.StdEncoding.DecodeString(text)
		switch {
		case err == nil && len(key) == ed25519.SeedSize:
			return Secret{private: ed25519.NewKeyFromSeed(key)}, nil
		case err == nil && len(key) == ed25519.PrivateKeySize && ed25519.NewKeyFromSeed(key[:ed25519.SeedSize]).Equal(ed25519.PrivateKey(key)):
			return Secret{private: key}, nil
		}
		return Secret{}, fmt.Errorf("is not %s and a private key of ed25519 in base64", prefixEd25519)
	}
	return Secret{}, fmt.Errorf("does not begin with %s or %s", prefixHMAC, prefixEd25519)
}

// sign gives the header webhook-signature: one signature of each secret.
func sign(secrets []Secret, id string, at time.Time, body []byte) string {
	content := []byte(id + "." + strconv.FormatInt(at.Unix(), 10) + ".")
	content = append(content, body...)
	signatures := make([]string, len(secrets))
	for i, s := range secrets {
		signatures[i] = s.sign(content)
	}
	return strings.Join(signatures, " ")
}

func (s Secret) sign(content []byte) string {
	if s.private != nil {
		return "v1a," + base64.StdEncoding.EncodeToString(ed25519.Sign(s.private, content))
	}
	mac := hmac.New(sha256.New, s.key)
	mac.Write(content)
	return "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
}
