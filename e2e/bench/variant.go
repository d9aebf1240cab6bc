package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/cotrail/cotrail/e2e/process"
)

// A variant is the page with one recorder, or with none.
type variant struct {
	name   string
	tag    string // what the recorder's users put into their page
	bundle []byte // served as /NAME.js
	ready  string // true once it records (JavaScript)
	settle string // awaited after the interactions, so that deferred work counts (JavaScript)
	stop   func() error
}

// none is the page that all others are compared with.
const none = "none"

// A builder makes a variant ready to be served.
type builder struct {
	name  string
	build func(context.Context, config) (variant, error)
}

// builders are the variants in the order of the table. The recorders of rrweb are the peers: the
// full package, and the one for recording only. What they emit stays in an array, which is the least
// that any user of theirs has to do.
var builders = []builder{
	{none, func(context.Context, config) (variant, error) { return variant{ready: "true", settle: "0"}, nil }},
	{"cotrail", buildCotrail},
	{"rrweb", peer("rrweb", "rrweb")},
	{"rrweb-record", peer("rrweb-record", "@rrweb/record")},
}

func variantNames() (names []string) {
	for _, b := range builders {
		names = append(names, b.name)
	}
	return names
}

func buildVariants(ctx context.Context, c config) (variants []variant, err error) {
	for _, name := range c.variants {
		i := slices.IndexFunc(builders, func(b builder) bool { return b.name == name })
		if i < 0 {
			return nil, fmt.Errorf("no variant is called %q; there are: %s", name, strings.Join(variantNames(), ", "))
		}
		v, err := builders[i].build(ctx, c)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("preparing %s: %w", name, err), stopVariants(variants))
		}
		v.name = name
		variants = append(variants, v)
	}
	return variants, nil
}

func stopVariants(variants []variant) (err error) {
	for _, v := range variants {
		if v.stop != nil {
			err = errors.Join(err, v.stop())
		}
	}
	return err
}

func buildCotrail(ctx context.Context, c config) (variant, error) {
	r, err := process.Start(ctx, c.binary)
	if err != nil {
		return variant{}, err
	}
	return variant{
		tag:    fmt.Sprintf(`<script async src="%s/cotrail.js" data-site="demo"></script>`, r.URL),
		ready:  `window.cotrail?.status === "recording"`,
		settle: "cotrail.flush()",
		stop:   r.Stop,
	}, nil
}
