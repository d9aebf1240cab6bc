package api

import (
	"fmt"
	"time"

	"github.com/cotrail/cotrail/relay/config"
)

// Copy is what may have a session's log and is not the relay's to erase.
type Copy struct {
	Where string  `json:"where"`
	Until *string `json:"until"` // when nothing keeps it any longer; null when that is not known
}

// copies lists what may have the log of a session that was erased just now: what any relay may have, and the site's
// destinations, as far as the relay cannot erase what lies there. Destinations are named, their addresses are not: a
// receiver's may hold a password.
func (a *API) copies(site string) []Copy {
	list := []Copy{
		{Where: "backups of the data directory that were made before"},
		{Where: "exports that were made before, and destinations that are no longer in the configuration"},
	}
	s, known := a.Config.Site(site)
	if !known {
		return list
	}
	for _, d := range s.Deliver {
		if c, has := copyAt(d, a.Now()); has {
			list = append(list, c)
		}
	}
	return list
}

// copyAt tells what a destination has that cannot be recalled. A lock counts from when the object was written, which was
// before now at the latest. What a directory or a bucket without a lock has is erased by a delivery, so it is none.
func copyAt(d *config.Destination, now time.Time) (c Copy, has bool) {
	name := "destination " + d.Name + ": "
	switch d.Type {
	case config.DestS3:
		if d.ObjectLock == 0 {
			return c, false
		}
		c.Where = fmt.Sprintf("%sthe bucket %s, where Object Lock in %s mode keeps it for %s", name, d.Bucket, d.LockMode, days(d.ObjectLock))
		c.Until = orNull(when(now.Add(d.ObjectLock).UnixMilli()))
	case config.DestWebhook:
		c.Where = name + "what the webhook's receiver has kept; it is told of the erasure"
	case config.DestStdout:
		c.Where = name + "what whoever reads the relay's output has kept"
	case config.DestNATS:
		c.Where = fmt.Sprintf("%sthe stream %s, if its rules let nothing be removed, and what its consumers have kept", name, d.Stream)
	case config.DestKafka:
		c.Where = fmt.Sprintf("%sthe topic %s, until its retention ends, and what its consumers have kept", name, d.Topic)
	}
	return c, c.Where != ""
}

// days writes a duration as the configuration has it, which is hardly ever in hours.
func days(d time.Duration) string {
	const day = 24 * time.Hour
	if d%day == 0 {
		return fmt.Sprintf("%d days", d/day)
	}
	return d.String()
}
