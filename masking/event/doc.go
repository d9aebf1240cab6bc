// Package event is what passes between page and relay: the types of events, their details, and the frames that
// carry them. It imports neither side. An event exists only after masking: every text in it is a masking.Text.
package event
