// The price on the first page: recalculated as the visitor chooses. The formula is as invented as the insurer.

const form = document.getElementById('cover-form');
const whole = new Intl.NumberFormat('en-IE', { style: 'currency', currency: 'EUR', maximumFractionDigits: 0 });
const exact = new Intl.NumberFormat('en-IE', { style: 'currency', currency: 'EUR' });

function price(answers) {
  const cover = Number(answers.get('cover'));
  const years = Number(answers.get('years')) || 5;
  const risk = answers.get('smoker') === 'yes' ? 1.9 : 1;
  return (cover / 10000) * (0.4 + years * 0.02) * risk + answers.getAll('extras').length * 2.5;
}

function show() {
  const answers = new FormData(form);
  document.getElementById('cover-shown').textContent = whole.format(Number(answers.get('cover')));
  document.getElementById('estimate').textContent = exact.format(price(answers));
}

form.addEventListener('input', show);
form.addEventListener('reset', () => setTimeout(show)); // the event comes before the fields are reset
show();
