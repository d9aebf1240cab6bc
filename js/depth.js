// How much of a field is read.

/** It will surely be hidden: whether it holds anything, and whether its own attributes name a secret. */
export const BRIEF = 0;

/** Its value and every text that names it. */
export const FULL = 1;

/** And which options are selected, for the select may change again before the tape is played. */
export const TAPED = 2;
