package catalog

import "github.com/cotrail/cotrail/masking/event"

var page = []Type{
	{Type: event.Navigate, Title: "Navigated", Doc: "A page has been reached.", keys: `
		username          who, by the session's state
		from_url          the page before, scrubbed
		title             where the policy records titles
		kind              how
		user_initiated    a person's act led here
		previous_page_ms  time spent on the page before`,
		Sample: `{"url":"https://quote.example/cover?plan=","username":"Ada Miller","from_url":"https://quote.example/","kind":"load","previous_page_ms":5120}`},
	{Type: event.RelocateStart, Title: "Leaving for another page", Doc: "Leaving for another page begins, or is asked for.", keys: `
		to_url          where to, scrubbed; null when it is not known
		from_url        the page that is left, scrubbed
		cause           what led away
		user_initiated  a person's act did
		new_tab         it opens in another tab`,
		Sample: `{"to_url":"https://quote.example/cover?plan=","from_url":"https://quote.example/","cause":"form","user_initiated":true,"new_tab":false}`},
	{Type: event.InputChange, Title: "Input changed", Doc: "A field's value changed. One that the app signals is always masked.", keys: `
		value                   the new value, after the patterns
		parent_form_attributes  of its form, when it is in one
		input_type              the type of an input
		checked                 of a checkbox or radio
		selected                of an option`,
		Sample: `{"attributes":{"id":"country","name":"country"},"node_name":"option","value":"PT","xpath":"/html/body/form/label[2]/select/option[3]","parent_form_attributes":{"id":"quote"},"selected":true,"cause":"user","trusted":true}`,
		Masked: `{"is_masked":true,"node_name":"input","rule":"default","field":"90a4e1c7d52b6f38","filled":true,"cause":"user","trusted":true}`},
	{Type: event.Submit, Title: "Form submitted", Doc: "A form is sent.", keys: `
		form         the form
		form.method  get, post or dialog
		form.action  where it goes, scrubbed
		fields       its fields
		fields.type  the type of a field
		submitter    the button that sent it
		valid        the form passed the browser's own checks
		via          how it was sent`,
		Sample: `{"form":{"id":"quote","method":"get","action":"https://quote.example/cover"},"xpath":"//*[@id=\"quote\"]","fields":[{"name":"country","type":"select-one","filled":true},{"is_masked":true,"field":"90a4e1c7d52b6f38","filled":true}],"rule":"default","submitter":null,"valid":true,"via":"user","cause":"user","trusted":true}`},
	{Type: event.Click, Title: "Clicked", Doc: "A click, also by keyboard, also auxiliary.", keys: `
		role   the ARIA role
		href   where a link leads, scrubbed
		x      from the element's left edge, 0 to 1
		y      from its upper edge, 0 to 1
		via    how it was done`,
		Sample: `{"attributes":{"id":"next"},"node_name":"button","xpath":"//*[@id=\"next\"]","role":"button","label":"Next","button":0,"x":0.5,"y":0.5,"trusted":true,"via":"pointer"}`,
		Masked: `{"is_masked":true,"node_name":"button","rule":"keypad","field":"37dc675861f92282","button":0,"trusted":true,"via":"pointer"}`},
}
