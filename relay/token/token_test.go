package token

import (
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

var (
	secret = []byte("0123456789abcdef0123456789abcdef")
	noon   = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	ada    = Claims{"3f0c9a5be1d24c7c8e6f00aa54d1b2c3", 1, "u-17", "Ada Miller", "ada@mail.example", "host", noon.Add(time.Hour)}
)

func TestRoundTrip(t *testing.T) {
	signed := Sign(secret, ada)
	got, err := Read(secret, signed, noon)
	if err != nil || !got.Expires.Equal(ada.Expires) {
		t.Fatalf("%+v, %v", got, err)
	}
	got.Expires = ada.Expires
	if got != ada {
		t.Errorf("%+v, want %+v", got, ada)
	}
	if Sign(secret, ada) != signed {
		t.Error("signed again it is another")
	}
	if got, err := Read(secret, signed, noon.Add(time.Hour+time.Second)); !errors.Is(err, ErrExpired) || got.Session != ada.Session {
		t.Errorf("after its time: %+v, %v", got, err)
	}
}

func TestRefuses(t *testing.T) {
	by := func(method jwt.SigningMethod, key any, c jwt.MapClaims) string {
		signed, err := jwt.NewWithClaims(method, c).SignedString(key)
		if err != nil {
			t.Fatal(err)
		}
		return signed
	}
	good := func() jwt.MapClaims {
		return jwt.MapClaims{"sid": "s", "client_index": 0, "exp": noon.Add(time.Hour).Unix()}
	}
	with := func(key string, value any) string {
		c := good()
		if c[key] = value; value == nil {
			delete(c, key)
		}
		return by(jwt.SigningMethodHS256, secret, c)
	}
	parts := strings.Split(with("name", "Ada"), ".")
	forged := base64.RawURLEncoding.EncodeToString([]byte(`{"sid":"s","client_index":1,"exp":9999999999}`))
	for name, row := range map[string]struct{ token, want string }{
		"nothing":                 {"", "no JWT"},
		"no token":                {"ey.ey.ey", "no JWT"},
		"another secret":          {by(jwt.SigningMethodHS256, []byte("another"), good()), "not signed"},
		"another method":          {by(jwt.SigningMethodHS512, secret, good()), "not signed"},
		"unsigned":                {by(jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, good()), "not signed"},
		"other claims, same sign": {parts[0] + "." + forged + "." + parts[2], "not signed"},
		"no exp":                  {with("exp", nil), "no JWT with an exp"},
		"no sid":                  {with("sid", nil), "no sid"},
		"no index":                {with("client_index", nil), "client_index"},
		"an index below 0":        {with("client_index", -1), "client_index"},
		"a broken index":          {with("client_index", 1.5), "no JWT"},
		"not yet":                 {with("nbf", noon.Add(time.Minute).Unix()), "not good yet"},
		"a long name":             {with("name", strings.Repeat("a", 257)), "over 256 bytes"},
		"too long":                {with("name", strings.Repeat("a", 4000)), "over 4000 bytes"},
	} {
		_, err := Read(secret, row.token, noon)
		if err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%s: %v, want %q", name, err, row.want)
		}
	}
	if _, err := Read(secret, with("name", "Ada"), noon); err != nil {
		t.Errorf("the one that they differ from: %v", err)
	}
}
