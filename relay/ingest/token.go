package ingest

import (
	"errors"
	"time"

	"github.com/cotrail/cotrail/masking/event"
	"github.com/cotrail/cotrail/relay/store"
	"github.com/cotrail/cotrail/relay/token"
)

// tokenGrace is how long after its end a token still lets a page hand in what it had not sent: the recorder learns of
// the end by the connection's, and sends the rest by one request. It opens no new stream.
const tokenGrace = time.Minute

var errExpired = refuse(event.TokenExpired, "the participant's token has expired; what was not sent may come by POST within %s", tokenGrace)

// participant lets a page in by its token: into the session that the token names, as whom it names.
func (in *intake) participant(posted bool) error {
	if in.site.Secret == nil {
		return refuse(event.NotAllowed, "the site has no participants' tokens: its configuration has no token_secret_file")
	}
	now := in.h.now()
	claims, err := token.Read(in.site.Secret, in.hello.Token, now)
	switch expired := errors.Is(err, token.ErrExpired); {
	case expired && (!posted || now.Sub(claims.Expires) > tokenGrace):
		return errExpired
	case err != nil && !expired:
		return refuse(event.NotAllowed, "%s", err)
	case in.hello.Session != claims.Session:
		return refuse(event.NotAllowed, "the token is for another session than the page's data-session")
	}
	o, policy, key := &in.opening, in.site.Policy, in.h.key(claims.Session)
	o.Session, o.Expired, in.expires = claims.Session, err != nil, claims.Expires
	o.Person = &store.Person{
		ClientIndex: claims.ClientIndex, UserID: policy.Ident(claims.UserID).String(), Name: policy.Person(key, claims.Name).String(),
		Email: policy.Mail(key, claims.Email).String(), Role: policy.Said(claims.Role).String(),
	}
	return nil
}
