import { boot } from './boot';
import Overlay from './windows/Overlay.svelte';

boot('overlay', Overlay, { pictures: 'late' });
