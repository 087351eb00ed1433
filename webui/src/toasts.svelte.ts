/** Short messages in the corner. They leave by themselves; what needs an answer is a banner instead. */

export interface Toast {
  id: number;
  tone: 'plain' | 'danger';
  text: string;
}

const SHOWN_MS = { plain: 4_000, danger: 9_000 };
const MOST = 3;

let lastId = 0;
let shown: readonly Toast[] = $state.raw([]);

export const toasts = {
  get shown(): readonly Toast[] {
    return shown;
  },
};

export function tell(text: string, tone: Toast['tone'] = 'plain'): void {
  const id = ++lastId;
  shown = [...shown.filter((toast) => toast.text !== text), { id, tone, text }].slice(-MOST);
  setTimeout(() => dismiss(id), SHOWN_MS[tone]);
}

export function dismiss(id: number): void {
  shown = shown.filter((toast) => toast.id !== id);
}
