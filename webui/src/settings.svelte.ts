/** Which page of the settings is shown; whoever opens them says so. */
export const settings = $state({ page: 'general' });
