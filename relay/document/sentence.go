package document

import "strings"

// A reference in a sentence is this byte, which no string of JSON has, and the place of a string in the entry.
const reference = 0x01

const (
	// firstPlace is written for the first string of an entry: no control character, and no line feed.
	firstPlace = 0x20
	// maxPlaces bounds the strings that can be referred to, by what one byte can tell.
	maxPlaces = 0x100 - firstPlace
	// leastReferred is the length from which a reference is shorter than what it stands for.
	leastReferred = 3
)

// refer writes a sentence with references to the strings of its entry, the longest that fits at each place.
func refer(sentence string, texts []string) string {
	var out []byte
	for i := 0; i < len(sentence); {
		best, length := 0, leastReferred-1
		for k, text := range texts[:min(len(texts), maxPlaces)] {
			if len(text) > length && strings.HasPrefix(sentence[i:], text) {
				best, length = k, len(text)
			}
		}
		if length >= leastReferred {
			out = append(out, reference, byte(firstPlace+best))
			i += length
		} else {
			out = append(out, sentence[i])
			i++
		}
	}
	return string(out)
}

// resolve is the other way round.
func resolve(sentence string, texts []string) (string, error) {
	var out []byte
	for i := 0; i < len(sentence); i++ {
		if sentence[i] != reference {
			out = append(out, sentence[i])
			continue
		}
		i++
		if i == len(sentence) || sentence[i] < firstPlace || int(sentence[i]-firstPlace) >= len(texts) {
			return "", errCorrupt
		}
		out = append(out, texts[sentence[i]-firstPlace]...)
	}
	return string(out), nil
}
