import { useEffect, useState } from "react";
import { createRoot } from "react-dom/client";

const FILTERS = { "#/": "All", "#/active": "Active", "#/completed": "Completed" };

function useHash() {
  const [hash, setHash] = useState(location.hash || "#/");
  useEffect(() => {
    const moved = () => setHash(location.hash || "#/");
    addEventListener("hashchange", moved);
    return () => removeEventListener("hashchange", moved);
  }, []);
  return hash;
}

function Item({ item, onChange, onRemove }) {
  const [draft, setDraft] = useState(null);
  const save = () => {
    if (draft !== null) onChange({ ...item, text: draft.trim() });
    setDraft(null);
  };
  if (draft !== null) {
    const key = (e) => {
      if (e.key === "Enter") save();
      if (e.key === "Escape") setDraft(null);
    };
    return (
      <li>
        <input key="edit" className="edit" aria-label="Edit" autoFocus value={draft} onChange={(e) => setDraft(e.target.value)} onKeyDown={key} onBlur={save} />
      </li>
    );
  }
  return (
    <li>
      <input type="checkbox" className="toggle" aria-label="Done" checked={item.done} onChange={(e) => onChange({ ...item, done: e.target.checked })} />
      <span className="text" onDoubleClick={() => setDraft(item.text)}>{item.text}</span>
      <button className="remove" onClick={onRemove}>Remove</button>
    </li>
  );
}

function Todos() {
  const [text, setText] = useState("");
  const [items, setItems] = useState([]);
  const hash = useHash();
  const add = (e) => {
    if (e.key !== "Enter" || !text.trim()) return;
    setItems([...items, { id: items.length + 1, text: text.trim(), done: false }]);
    setText("");
  };
  const shown = items.filter((i) => hash === "#/" || i.done === (hash === "#/completed"));
  return (
    <section>
      <input id="new" placeholder="What is to be done?" value={text} onChange={(e) => setText(e.target.value)} onKeyDown={add} />
      <ul>
        {shown.map((i) => (
          <Item key={i.id} item={i} onChange={(to) => setItems(items.map((o) => (o === i ? to : o)))} onRemove={() => setItems(items.filter((o) => o !== i))} />
        ))}
      </ul>
      <nav>{Object.entries(FILTERS).map(([to, name]) => <a key={to} href={to} className={to === hash ? "selected" : ""}>{name}</a>)}</nav>
      <button id="clear" onClick={() => setItems(items.filter((i) => !i.done))}>Clear completed</button>
    </section>
  );
}

function Order() {
  const [form, setForm] = useState({ shout: "", fruit: "apple", gift: false });
  const [said, setSaid] = useState("");
  const send = (e) => {
    e.preventDefault();
    setSaid(JSON.stringify(form));
  };
  return (
    <form id="order" onSubmit={send}>
      <label>Shout <input id="shout" value={form.shout} onChange={(e) => setForm({ ...form, shout: e.target.value.toUpperCase() })} /></label>
      <label>Fruit <select id="fruit" value={form.fruit} onChange={(e) => setForm({ ...form, fruit: e.target.value })}>
        <option>apple</option><option>pear</option><option>quince</option>
      </select></label>
      <label><input id="gift" type="checkbox" checked={form.gift} onChange={(e) => setForm({ ...form, gift: e.target.checked })} /> Gift</label>
      <button id="send">Order</button>
      <output>{said}</output>
    </form>
  );
}

createRoot(document.querySelector("#app")).render(<><Todos /><Order /></>);
