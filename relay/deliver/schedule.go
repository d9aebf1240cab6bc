package deliver

import (
	"math/rand/v2"
	"time"
)

// schedule is the pause before each attempt, as Standard Webhooks advises: three days in all.
var schedule = []time.Duration{
	0, 5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour, 10 * time.Hour, 14 * time.Hour, 20 * time.Hour, 24 * time.Hour,
}

// jitter is by how much a pause may be longer than the schedule says, as a part of it: a destination that comes back
// should not be met by all that waits at one moment.
const jitter = 0.1

// pause is the time to the next attempt after so many.
func pause(attempts int) time.Duration {
	p := schedule[min(attempts, len(schedule)-1)]
	return p + time.Duration(rand.Float64()*jitter*float64(p))
}
