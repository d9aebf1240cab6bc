// The column beside the page in which the session's log grows.

import { drawEntry } from './log-entry.js';
import { followLog } from './log-feed.js';

const MAX_SHOWN = 500; // enough to scroll through; the relay has them all
const NEAR_END_PX = 40; // within it the list is taken to be read at its end, and follows
const FOLDED = 'larkhaven-log-folded';

const $ = (id) => document.getElementById(id);
const list = $('log-entries');
const newest = $('log-newest');
let count = 0;

function atEnd() {
  return list.scrollHeight - list.scrollTop - list.clientHeight < NEAR_END_PX;
}

function toEnd() {
  list.scrollTop = list.scrollHeight;
  newest.hidden = true;
}

function say(id, text) {
  if ($(id).textContent !== text) $(id).textContent = text; // a status that is written again is read out again
}

followLog({
  recorder(status) {
    say('log-recorder', status === undefined ? 'not loaded yet' : String(status));
  },
  session(id) {
    list.replaceChildren();
    count = 0;
    say('log-count', '0');
    say('log-session', id);
  },
  entries(more) {
    if (more.length === 0) return;
    const follow = atEnd();
    list.append(...more.map(drawEntry));
    while (list.childElementCount > MAX_SHOWN) list.firstElementChild.remove();
    count += more.length;
    say('log-count', String(count));
    if (follow) toEnd();
    else newest.hidden = false;
  },
  notice(text) {
    const follow = atEnd(); // a notice that comes makes the list shorter
    say('log-notice', text);
    if (follow) toEnd();
  },
});

list.addEventListener('scroll', () => {
  if (atEnd()) newest.hidden = true;
});
newest.addEventListener('click', toEnd);

// The panel stays folded or open from page to page; where storage is forbidden it opens again.
function fold(folded) {
  document.body.classList.toggle('log-folded', folded);
  $('log-toggle').setAttribute('aria-expanded', String(!folded));
  $('log-toggle').textContent = folded ? 'Show' : 'Hide';
  if (!folded) toEnd();
}

$('log-toggle').addEventListener('click', () => {
  const folded = !document.body.classList.contains('log-folded');
  fold(folded);
  try {
    sessionStorage.setItem(FOLDED, String(folded));
  } catch {
    // See above.
  }
});
try {
  fold(sessionStorage.getItem(FOLDED) === 'true');
} catch {
  // See above.
}
