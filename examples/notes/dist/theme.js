// Light, dark, or as the desktop has it; remembered with the app's settings.
import { loadSettings, saveSettings } from './store.js';

const NEXT = { system: 'light', light: 'dark', dark: 'system' };
const LABEL = { system: 'Theme: system', light: 'Theme: light', dark: 'Theme: dark' };

function put(theme, button) {
  if (theme === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  button.textContent = LABEL[theme];
}

export async function startTheme(entries, button) {
  const settings = await loadSettings(entries);
  let theme = Object.hasOwn(NEXT, settings.theme) ? settings.theme : 'system';
  put(theme, button);
  button.addEventListener('click', () => {
    theme = NEXT[theme];
    put(theme, button);
    saveSettings({ ...settings, theme }).catch(() => {}); // it holds until the window closes
  });
}
