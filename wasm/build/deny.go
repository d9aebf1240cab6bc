package main

// denyWords gives, as JSON, the words by which the loader knows a field that
// is never read, whatever the policy says.
func denyWords() (string, error) {
	return "[]", nil
}
