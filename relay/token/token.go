// Package token reads and makes participant tokens: JWTs by HS256, signed with the secret of a site by the relay or by
// the app's own back end. Such a token says who is at a page, lets that page write into one session until it expires,
// and lets nobody read anything.
package token

import (
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// Claims are what a token says. All are required but for Name, Email and Role.
type Claims struct {
	Session     string // sid
	ClientIndex int64  // client_index
	UserID      string // sub
	Name        string // name
	Email       string // email
	Role        string // role
	Expires     time.Time
}

// RoleHost is the role whose pages are believed about who leads and who may act.
const RoleHost = "host"

const (
	// MinSecret is the length of a secret, in bytes: as many as the hash has, as RFC 7518 section 3.2 demands.
	MinSecret = 32
	// MaxToken bounds a token: five short texts, signed. It must fit a line of the hello.
	MaxToken = 4000
	// maxIndex bounds a participant's number: what JSON's readers can tell apart.
	maxIndex = math.MaxInt32
	// maxText bounds each text of a token, in bytes.
	maxText = 256
)

// ErrExpired is what Read gives beside the claims of a good token whose time is over.
var ErrExpired = errors.New("the token has expired")

// claims is the form of the wire. Index is a pointer, for one that is missing is not 0.
type claims struct {
	Session string `json:"sid"`
	Index   *int64 `json:"client_index"`
	Name    string `json:"name,omitempty"`
	Email   string `json:"email,omitempty"`
	Role    string `json:"role,omitempty"`
	jwt.RegisteredClaims
}

// Sign makes a token. The same claims always make the same one.
func Sign(secret []byte, c Claims) string {
	signed, err := jwt.NewWithClaims(jwt.SigningMethodHS256, claims{
		Session: c.Session, Index: &c.ClientIndex, Name: c.Name, Email: c.Email, Role: c.Role,
		RegisteredClaims: jwt.RegisteredClaims{Subject: c.UserID, ExpiresAt: jwt.NewNumericDate(c.Expires)},
	}).SignedString(secret)
	if err != nil {
		panic("token: " + err.Error()) // texts, a number and a time always have a JSON form
	}
	return signed
}

// Read checks a token. Of one that is good but expired it gives the claims and ErrExpired. Errors hold nothing of the
// token.
func Read(secret []byte, token string, now time.Time) (Claims, error) {
	if len(token) > MaxToken {
		return Claims{}, fmt.Errorf("the token has over %d bytes", MaxToken)
	}
	var c claims
	_, err := jwt.NewParser(
		jwt.WithValidMethods([]string{jwt.SigningMethodHS256.Alg()}), jwt.WithExpirationRequired(),
		jwt.WithTimeFunc(func() time.Time { return now }), jwt.WithStrictDecoding(),
	).ParseWithClaims(token, &c, func(*jwt.Token) (any, error) { return secret, nil })
	expired := errors.Is(err, jwt.ErrTokenExpired) && !errors.Is(err, jwt.ErrTokenNotValidYet)
	switch {
	case errors.Is(err, jwt.ErrTokenSignatureInvalid), errors.Is(err, jwt.ErrTokenUnverifiable):
		return Claims{}, errors.New("the token is not signed with the site's secret by HS256")
	case errors.Is(err, jwt.ErrTokenNotValidYet):
		return Claims{}, errors.New("the token is not good yet")
	case err != nil && !expired:
		return Claims{}, errors.New("the token is no JWT with an exp")
	}
	if err := c.check(); err != nil {
		return Claims{}, err
	}
	read := Claims{c.Session, *c.Index, c.Subject, c.Name, c.Email, c.Role, c.ExpiresAt.Time}
	if expired {
		return read, ErrExpired
	}
	return read, nil
}

func (c *claims) check() error {
	switch {
	case c.Session == "":
		return errors.New("the token has no sid")
	case c.Index == nil || *c.Index < 0 || *c.Index > maxIndex:
		return errors.New("the token has no client_index that is a whole number from 0 on")
	}
	for _, text := range []string{c.Session, c.Subject, c.Name, c.Email, c.Role} {
		if len(text) > maxText {
			return fmt.Errorf("a text of the token has over %d bytes", maxText)
		}
	}
	return nil
}
