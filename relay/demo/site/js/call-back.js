// The button by which a visitor asks for a call: the page writes a line of its own into the log.

document.getElementById('call-back').addEventListener('click', () => {
  window.cotrail?.log('The visitor asked to be called back', { level: 'info' });
  document.getElementById('call-back-answer').textContent = 'We would call you now. The log has noted it.';
});
