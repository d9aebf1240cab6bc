package chrome

// Find is a JavaScript expression for the element that a selector finds, or undefined.
func Find(selector string) string { return element(selector) }
