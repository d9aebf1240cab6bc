package masking

import (
	"errors"
	"slices"
	"strings"
)

// Page is stricter rules for some addresses. It is made of closings alone, so it cannot open anything.
type Page struct {
	Match  string // an address; each * stands for any characters
	Closes []Closing
}

// Closing is one setting of a policy made stricter, as a line of the compiled form: a scalar of a word that is no
// more open, a value more of a list that closes, or, under its key with no_ before it, one less of a list that opens.
type Closing struct{ Key, Value string }

// removal begins the key of a closing that takes a value out of a list.
const removal = "no_"

func (pg Page) validate() error {
	if !oneLine(pg.Match) || !strings.HasPrefix(pg.Match, "http://") && !strings.HasPrefix(pg.Match, "https://") && !strings.HasPrefix(pg.Match, "*") {
		return errors.New("match: " + Quote(pg.Match) + " begins with none of http://, https:// and *")
	}
	for _, c := range pg.Closes {
		if !oneLine(c.Value) {
			return errors.New(c.Key + ": " + Quote(c.Value) + " is empty, has a line break or space around it")
		}
	}
	return nil
}

// close makes one setting stricter. It never makes one more open, whatever the line says; ok is false when it is no
// closing at all.
func (p *Policy) close(c Closing) (ok bool) {
	for _, s := range p.scalars() {
		if s.key == c.Key {
			place := index(s.words, c.Value)
			if place >= 0 && place < s.place() {
				s.set(place)
			}
			return place >= 0 && place < len(s.words)-1 && c.Key != "ip"
		}
	}
	for _, l := range p.lists() {
		switch {
		case l.opens && c.Key == removal+l.key:
			*l.to = slices.DeleteFunc(slices.Clone(*l.to), func(v string) bool { return v == c.Value })
			return true
		case !l.opens && c.Key == l.key:
			*l.to = append((*l.to)[:len(*l.to):len(*l.to)], c.Value)
			return true
		}
	}
	return c.Key == customKey && p.addCustom(c.Value)
}

// Tighten makes the page's rules of a policy that was read for it: scalars and lists that open as they are to be on
// the page, and in the lists that close only what comes to the site's own. opens names the keys that would open
// what the site closes.
func (p *Policy) Tighten(match string, page *Policy) (pg Page, opens []string) {
	pg.Match = match
	site := p.scalars()
	for i, s := range page.scalars() {
		switch has, wants := site[i].place(), s.place(); {
		case wants > has || wants != has && s.key == "ip":
			opens = append(opens, s.key)
		case wants >= 0 && wants < has:
			pg.Closes = append(pg.Closes, Closing{s.key, s.words[wants]})
		}
	}
	own := p.lists()
	for i, l := range page.lists() {
		if !l.opens {
			for _, v := range *l.to {
				pg.Closes = append(pg.Closes, Closing{l.key, v})
			}
			continue
		}
		if slices.ContainsFunc(*l.to, func(v string) bool { return !slices.Contains(*own[i].to, v) }) {
			opens = append(opens, l.key)
		}
		for _, v := range *own[i].to {
			if !slices.Contains(*l.to, v) {
				pg.Closes = append(pg.Closes, Closing{removal + l.key, v})
			}
		}
	}
	for _, c := range page.Custom {
		pg.Closes = append(pg.Closes, Closing{customKey, c.line()})
	}
	return pg, opens
}

// At gives the policy that holds at an address: the site's, closed by every page that matches. It belongs to one page
// load, whose hidden values it knows, also when it is chosen anew. Where no address is known, every page matches.
func (p *Policy) At(url string) *Policy {
	site := p
	if p.site != nil {
		site = p.site
	}
	at := *site
	at.site, at.hidden = site, p.hidden
	if at.hidden == nil {
		at.hidden = &hidden{}
	}
	for _, page := range site.Pages {
		if page.matches(url) {
			for _, c := range page.Closes {
				at.close(c)
			}
		}
	}
	return &at
}

// MatchesAs tells whether what the sensor learns of a policy is the same as of another: its selectors, and what shows
// by default.
func (p *Policy) MatchesAs(other *Policy) bool {
	return p.Default == other.Default && p.broken == other.broken && slices.Equal(p.Block, other.Block) && slices.Equal(p.Mask, other.Mask) &&
		slices.Equal(p.Allow, other.Allow) && p.TrustsIDs() == other.TrustsIDs()
}

// Break gives the strictest policy for what is left of the page load, at any address: one of this policy's selectors is
// none, and what it was to hide is unknown.
func (p *Policy) Break() *Policy {
	strict := Strictest()
	strict.Block = p.Block // what the valid ones block is blocked all the same
	strict.hidden = p.hidden
	return strict
}

// matches tells whether the rules hold at an address: as a whole, or without its fragment, or without its query, in
// any case, and whether or not characters of its path are escaped. Rather one page too many is strict.
func (pg Page) matches(url string) bool {
	pattern := foldURL(pg.Match)
	url = foldURL(url)
	whole, _, _ := strings.Cut(url, "#")
	path, _, _ := strings.Cut(whole, "?")
	return url == "" || glob(pattern, url) || glob(pattern, whole) || glob(pattern, path) || glob(pattern, path+"/")
}

// foldURL writes an address in small letters, without escapes and userinfo.
func foldURL(url string) string {
	if plain, ok := unescape(url); ok {
		url = plain
	}
	scheme, rest, ok := strings.Cut(strings.ToLower(url), "://")
	if !ok {
		return scheme
	}
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		end = len(rest)
	}
	return scheme + "://" + rest[strings.LastIndexByte(rest[:end], '@')+1:]
}

// glob matches s with a pattern whose stars stand for any characters, in time of at most their product.
func glob(pattern, s string) bool {
	head, rest, more := strings.Cut(pattern, "*")
	if !more {
		return pattern == s
	}
	s, ok := strings.CutPrefix(s, head)
	if !ok {
		return false
	}
	parts := strings.Split(rest, "*")
	last := parts[len(parts)-1]
	for _, part := range parts[:len(parts)-1] {
		at := strings.Index(s, part)
		if at < 0 {
			return false
		}
		s = s[at+len(part):]
	}
	return strings.HasSuffix(s, last)
}
