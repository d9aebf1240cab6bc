// Compiles the Svelte component that is named on the command line, for the bundle to come.
import { readFileSync } from "node:fs";
import { compile } from "svelte/compiler";

const [filename] = process.argv.slice(2);
process.stdout.write(compile(readFileSync(filename, "utf8"), { filename, generate: "client" }).js.code);
