import { computed, createApp, nextTick, reactive, ref } from "vue/dist/vue.esm-bundler.js";

const Todos = {
  template: `
    <section>
      <input id="new" placeholder="What is to be done?" v-model="text" @keydown.enter="add">
      <ul>
        <li v-for="i in shown" :key="i.id">
          <input v-if="editing === i" class="edit" aria-label="Edit" ref="edit" v-model="draft" @keydown.enter="save" @keydown.esc="editing = null" @blur="save">
          <template v-else>
            <input type="checkbox" class="toggle" aria-label="Done" v-model="i.done">
            <span class="text" @dblclick="begin(i)">{{ i.text }}</span>
            <button class="remove" @click="items.splice(items.indexOf(i), 1)">Remove</button>
          </template>
        </li>
      </ul>
      <nav><a v-for="(name, to) in filters" :key="to" :href="to" :class="{selected: to === hash}">{{ name }}</a></nav>
      <button id="clear" @click="items = items.filter(i => !i.done)">Clear completed</button>
    </section>`,
  setup() {
    const filters = { "#/": "All", "#/active": "Active", "#/completed": "Completed" };
    const [text, items, hash, editing, draft, edit] = [ref(""), ref([]), ref(location.hash || "#/"), ref(null), ref(""), ref([])];
    addEventListener("hashchange", () => (hash.value = location.hash || "#/"));
    const shown = computed(() => items.value.filter((i) => hash.value === "#/" || i.done === (hash.value === "#/completed")));
    const add = () => {
      if (!text.value.trim()) return;
      items.value.push({ id: items.value.length + 1, text: text.value.trim(), done: false });
      text.value = "";
    };
    const begin = (item) => {
      editing.value = item;
      draft.value = item.text;
      nextTick(() => edit.value[0].focus());
    };
    const save = () => {
      if (editing.value) editing.value.text = draft.value.trim();
      editing.value = null;
    };
    return { filters, text, items, hash, editing, draft, edit, shown, add, begin, save };
  },
};

const Order = {
  template: `
    <form id="order" @submit.prevent="said = JSON.stringify(form)">
      <label>Shout <input id="shout" :value="form.shout" @input="shout"></label>
      <label>Fruit <select id="fruit" v-model="form.fruit"><option>apple</option><option>pear</option><option>quince</option></select></label>
      <label><input id="gift" type="checkbox" v-model="form.gift"> Gift</label>
      <button id="send">Order</button>
      <output>{{ said }}</output>
    </form>`,
  setup() {
    const form = reactive({ shout: "", fruit: "apple", gift: false });
    const said = ref("");
    const shout = (e) => (form.shout = e.target.value.toUpperCase());
    return { form, said, shout };
  },
};

createApp({ components: { Todos, Order }, template: "<Todos /><Order />" }).mount("#app");
