// What the build (wasm/build) puts in place of these names.

/** File name of the recorder module, with its hash. */
declare const __MODULE__: string;

/** The module's integrity, "sha256-..." as in an integrity attribute. */
declare const __INTEGRITY__: string;

/** The release. */
declare const __VERSION__: string;

/** The words by which a field is known as a secret (masking.DenyWords). */
declare const __DENY__: { readonly whole: readonly string[]; readonly part: readonly string[] };

/** The marks in a page's markup that count (masking.Marks). */
declare const __MARKS__: { readonly block: readonly string[]; readonly mask: readonly string[]; readonly allow: readonly string[] };

/** Go's support script. It sets the class Go on go_scope.js's object. */
declare module "go:wasm_exec" {}
