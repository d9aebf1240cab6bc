// Draws one entry of the log. Whatever was recorded becomes text, never markup.

const template = document.getElementById('log-entry');
const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });

/** @returns {Element} a list item whose JSON is written when it is first opened */
export function drawEntry(entry) {
  const item = template.content.firstElementChild.cloneNode(true);
  const time = item.querySelector('time');
  time.dateTime = entry.time;
  time.textContent = clock.format(new Date(entry.time));
  item.querySelector('.entry-type').textContent = entry.type;
  item.querySelector('.entry-message').textContent = entry.message ?? entry.type;
  item.querySelector('.entry-marks').append(...marks(entry));

  const details = item.querySelector('details');
  details.addEventListener('toggle', () => {
    item.querySelector('pre').textContent = JSON.stringify(entry, null, 2);
  }, { once: true });
  return item;
}

/** What is to be seen without opening: the rule that masked, or the value that was allowed, and lateness. */
function marks(entry) {
  const list = [];
  const rule = entry.masked_by?.rule ?? entry.details?.rule;
  if (rule) list.push(mark('masked', `masked: ${rule}`));
  else if (typeof entry.details?.value === 'string') list.push(mark('plain', entry.details.value || 'empty'));
  if (entry.late) list.push(mark('late', 'late'));
  return list;
}

function mark(kind, text) {
  const span = document.createElement('span');
  span.className = `mark mark-${kind}`;
  span.textContent = text;
  return span;
}
