package config

import (
	"crypto/x509"
	"net/netip"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"

	"github.com/cotrail/cotrail/relay/deliver/webhook"
)

// The types of destinations.
const (
	DestWebhook = "webhook"
	DestS3      = "s3"
	DestDir     = "dir"
	DestStdout  = "stdout"
	DestNATS    = "nats"
	DestKafka   = "kafka"
)

// Bounds of a destination's numbers.
const (
	defaultConcurrency = 4
	// mostConcurrency bounds the attempts at once, each of which holds a session in memory.
	mostConcurrency = 64
	// leastLock and mostLock bound an object lock. Object Lock counts seconds, but audit logs are kept for days.
	leastLock = 24 * time.Hour
	mostLock  = 36500 * 24 * time.Hour
	// mostReplicas is what JetStream can do.
	mostReplicas = 5
)

// Destination is where a site's sessions go. Which fields are set depends on its type.
type Destination struct {
	Type        string
	Name        string // among the site's; the type when the file gives none
	Concurrency int

	URL           string // webhook, nats
	Secrets       *webhook.File
	Gzip          bool
	AllowNetworks []netip.Prefix
	Roots         *x509.CertPool // of ca_file; nil for the system's

	Endpoint    string // s3
	Bucket      string
	Region      string
	Prefix      string
	ObjectLock  time.Duration
	LockMode    string
	Encryption  string // "", "s3" or "kms"
	KMSKey      string
	Credentials string // s3, nats: path of a file

	Path string // dir

	Stream   string // nats
	Replicas int

	Brokers  []string // kafka
	Topic    string
	TLS      bool
	User     string
	Password Password
}

// Password tells nothing when it is printed.
type Password struct{ text string }

// Reveal gives the password to whom it is for.
func (p Password) Reveal() string { return p.text }

// String keeps the password out of logs.
func (Password) String() string { return "[secret]" }

// GoString keeps the password out of logs.
func (Password) GoString() string { return "[secret]" }

// destination reads an element of a site's deliver.
func (r *reader) destination(n ast.Node, s *Site) {
	kinds := map[string]func(*Destination) ([]entry, []string){
		DestWebhook: r.webhook, DestS3: r.s3, DestDir: r.dir, DestNATS: r.nats, DestKafka: r.kafka,
		DestStdout: func(*Destination) ([]entry, []string) { return nil, nil },
	}
	kind := r.value(n, "type")
	if kind == nil {
		r.fail(n, "the destination has no type; it is one of webhook, s3, dir, stdout, nats, kafka")
		return
	}
	before := len(r.problems)
	d := &Destination{Concurrency: defaultConcurrency}
	d.Type = r.choice(kind, "type", DestWebhook, DestS3, DestDir, DestStdout, DestNATS, DestKafka)
	if len(r.problems) > before {
		return
	}
	d.Name = d.Type
	entries, needed := kinds[d.Type](d)
	has := r.mapping(n, "a destination of type "+d.Type, append(entries,
		entry{"type", func(ast.Node) {}},
		entry{"name", func(n ast.Node) { d.Name = r.destinationName(n) }},
		entry{"concurrency", func(n ast.Node) { d.Concurrency = r.number(n, "concurrency", 1, mostConcurrency) }},
	))
	for _, name := range needed {
		if has != nil && has[name] == nil {
			r.fail(n, "the destination of type %s has no %s", d.Type, name)
		}
	}
	if slices.ContainsFunc(s.Deliver, func(o *Destination) bool { return o.Name == d.Name }) {
		r.fail(n, "deliver: there is a destination %q already; give each a name of its own, by which the outbox knows it", d.Name)
	}
	if d.Type == DestWebhook && d.URL != "" {
		if err := webhook.CheckURL(d.URL, d.AllowNetworks); err != nil {
			r.fail(has["url"], "url: the address %v", err) // it is not shown, for it may hold a password
		}
	}
	s.Deliver = append(s.Deliver, d)
}

// value finds the node of a mapping's key, nil when there is none.
func (r *reader) value(n ast.Node, key string) ast.Node {
	m, ok := n.(*ast.MappingNode)
	if !ok {
		return nil
	}
	for _, pair := range m.Values {
		if pair.Key.GetToken().Value == key {
			return pair.Value
		}
	}
	return nil
}

func (r *reader) webhook(d *Destination) ([]entry, []string) {
	return []entry{
		{"url", func(n ast.Node) { d.URL = r.text(n, "url") }},
		{"secret_file", func(n ast.Node) {
			read := webhook.ReadFile
			if r.makes {
				read = webhook.ReadFileToMake
			}
			var err error
			if file := r.pathBeside(n, "secret_file"); file != "" {
				if d.Secrets, err = read(file); err != nil {
					r.fail(n, "secret_file: %v", err)
				}
			}
		}},
		{"gzip", func(n ast.Node) { d.Gzip = r.flag(n, "gzip") }},
		{"allow_networks", func(n ast.Node) {
			r.some(n, "allow_networks", func(v ast.Node) { d.AllowNetworks = r.network(v, "allow_networks", d.AllowNetworks) })
		}},
		{"ca_file", func(n ast.Node) { d.Roots = r.roots(n) }},
	}, []string{"url", "secret_file"}
}

func (r *reader) s3(d *Destination) ([]entry, []string) {
	d.LockMode = "compliance"
	return []entry{
		{"endpoint", func(n ast.Node) { d.Endpoint = r.text(n, "endpoint") }},
		{"bucket", func(n ast.Node) { d.Bucket = r.text(n, "bucket") }},
		{"region", func(n ast.Node) { d.Region = r.text(n, "region") }},
		{"prefix", func(n ast.Node) { d.Prefix = r.text(n, "prefix") }},
		{"object_lock", func(n ast.Node) { d.ObjectLock = r.duration(n, "object_lock", leastLock, mostLock) }},
		{"lock_mode", func(n ast.Node) { d.LockMode = r.choice(n, "lock_mode", "compliance", "governance") }},
		{"encryption", func(n ast.Node) { d.Encryption = r.choice(n, "encryption", "s3", "kms") }},
		{"kms_key", func(n ast.Node) { d.KMSKey = r.text(n, "kms_key") }},
		{"credentials_file", func(n ast.Node) { d.Credentials = r.existing(n, "credentials_file") }},
		{"ca_file", func(n ast.Node) { d.Roots = r.roots(n) }},
	}, []string{"endpoint", "bucket"}
}

func (r *reader) dir(d *Destination) ([]entry, []string) {
	return []entry{{"path", func(n ast.Node) { d.Path = r.pathBeside(n, "path") }}}, []string{"path"}
}

func (r *reader) nats(d *Destination) ([]entry, []string) {
	d.Replicas = 1
	return []entry{
		{"url", func(n ast.Node) {
			if d.URL = r.text(n, "url"); strings.Contains(d.URL, "@") {
				r.fail(n, "url: it has a name or a password in it; these have their place in credentials_file")
			}
		}},
		{"stream", func(n ast.Node) { d.Stream = r.destinationName(n) }},
		{"replicas", func(n ast.Node) { d.Replicas = r.number(n, "replicas", 1, mostReplicas) }},
		{"credentials_file", func(n ast.Node) { d.Credentials = r.existing(n, "credentials_file") }},
		{"ca_file", func(n ast.Node) { d.Roots = r.roots(n) }},
	}, []string{"url", "stream"}
}

func (r *reader) kafka(d *Destination) ([]entry, []string) {
	return []entry{
		{"brokers", func(n ast.Node) {
			r.some(n, "brokers", func(v ast.Node) { d.Brokers = append(d.Brokers, r.text(v, "brokers")) })
		}},
		{"topic", func(n ast.Node) { d.Topic = r.text(n, "topic") }},
		{"tls", func(n ast.Node) { d.TLS = r.flag(n, "tls") }},
		{"user", func(n ast.Node) { d.User = r.text(n, "user") }},
		{"password_file", func(n ast.Node) {
			content, _ := r.readBeside(n, "password_file")
			d.Password = Password{strings.TrimSpace(content)}
		}},
		{"ca_file", func(n ast.Node) { d.Roots = r.roots(n) }},
	}, []string{"brokers", "topic"}
}

// destinationName reads a name that stands in addresses, labels and subjects.
func (r *reader) destinationName(n ast.Node) string {
	s := r.text(n, "name")
	if s != "" && (len(s) > maxSiteKey || strings.ContainsFunc(s, notWord)) {
		r.fail(n, "%q is not made of at most %d letters, digits, dashes and underscores", s, maxSiteKey)
	}
	return s
}

// number reads a whole number within bounds.
func (r *reader) number(n ast.Node, name string, least, most int) int {
	var v uint64
	if i, ok := n.(*ast.IntegerNode); ok {
		v, _ = i.GetValue().(uint64) // a negative one is an int64, and none of these
	}
	if v < uint64(least) || v > uint64(most) {
		r.fail(n, "%s must be a whole number from %d to %d", name, least, most)
		return least
	}
	return int(v)
}

// network reads an address or a network and adds it to a list.
func (r *reader) network(n ast.Node, name string, to []netip.Prefix) []netip.Prefix {
	s := r.text(n, name)
	if s == "" {
		return to
	}
	prefix, err := netip.ParsePrefix(s)
	if err != nil {
		addr, addrErr := netip.ParseAddr(s)
		if addrErr != nil {
			r.fail(n, "%s: %q is no address and no network like 10.0.0.0/8", name, s)
			return to
		}
		prefix = netip.PrefixFrom(addr, addr.BitLen())
	}
	return append(to, prefix.Masked())
}

// pathBeside gives the path of a file that is named beside the configuration.
func (r *reader) pathBeside(n ast.Node, name string) string {
	file := r.text(n, name)
	if file != "" && !filepath.IsAbs(file) {
		file = filepath.Join(filepath.Dir(r.file), file)
	}
	return file
}

// readBeside reads such a file.
func (r *reader) readBeside(n ast.Node, name string) (string, bool) {
	file := r.pathBeside(n, name)
	if file == "" {
		return "", false
	}
	content, err := readFile(file)
	if err != nil {
		r.fail(n, "%s: %v", name, err)
	}
	return string(content), err == nil
}

// existing gives the path of a file that somebody else reads, when it can be read.
func (r *reader) existing(n ast.Node, name string) string {
	r.readBeside(n, name)
	return r.pathBeside(n, name)
}

// roots reads the certificates of a file.
func (r *reader) roots(n ast.Node) *x509.CertPool {
	content, ok := r.readBeside(n, "ca_file")
	roots := x509.NewCertPool()
	if ok && !roots.AppendCertsFromPEM([]byte(content)) {
		r.fail(n, "ca_file: there is no certificate in it; it needs PEM")
	}
	return roots
}
