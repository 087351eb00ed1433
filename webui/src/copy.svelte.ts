/** Puts a text into the clipboard and says for a moment that it did. */

export class Copier {
  /** What was copied last; `refused` where the web view does not let pages copy. */
  copied = $state('');
  refused = $state(false);

  async copy(text: string): Promise<boolean> {
    try {
      await navigator.clipboard.writeText(text);
      this.copied = text;
      this.refused = false;
    } catch {
      this.refused = true;
    }
    return !this.refused;
  }
}
