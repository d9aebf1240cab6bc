import "bootstrap/dist/css/bootstrap.css";
import { Popover, Toast, Tooltip } from "bootstrap";

for (const el of document.querySelectorAll("[data-bs-toggle=popover]")) new Popover(el);
for (const el of document.querySelectorAll("[data-bs-toggle=tooltip]")) new Tooltip(el);
document.querySelector("#toast-show").onclick = () => Toast.getOrCreateInstance("#toast", { autohide: false, animation: false }).show();
document.querySelector("form").onsubmit = (e) => e.preventDefault();
