import { boot } from './boot';
import { hub } from './hub.svelte';
import { isTheirKey, OPTION, wanted } from './statistics';
import Main from './windows/Main.svelte';

boot('main', Main, { pictures: 'painted' });

addEventListener('keydown', (event) => {
  const { slices, watchOnly } = hub.state;
  if (!isTheirKey(event) || event.repeat || watchOnly || !slices.statistics) return;
  event.preventDefault();
  void hub.send('settings.set', { name: OPTION, value: !wanted(slices) });
});
