/**
 * `@jupyterlab/services` narrates its work with `console.debug` and `console.warn`; under Deno and Node the former
 * goes to standard output, which belongs to the command. While a session is open its narration is dropped.
 */
let open = 0;
let saved: { debug: typeof console.debug; warn: typeof console.warn } | undefined;

/** Silences the library's narration until the returned function is called. Calls nest. */
export function muteServices(): () => void {
  if (open++ === 0) {
    saved = { debug: console.debug, warn: console.warn };
    console.debug = () => {};
    console.warn = () => {};
  }
  let done = false;
  return () => {
    if (done) return;
    done = true;
    if (--open === 0 && saved !== undefined) Object.assign(console, saved);
  };
}
