package masking

// Part is a member of a JSON object, or an element of a list, which has no name. Both are raw.
type Part struct{ Name, Value string }

// Parts takes a JSON object or list apart, within the bounds of Data.
func Parts(raw string) (parts []Part, ok bool) {
	if len(raw) > maxDataBytes {
		return nil, false
	}
	d := dataReader{in: raw, policy: &Policy{}}
	end := byte(']')
	if d.take('{') {
		end = '}'
	} else if !d.take('[') {
		return nil, false
	}
	for n := 0; !d.take(end); n++ {
		var p Part
		if n >= maxDataKeys || n > 0 && !d.take(',') {
			return nil, false
		}
		if end == '}' {
			d.space()
			if p.Name, ok = d.text(); !ok || !d.take(':') {
				return nil, false
			}
		}
		d.space()
		start := d.at
		if !d.value(1, false) {
			return nil, false
		}
		p.Value = raw[start:d.at]
		parts = append(parts, p)
	}
	d.space()
	return parts, d.at == len(raw)
}

// Unquote reads a JSON string.
func Unquote(raw string) (text string, ok bool) {
	d := dataReader{in: raw}
	text, ok = d.text()
	return text, ok && d.at == len(raw)
}
