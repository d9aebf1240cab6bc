package server

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cotrail/cotrail/relay/config"
	"github.com/cotrail/cotrail/relay/deliver"
	"github.com/cotrail/cotrail/relay/trail"
)

// refused holds that a relay does not start, and what it says instead.
func refused(t *testing.T, what string, o Options, says ...string) {
	t.Helper()
	s, err := New(t.Context(), load(t, "", true), o)
	if err == nil {
		s.Run(canceled())
		t.Errorf("%s: it starts", what)
		return
	}
	for _, want := range says {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", what, err, want)
		}
	}
}

// TestLostSigningKey: over a log that has begun no other key comes into force, and none is made.
func TestLostSigningKey(t *testing.T) {
	o := options(t)
	path := filepath.Join(o.Data, trail.KeyFile)
	s := start(t, load(t, "", true), o)
	until(t, "the first checkpoint", func() bool {
		res, _ := get(t, s.Address()+"/v1/checkpoint")
		return res.StatusCode == http.StatusOK
	})
	if err := s.end(t); err != nil {
		t.Fatal(err)
	}
	kept := path + ".kept"
	if err := os.Rename(path, kept); err != nil {
		t.Fatal(err)
	}
	refused(t, "a lost key", o, path+" is missing", "restore")
	if _, err := os.Stat(path); !os.IsNotExist(err) {
		t.Errorf("a key was made: %v", err)
	}
	if _, err := trail.MakeKeys(path); err != nil {
		t.Fatal(err)
	}
	refused(t, "another key", o, path, "not those of the store's log", "restore")
	if err := os.Rename(kept, path); err != nil {
		t.Fatal(err)
	}
	start(t, load(t, "", true), o)
}

// TestKeysOfAllRelays: over PostgreSQL a relay starts with the keys of the others or not at all, and makes none where
// they have some.
func TestKeysOfAllRelays(t *testing.T) {
	o := shared(t)
	unnamed := o
	unnamed.SigningKey = ""
	refused(t, "no signing key named", unnamed, "--signing-key", ipKeyFile, linkKeyFile)
	first := start(t, load(t, "", true), o)

	none := o
	none.Data, none.SigningKey = t.TempDir(), filepath.Join(t.TempDir(), "log.key")
	refused(t, "no keys", none, none.SigningKey+" is missing", "copy")
	if files, _ := os.ReadDir(filepath.Dir(none.SigningKey)); len(files) != 0 {
		t.Errorf("keys were made: %v", files)
	}
	if _, err := trail.MakeKeys(none.SigningKey); err != nil {
		t.Fatal(err)
	}
	refused(t, "another signing key", none, none.SigningKey, "copy")

	for _, name := range []string{ipKeyFile, linkKeyFile} {
		second := other(t, o)
		path := filepath.Join(filepath.Dir(second.SigningKey), name)
		put(t, path, strings.Repeat("k", 32))
		refused(t, "another "+name, second, path+" is another", "copy")
		remove(t, path)
		refused(t, "no "+name, second, path+" is missing", "copy")
		if _, err := os.Stat(path); !os.IsNotExist(err) {
			t.Errorf("%s was made: %v", name, err)
		}
	}
	if err := first.end(t); err != nil {
		t.Fatal(err)
	}
	second := other(t, o)
	if _, err := trail.RotateKeys(second.SigningKey); err != nil {
		t.Fatal(err)
	}
	start(t, load(t, "", true), second) // with the new signing key
	start(t, load(t, "", true), o)      // and still with the old one
}

// TestSameAtAllRelays: a person has one number wherever the app asks for it, and a link leads to the log at every relay.
func TestSameAtAllRelays(t *testing.T) {
	o := shared(t)
	conf := load(t, "", true)
	demo, _ := conf.Site(config.DemoSite)
	demo.TokenSecret = []byte(strings.Repeat("s", 32))
	here := start(t, conf, o)
	there := start(t, conf, other(t, o))
	record(t, here).CloseNow()

	invite := func(s *running, user string) (index int64) {
		body := post(t, s, "/v1/sessions/"+session+"/tokens", `{"user_id":"`+user+`"}`)
		var answer struct {
			ClientIndex int64 `json:"client_index"`
		}
		if err := json.Unmarshal([]byte(body), &answer); err != nil {
			t.Fatalf("%v: %s", err, body)
		}
		return answer.ClientIndex
	}
	ada, bob := invite(here, "ada"), invite(here, "bob")
	if ada == bob || invite(there, "ada") != ada || invite(there, "bob") != bob {
		t.Errorf("ada is %d and bob is %d, at the other relay %d and %d", ada, bob, invite(there, "ada"), invite(there, "bob"))
	}

	post(t, here, "/v1/sessions/"+session+"/end", "")
	link, _ := here.delivery.links.Make(config.DemoSite, session, "hook")
	at := there.Address() + deliver.LinkPath + filepath.Base(link)
	until(t, "the link leads to the log at the other relay", func() bool {
		res, body := get(t, at)
		return res.StatusCode == http.StatusOK && strings.Contains(body, "it works")
	})
}
