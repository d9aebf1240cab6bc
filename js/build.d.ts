// What the build (wasm/build) puts in place of these names.

/** File name of the recorder module, with its hash. */
declare const __MODULE__: string;

/** The module's integrity, "sha256-..." as in an integrity attribute. */
declare const __INTEGRITY__: string;

/** The release. */
declare const __VERSION__: string;

/** The words by which a field is known whose value is never read: masking.DenyWords. */
declare const __DENY__: Readonly<Record<"whole" | "part", readonly string[]>>;

/** The selectors of the marks in a page's own markup: masking.Marks. */
declare const __MARKS__: Readonly<Record<"block" | "mask" | "allow", readonly string[]>>;

/** Go's support script. It sets the class Go on go_scope.js's object. */
declare module "go:wasm_exec" {}
