// Package masking decides what may leave the page, and is the only maker of text that does.
//
// The promise: what the policy does not allow never leaves the page; the unknown case is hidden. The order of
// the rules is block > hard deny > mask > allow > default, over an element and all its ancestors in the composed
// tree: the strictest wins, and a child cannot open what a parent closed.
//
// The package is shared by the recorder in the page and by the relay. It uses the standard library alone, and
// none of its heavy parts: every import is paid for by each page that loads the recorder.
package masking
