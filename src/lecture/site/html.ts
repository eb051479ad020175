/** Text made safe for HTML, in content and in quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}

/** A name for a heading's anchor: lower-case words joined by hyphens. */
export function slug(text: string): string {
  const words = text.toLowerCase().normalize("NFKD").replace(/[^\p{Letter}\p{Number}\s-]/gu, "");
  return words.trim().replace(/[\s-]+/g, "-") || "section";
}

/** Text without terminal colour codes. */
export function withoutAnsi(text: string): string {
  // deno-lint-ignore no-control-regex
  return text.replace(/\x1b\[[0-9;?]*[A-Za-z]/g, "");
}
