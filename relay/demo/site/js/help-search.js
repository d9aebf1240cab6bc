// The search of the help page: shows the answers that have every word of the query.

const words = (new URLSearchParams(location.search).get('q') ?? '').toLowerCase().split(/\s+/).filter(Boolean);

if (words.length > 0) {
  let found = 0;
  for (const answer of document.querySelectorAll('.answer')) {
    const text = answer.textContent.toLowerCase();
    answer.hidden = !words.every((w) => text.includes(w));
    if (!answer.hidden) found++;
  }
  const total = document.querySelectorAll('.answer').length;
  document.getElementById('search-result').textContent =
    found === 0 ? 'Nothing matches your search. Try fewer words.' : `${found} of ${total} answers match your search.`;
  document.getElementById('answers').hidden = found === 0;
}
