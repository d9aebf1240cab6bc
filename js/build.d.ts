// What the build (wasm/build) puts in place of these names.

/** File name of the recorder module, with its hash. */
declare const __MODULE__: string;

/** The module's integrity, "sha256-..." as in an integrity attribute. */
declare const __INTEGRITY__: string;

/** File name and integrity of the sensor, the second script. */
declare const __SENSOR__: string;
declare const __SENSOR_INTEGRITY__: string;

/** The release. */
declare const __VERSION__: string;

/** The words by which a field is known as a secret (masking.DenyWords). */
declare const __DENY__: { readonly whole: readonly string[]; readonly part: readonly string[] };

/** The selectors of what a page marks as hidden (masking.Marks). */
declare const __MARKS__: { readonly block: readonly string[]; readonly mask: readonly string[] };
