package api

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"

	"github.com/cotrail/cotrail/relay/config"
	"github.com/cotrail/cotrail/relay/problem"
	"github.com/cotrail/cotrail/relay/store"
)

const (
	// maxBody bounds what a back end sends at once: a thousand events of the usual size, and room.
	maxBody = 1 << 20
	// maxIdempotencyKey bounds a key; a UUID has 36 characters.
	maxIdempotencyKey = 255
	// typeJSON is the one media type of what a back end sends.
	typeJSON = "application/json"
	// idempotencyKey is the header by which a request may be repeated.
	idempotencyKey = "Idempotency-Key"
)

// request is what a back end sends.
type request struct {
	key  config.Key
	body []byte
	once store.Once
}

// read takes the body of a request, or refuses it. An empty body is an empty object, and needs no Content-Type.
func (a *API) read(w http.ResponseWriter, r *http.Request, key config.Key) (req request, ok bool) {
	declared := r.Header.Get("Content-Type")
	kind, _, err := mime.ParseMediaType(declared)
	if declared != "" && (err != nil || kind != typeJSON) {
		refuseType(w)
		return req, false
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		problem.Write(w, http.StatusRequestEntityTooLarge, fmt.Sprintf("The body has over %d bytes. Send the events in several requests.", maxBody))
		return req, false
	case err != nil:
		problem.Write(w, http.StatusBadRequest, "The body could not be read to its end.")
		return req, false
	}
	if len(body) > 0 && declared == "" {
		refuseType(w)
		return req, false
	}
	if body = bytes.TrimSpace(body); len(body) == 0 {
		body = []byte("{}")
	}
	if !json.Valid(body) {
		problem.Write(w, http.StatusBadRequest, "The body is no JSON.")
		return req, false
	}
	req = request{key: key, body: body}
	if r.Header.Values(idempotencyKey) == nil {
		return req, true
	}
	req.once = store.Once{Key: r.Header.Get(idempotencyKey), Scope: key.Name + " " + r.URL.Path, Digest: sha256.Sum256(body)}
	if !isIdempotencyKey(req.once.Key) || len(r.Header.Values(idempotencyKey)) > 1 {
		problem.Write(w, http.StatusBadRequest, fmt.Sprintf("The Idempotency-Key must be one text of 1 to %d visible ASCII characters.", maxIdempotencyKey))
		return req, false
	}
	return req, true
}

func refuseType(w http.ResponseWriter) {
	problem.Write(w, http.StatusUnsupportedMediaType, "The Content-Type must be "+typeJSON+".")
}

func isIdempotencyKey(s string) bool {
	return s != "" && len(s) <= maxIdempotencyKey && !strings.ContainsFunc(s, func(c rune) bool { return c < '!' || c > '~' })
}

// decode reads an object of known keys. The error is a sentence, without a value of the body.
func decode(object []byte, to any) error {
	d := json.NewDecoder(bytes.NewReader(object))
	d.DisallowUnknownFields()
	err := d.Decode(to)
	var wrong *json.UnmarshalTypeError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &wrong) && wrong.Field == "":
		return errors.New("it must be a JSON object")
	case errors.As(err, &wrong):
		return fmt.Errorf("%s must be %s", wrong.Field, shapes[wrong.Type.Kind().String()])
	}
	if name, found := strings.CutPrefix(err.Error(), "json: unknown field "); found {
		return fmt.Errorf("unknown key %s", name)
	}
	return errors.New("it must be a JSON object")
}

// shapes says what a key must be, by the kind that it is read into.
var shapes = map[string]string{"string": "a string", "int64": "a whole number", "slice": "an object"}

// invalid refuses a request for what is in it.
func invalid(w http.ResponseWriter, err error) {
	problem.Error(w, http.StatusUnprocessableEntity, fmt.Errorf("the request cannot be taken: %w", err))
}

// refused answers for what the store would not do.
func (a *API) refused(w http.ResponseWriter, r *http.Request, err error) {
	switch {
	case errors.Is(err, store.ErrReused):
		problem.Write(w, http.StatusUnprocessableEntity, "The Idempotency-Key was used for a request with another body. Use a new key for each new request.")
	case errors.Is(err, store.ErrEnded):
		problem.Write(w, http.StatusConflict, "The session has been ended already.")
	case errors.Is(err, store.ErrFull):
		w.Header().Set("Retry-After", retryFull)
		problem.Write(w, http.StatusServiceUnavailable, "The relay cannot store more at present. Try again, with the same Idempotency-Key.")
	default:
		a.failed(w, r, err)
	}
}

// retryFull is when to try again where the store is full, in seconds: a disk is not emptied in one.
const retryFull = "10"

// reply answers with JSON and a status.
func (a *API) reply(w http.ResponseWriter, status int, v any) {
	content, err := json.Marshal(v)
	if err != nil {
		panic(err) // our own types always have a JSON form
	}
	w.Header().Set("Content-Type", typeJSON)
	w.WriteHeader(status)
	w.Write(append(content, '\n'))
}
