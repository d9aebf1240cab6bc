// The switch that shows what is masked: a frame around each field, over the page and not in it, so that the log stays
// the same. The legend tells it in words.

import { judge, readRules } from './mask-rules.js';

const FIELDS = 'input:not([type=hidden],[type=submit],[type=button],[type=reset]),select,textarea,[contenteditable]';
const SHOWN = 'larkhaven-masks';

const TELLS = {
  allow: ['mask-allowed', 'the log gets the value', 'shown'],
  mask: ['mask-masked', 'the log gets that it was touched', 'masked'],
  block: ['mask-blocked', 'the log gets nothing', 'blocked'],
};

const $ = (id) => document.getElementById(id);
const layer = $('mask-layer');
const site = document.querySelector('.site');
let rules = null;
let waiting = 0;

/** Draws a frame around an element, with its decision in words. */
function frame(el, { action, rule }) {
  const box = el.getBoundingClientRect();
  const drawn = document.createElement('div');
  drawn.className = `mask-${action}`;
  drawn.dataset.of = el.id;
  drawn.dataset.rule = rule;
  Object.assign(drawn.style, { left: `${box.x + scrollX}px`, top: `${box.y + scrollY}px`, width: `${box.width}px`, height: `${box.height}px` });
  const word = document.createElement('span');
  word.textContent = `${TELLS[action][2]}: ${rule}`;
  drawn.append(word);
  layer.append(drawn);
}

function draw() {
  waiting = 0;
  layer.replaceChildren();
  const counts = { allow: 0, mask: 0, block: 0 };
  for (const el of site.querySelectorAll(FIELDS)) {
    if (!el.getClientRects().length) continue;
    const decision = judge(rules, el);
    counts[decision.action]++;
    frame(el, decision);
  }
  for (const [action, [id, tells]] of Object.entries(TELLS)) {
    const text = `${counts[action]} ${counts[action] === 1 ? 'field' : 'fields'}: ${tells}`;
    if ($(id).textContent !== text) $(id).textContent = text;
  }
}

/** Draws again before the next picture, when the page has changed. */
function soon() {
  if (rules && !layer.hidden && !waiting) waiting = requestAnimationFrame(draw);
}

async function show(on) {
  $('mask-switch').setAttribute('aria-pressed', String(on));
  if (on) {
    try {
      rules ||= await readRules();
    } catch (error) {
      $('mask-switch').setAttribute('aria-pressed', 'false');
      $('log-notice').textContent = `The rules cannot be shown: ${error.message}`;
      return;
    }
  }
  layer.hidden = $('mask-legend').hidden = !on;
  if (on) draw();
}

new MutationObserver(soon).observe(site, { subtree: true, childList: true, attributes: true });
new ResizeObserver(soon).observe(site);

$('mask-switch').addEventListener('click', () => {
  const on = $('mask-switch').getAttribute('aria-pressed') !== 'true';
  show(on);
  try {
    sessionStorage.setItem(SHOWN, String(on));
  } catch {
    // Where storage is forbidden, the next page begins without it.
  }
});
try {
  if (sessionStorage.getItem(SHOWN) === 'true') show(true);
} catch {
  // See above.
}
