package store

// ClockTolerance is how far a measurement of the page's clock may lie from an earlier one, in milliseconds, and
// still count as the same: measurements differ by the network's delay, and with each its own the events of two
// pages of one browser would change places.
const ClockTolerance = 250

// ClockOffset is the offset to put in force for a stream: the first of the earlier ones (its own, then those of
// the browser's other streams, newest first) that still fits what was measured now, else the measurement.
func ClockOffset(measured int64, earlier ...int64) int64 {
	for _, offset := range earlier {
		if diff := measured - offset; diff >= -ClockTolerance && diff <= ClockTolerance {
			return offset
		}
	}
	return measured
}
