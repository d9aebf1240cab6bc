// What becomes of a field, by the rules that the relay serves for site demo, and by the marks and words of package
// masking. The recorder decides for itself; this only shows it.

const TIMEOUT_MS = 5000; // a relay on the same machine that takes longer does not answer at all

async function read(address) {
  const answer = await fetch(address, { signal: AbortSignal.timeout(TIMEOUT_MS) });
  if (!answer.ok) throw new Error(`${address} answered ${answer.status}`);
  return answer.text();
}

/** The site's policy and the marks. */
export async function readRules() {
  const [policy, marks] = await Promise.all([read('/v1/record/policy?site=demo'), read('/demo/marks.json').then(JSON.parse)]);
  const rules = { byDefault: 'mask', markup: false, own: { block: [], mask: [], allow: [] }, marks };
  for (const line of policy.split('\n')) {
    const [key, value] = [line.split(' ', 1)[0], line.slice(line.indexOf(' ') + 1)];
    if (key === 'page') break; // stricter rules for some addresses, of which the demonstration has none
    if (key in rules.own) rules.own[key].push(value);
    else if (key === 'default') rules.byDefault = value;
    else if (key === 'markup') rules.markup = value === 'on';
  }
  return rules;
}

/** Fields that were password fields stay secret. */
const passwords = new WeakSet(document.querySelectorAll('input[type=password i]'));

/** The rule of a list that matches an element or the nearest of its ancestors. */
function found(rules, list, el) {
  for (let at = el; at; at = at.parentElement) {
    const own = rules.own[list].find((selector) => at.matches(selector));
    if (own) return `${list}:${own}`;
    if ((list !== 'allow' || rules.markup) && rules.marks[list].some((selector) => at.matches(selector))) return `${list}:markup`;
  }
  return '';
}

function isSecret(rules, el) {
  if (passwords.has(el) || el.type === 'password' || el.type === 'hidden') return true;
  if (/(^|\s)(one-time-code|cc-)|-password(\s|$)/i.test(el.getAttribute('autocomplete') || '')) return true;
  const hidden = rules.byDefault !== 'allow' && !found(rules, 'allow', el); // then the recorder does not ask for labels
  const names = ['name', 'id', 'aria-label', 'placeholder', 'title'].map((name) => el.getAttribute(name) || '');
  if (!hidden && !found(rules, 'mask', el)) names.push(...Array.from(el.labels || [], (label) => label.textContent));
  return names.some((name) => {
    const words = name.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase().split(/[^\p{L}\p{N}]+/u);
    return rules.marks.whole.some((word) => words.includes(word)) || rules.marks.part.some((part) => words.join('').includes(part));
  });
}

/** What becomes of a field: block, mask or allow, and by which rule. */
export function judge(rules, el) {
  const block = found(rules, 'block', el);
  if (block) return { action: 'block', rule: block };
  if (isSecret(rules, el)) return { action: 'mask', rule: 'hard_deny' };
  const mask = found(rules, 'mask', el);
  if (mask) return { action: 'mask', rule: mask };
  const allow = found(rules, 'allow', el);
  if (allow) return { action: 'allow', rule: allow };
  return { action: rules.byDefault, rule: 'default' };
}
