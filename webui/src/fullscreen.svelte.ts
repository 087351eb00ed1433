/** The whole screen for my window: from the app where it has real windows, from the browser where it has none. */
import { hub, view } from './hub.svelte';
import { tell } from './toasts.svelte';
import { errorText } from './words';

let browser = $state(false);

document.addEventListener('fullscreenchange', noteBrowser);

function noteBrowser(): void {
  browser = Boolean(document.fullscreenElement);
}

export const fullScreen = {
  get on(): boolean {
    const mine = view.slices.windows?.windows.find((each) => each.name === view.state.window);
    return browser || (mine?.full_screen ?? false);
  },

  /** Whether it is done. A browser wants a click or a key just before. */
  async enter(): Promise<boolean> {
    const answer = await hub.send('window.full_screen', { on: true });
    if (answer.ok) return true;
    if (answer.error.code === 'no_windows' && document.fullscreenEnabled) {
      await document.documentElement.requestFullscreen();
      noteBrowser();
      return true;
    }
    tell(errorText(answer.error), 'danger');
    return false;
  },

  async leave(): Promise<void> {
    if (browser) await document.exitFullscreen();
    else await hub.send('window.full_screen', { on: false });
  },
};
