// The health page as a single-page application: one section is shown at a time, each with an address of its own.

const sections = [...document.querySelectorAll('[data-step]')];

/** Shows the section of an address, the first one when there is none, and moves the focus to its heading. */
function show(address) {
  const wanted = sections.find((s) => s.dataset.step === address) ?? sections[0];
  const changed = wanted.hidden;
  for (const s of sections) s.hidden = s !== wanted;
  if (changed) wanted.querySelector('h2').focus();
}

document.getElementById('health-form').addEventListener('click', (event) => {
  const address = event.target.dataset.go;
  if (!address) return;
  history.pushState(null, '', address);
  show(address);
});
addEventListener('popstate', () => show(location.pathname));
show(location.pathname);
