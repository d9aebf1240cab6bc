// The button that prints the last page.

document.getElementById('print-page').addEventListener('click', () => print());
