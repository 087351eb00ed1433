/** Applies the setting `app.theme`: `dark`, `light`, or anything else for the system's, which it then follows. */
export function followTheme(choice: unknown): () => void {
  const light = matchMedia('(prefers-color-scheme: light)');
  const apply = () => {
    const theme = choice === 'dark' || choice === 'light' ? choice : light.matches ? 'light' : 'dark';
    document.documentElement.dataset.theme = theme;
  };
  apply();
  light.addEventListener('change', apply);
  return () => light.removeEventListener('change', apply);
}
