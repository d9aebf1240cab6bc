import "@material/web/all.js";

document.querySelector("form").addEventListener("submit", (e) => e.preventDefault());
document.querySelector("#ask").onclick = () => document.querySelector("md-dialog").show();
document.querySelector("#open").onclick = () => (document.querySelector("md-menu").open = true);
