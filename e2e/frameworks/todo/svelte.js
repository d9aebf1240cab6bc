import { mount } from "svelte";
import Order from "./Order.svelte";
import Todos from "./Todos.svelte";

const target = document.querySelector("#app");
mount(Todos, { target });
mount(Order, { target });
