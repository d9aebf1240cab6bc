package masking

// The shortest and longest card numbers of ISO/IEC 7812.
const (
	minCard = 12
	maxCard = 19
)

// maxGap is how many spaces and dashes may stand between two groups of a number: "4111 - 1111".
const maxGap = 3

// card finds a number of 12 to 19 digits whose last digit checks by Luhn and whose first is not 0. Spaces and dashes
// may stand between its digits. It begins and ends with a group of digits, never within one.
func (t *scan) card(i int) (end int) {
	if digit(t.before(i)) || t.text[i] == '0' {
		return 0
	}
	var sums [2]int // of the digits when those at even or at odd places are doubled
	for j, n := i, 0; j < len(t.text) && n < maxCard; {
		if !digit(t.text[j]) {
			gap := t.gap(j, " -")
			if gap == 0 {
				break
			}
			j += gap
			continue
		}
		d := int(t.text[j] - '0')
		sums[n%2] += luhnDouble[d]
		sums[1-n%2] += d
		n++
		j++
		// The last digit is not doubled, nor is every second one before it.
		if n >= minCard && sums[n%2]%10 == 0 && !digit(t.after(j)) {
			end = j
		}
	}
	return end
}

// luhnDouble is the sum of the digits of twice a digit (ISO/IEC 7812-1, annex B).
var luhnDouble = [10]int{0, 2, 4, 6, 8, 1, 3, 5, 7, 9}

// gap gives how many of some signs stand between the group of digits that ends at j and the next; 0 when there is no
// next, or more than maxGap of them.
func (t *scan) gap(j int, signs string) int {
	n := 0
	for n <= maxGap && j+n < len(t.text) && contains(signs, t.text[j+n]) {
		n++
	}
	if n == 0 || n > maxGap || !digit(t.after(j+n)) {
		return 0
	}
	return n
}

func contains(s string, c byte) bool {
	for i := 0; i < len(s); i++ {
		if s[i] == c {
			return true
		}
	}
	return false
}
