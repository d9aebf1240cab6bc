// The button that shows a password as text and hides it again.

const field = document.getElementById('account-password');
const button = document.getElementById('show-password');

button.addEventListener('click', () => {
  const shown = field.type === 'text';
  field.type = shown ? 'password' : 'text';
  button.textContent = shown ? 'Show password' : 'Hide password';
});
