import { html, LitElement } from "lit";
import { live } from "lit/directives/live.js";
import { repeat } from "lit/directives/repeat.js";

const FILTERS = { "#/": "All", "#/active": "Active", "#/completed": "Completed" };

class TodoList extends LitElement {
  static properties = { text: { state: true }, items: { state: true }, hash: { state: true }, editing: { state: true } };

  constructor() {
    super();
    Object.assign(this, { text: "", items: [], hash: location.hash || "#/", editing: null });
    addEventListener("hashchange", () => (this.hash = location.hash || "#/"));
  }

  render() {
    const shown = this.items.filter((i) => this.hash === "#/" || i.done === (this.hash === "#/completed"));
    return html`
      <section>
        <input id="new" placeholder="What is to be done?" .value=${live(this.text)} @input=${(e) => (this.text = e.target.value)} @keydown=${this.add}>
        <ul>${repeat(shown, (i) => i.id, (i) => html`<li>${this.editing === i ? this.edit(i) : this.item(i)}</li>`)}</ul>
        <nav>${Object.entries(FILTERS).map(([to, name]) => html`<a href=${to} class=${to === this.hash ? "selected" : ""}>${name}</a>`)}</nav>
        <button id="clear" @click=${() => (this.items = this.items.filter((i) => !i.done))}>Clear completed</button>
      </section>`;
  }

  item(i) {
    return html`
      <input type="checkbox" class="toggle" aria-label="Done" .checked=${live(i.done)} @change=${(e) => this.replace(i, { done: e.target.checked })}>
      <span class="text" @dblclick=${() => (this.editing = i)}>${i.text}</span>
      <button class="remove" @click=${() => (this.items = this.items.filter((o) => o !== i))}>Remove</button>`;
  }

  edit(i) {
    const save = (e) => this.editing && this.replace(i, { text: e.target.value.trim() });
    const key = (e) => {
      if (e.key === "Enter") save(e);
      if (e.key === "Escape") this.editing = null;
    };
    return html`<input class="edit" aria-label="Edit" .value=${i.text} @keydown=${key} @blur=${save}>`;
  }

  updated(changed) {
    if (changed.has("editing") && this.editing) this.renderRoot.querySelector(".edit").focus();
  }

  add(e) {
    if (e.key !== "Enter" || !this.text.trim()) return;
    this.items = [...this.items, { id: this.items.length + 1, text: this.text.trim(), done: false }];
    this.text = "";
  }

  replace(item, change) {
    this.editing = null;
    this.items = this.items.map((o) => (o === item ? { ...item, ...change } : o));
  }
}

class OrderForm extends LitElement {
  static properties = { shout: { state: true }, said: { state: true } };

  constructor() {
    super();
    this.form = { shout: "", fruit: "apple", gift: false };
    this.said = "";
  }

  render() {
    return html`
      <form id="order" @submit=${this.send}>
        <label>Shout <input id="shout" .value=${live(this.form.shout)} @input=${this.raise}></label>
        <label>Fruit <select id="fruit" @change=${(e) => (this.form.fruit = e.target.value)}><option>apple</option><option>pear</option><option>quince</option></select></label>
        <label><input id="gift" type="checkbox" @change=${(e) => (this.form.gift = e.target.checked)}> Gift</label>
        <button id="send">Order</button>
        <output>${this.said}</output>
      </form>`;
  }

  raise(e) {
    this.form.shout = e.target.value.toUpperCase();
    this.requestUpdate();
  }

  send(e) {
    e.preventDefault();
    this.said = JSON.stringify(this.form);
  }
}

customElements.define("todo-list", TodoList);
customElements.define("order-form", OrderForm);
document.querySelector("#app").append(new TodoList(), new OrderForm());
