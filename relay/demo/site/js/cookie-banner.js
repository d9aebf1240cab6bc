// The cookie banner: shown until a choice was made, which is kept for this browser.

const KEPT_AS = 'larkhaven-cookies';

const banner = document.getElementById('cookie-banner');

/** Storage may be forbidden; then the banner simply comes again on the next page. */
function remembered() {
  try {
    return localStorage.getItem(KEPT_AS);
  } catch {
    return null;
  }
}

function remember(choice) {
  try {
    localStorage.setItem(KEPT_AS, choice);
  } catch {
    // See remembered.
  }
}

banner.hidden = remembered() !== null;
banner.addEventListener('click', (event) => {
  const choice = event.target.dataset.choice;
  if (!choice) return;
  remember(choice);
  banner.hidden = true;
  document.getElementById('main').focus({ preventScroll: true });
});
