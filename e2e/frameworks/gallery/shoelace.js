import "@shoelace-style/shoelace/dist/themes/light.css";
import "@shoelace-style/shoelace";

document.querySelector("form").addEventListener("submit", (e) => e.preventDefault());
document.querySelector("#ask").onclick = () => document.querySelector("sl-dialog").show();
document.querySelector("#yes").onclick = () => document.querySelector("sl-dialog").hide();
document.querySelector("#side").onclick = () => document.querySelector("sl-drawer").show();
document.querySelector("sl-tag").addEventListener("sl-remove", (e) => e.target.remove());
