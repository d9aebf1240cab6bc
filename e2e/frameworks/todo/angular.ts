import "@angular/compiler";
import { ApplicationRef, Component, computed, inject, provideZonelessChangeDetection, signal } from "@angular/core";
import { bootstrapApplication } from "@angular/platform-browser";

type Item = { id: number; text: string; done: boolean };

@Component({
  selector: "todo-list",
  template: `
    <section>
      <input id="new" placeholder="What is to be done?" [value]="text()" (input)="text.set($any($event.target).value)" (keydown.enter)="add()">
      <ul>
        @for (i of shown(); track i.id) {
          <li>
            @if (editing() === i.id) {
              <input class="edit" aria-label="Edit" [value]="i.text" #edit (keydown.enter)="save(i, edit.value)" (keydown.escape)="editing.set(0)" (blur)="save(i, edit.value)">
            } @else {
              <input type="checkbox" class="toggle" aria-label="Done" [checked]="i.done" (change)="replace(i, {done: $any($event.target).checked})">
              <span class="text" (dblclick)="begin(i, $event)">{{ i.text }}</span>
              <button class="remove" (click)="remove(i)">Remove</button>
            }
          </li>
        }
      </ul>
      <nav>@for (f of filters; track f[0]) {<a [attr.href]="f[0]" [class.selected]="f[0] === hash()">{{ f[1] }}</a>}</nav>
      <button id="clear" (click)="clear()">Clear completed</button>
    </section>`,
})
class TodoList {
  app = inject(ApplicationRef);
  filters = [["#/", "All"], ["#/active", "Active"], ["#/completed", "Completed"]];
  text = signal("");
  items = signal<Item[]>([]);
  hash = signal(location.hash || "#/");
  editing = signal(0);
  shown = computed(() => this.items().filter((i) => this.hash() === "#/" || i.done === (this.hash() === "#/completed")));

  constructor() {
    addEventListener("hashchange", () => this.hash.set(location.hash || "#/"));
  }

  add() {
    const text = this.text().trim();
    if (!text) return;
    this.app.tick(); // a binding that was not drawn with what was typed would not take it away
    this.items.update((all) => [...all, { id: all.length + 1, text, done: false }]);
    this.text.set("");
  }

  begin(item: Item, e: Event) {
    const li = (e.target as Element).closest("li")!;
    this.editing.set(item.id);
    new MutationObserver((_, seen) => {
      seen.disconnect();
      li.querySelector<HTMLInputElement>(".edit")?.focus();
    }).observe(li, { childList: true });
  }

  save(item: Item, text: string) {
    if (this.editing() === item.id) this.replace(item, { text: text.trim() });
    this.editing.set(0);
  }

  replace(item: Item, change: Partial<Item>) {
    this.items.update((all) => all.map((o) => (o === item ? { ...item, ...change } : o)));
  }

  remove(item: Item) {
    this.items.update((all) => all.filter((o) => o !== item));
  }

  clear() {
    this.items.update((all) => all.filter((i) => !i.done));
  }
}

@Component({
  selector: "order-form",
  template: `
    <form id="order" (submit)="send($event)">
      <label>Shout <input id="shout" [value]="shout()" (input)="shout.set(upper($any($event.target)))"></label>
      <label>Fruit <select id="fruit" (change)="fruit.set($any($event.target).value)"><option>apple</option><option>pear</option><option>quince</option></select></label>
      <label><input id="gift" type="checkbox" (change)="gift.set($any($event.target).checked)"> Gift</label>
      <button id="send">Order</button>
      <output>{{ said() }}</output>
    </form>`,
})
class OrderForm {
  shout = signal("");
  fruit = signal("apple");
  gift = signal(false);
  said = signal("");

  upper = (field: HTMLInputElement) => field.value.toUpperCase();

  send(e: Event) {
    e.preventDefault();
    this.said.set(JSON.stringify({ shout: this.shout(), fruit: this.fruit(), gift: this.gift() }));
  }
}

@Component({ selector: "#app", imports: [TodoList, OrderForm], template: "<todo-list /><order-form />" })
class App {}

bootstrapApplication(App, { providers: [provideZonelessChangeDetection()] });
