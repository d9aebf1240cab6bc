package catalog

import "github.com/cotrail/cotrail/masking/event"

// Access is a type of the access log in words.
type Access struct {
	Type       event.Word
	Title, Doc string
	Message    string // of the sample
	Details    string // likewise
}

// Accesses are the types of a site's access log. No page and no app tells of them: the relay writes them of itself, and
// they are in no session's log.
var Accesses = []Access{
	{"log_viewed", "Log viewed", "Somebody read a session's log or statistics.", "audit read the log of session 3f0c9a5be1d24c7c8e6f00aa54d1b2c3",
		`{"who":"audit","session_id":"3f0c9a5be1d24c7c8e6f00aa54d1b2c3","what":"log","from":"192.0.2.7"}`},
	{"log_exported", "Log exported", "Somebody took a session's log in a form to keep: as lines, with its proof, or in the dialect.", "audit exported the log of session 3f0c9a5be1d24c7c8e6f00aa54d1b2c3",
		`{"who":"audit","session_id":"3f0c9a5be1d24c7c8e6f00aa54d1b2c3","what":"log","from":"192.0.2.7"}`},
	{"log_erased", "Log erased", "A session was erased, on request or because its time was over.", "retention erased the log of session 3f0c9a5be1d24c7c8e6f00aa54d1b2c3",
		`{"who":"retention","session_id":"3f0c9a5be1d24c7c8e6f00aa54d1b2c3","what":"log","from":null}`},
	{"log_held", "Log held", "A session was put under legal hold.", "ops put a hold on the log of session 3f0c9a5be1d24c7c8e6f00aa54d1b2c3",
		`{"who":"ops","session_id":"3f0c9a5be1d24c7c8e6f00aa54d1b2c3","what":"log","from":"192.0.2.7"}`},
	{"log_released", "Log released", "The legal hold of a session ended.", "ops released the log of session 3f0c9a5be1d24c7c8e6f00aa54d1b2c3",
		`{"who":"ops","session_id":"3f0c9a5be1d24c7c8e6f00aa54d1b2c3","what":"log","from":"192.0.2.7"}`},
	{"policy_changed", "Policy changed", "The site has another policy.", "The site has another policy: 90a4e1c7d52b6f38",
		`{"who":"configuration","session_id":null,"what":"90a4e1c7d52b6f38","from":null}`},
	{"key_added", "Key added", "An API key reaches the site that did not before.", "The site has a new API key: audit",
		`{"who":"configuration","session_id":null,"what":"audit","from":null}`},
	{"key_removed", "Key removed", "An API key no longer reaches the site.", "The site has no longer the API key: audit",
		`{"who":"configuration","session_id":null,"what":"audit","from":null}`},
	{"key_changed", "Key changed", "An API key of the site has another secret, other scopes or another end.", "The site has another API key of the name: audit",
		`{"who":"configuration","session_id":null,"what":"audit","from":null}`},
}

// AccessKeys are the keys of their details: all of them have the same.
var AccessKeys = []string{"who", "session_id", "what", "from"}

// AccessKey says what a key of their details tells.
func AccessKey(name string) string { return lookUp(accessKeys, name) }

const accessKeys = `
	who         the name of the API key; what stands in its place where the relay did it by itself
	session_id  the session; null for what concerns the site
	what        what of it: log, statistics; of a policy its digest, of an API key its name
	from        the address it was asked from
`
